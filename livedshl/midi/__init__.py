"""MIDI messages, events, files and General MIDI. Knows no ports and no threads."""
