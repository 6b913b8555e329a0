"""Where events go while they are played: MIDI ports and the synthesiser."""
