"""Reads MIDI files as people have them: any tracks, played by hand, without a key or bars."""

from livedshl.corpus.midi_file.reading import read_midi

__all__ = ["read_midi"]
