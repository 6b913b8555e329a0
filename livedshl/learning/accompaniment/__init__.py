"""Learns codes of accompaniment: the forward code of a bar, with the melody and chords that come,
finds the backward codes of what may accompany next.

Import from the modules.
"""
