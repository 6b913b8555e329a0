"""What drives the clock: livedshl itself, a MIDI clock or Ableton Link."""
