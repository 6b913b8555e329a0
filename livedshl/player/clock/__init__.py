"""What drives the clock: livedshl itself, a MIDI clock, Ableton Link or JACK transport."""
