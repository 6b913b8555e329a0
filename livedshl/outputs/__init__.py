"""Where events go: MIDI ports, the synthesiser, and files."""
