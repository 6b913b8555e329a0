"""MIDI messages, events, files and General MIDI. This room knows no ports and no threads."""
