"""Recognises the chords and keys that a texture of notes stands for.

Arpeggios, broken and strummed chords, a bass with chords after it, and inversions all give one
chord, because the notes are counted by their length, and not by what starts together.
"""

from livedshl.music.harmony.reading import ReadHarmony, harmony_of, key_of

__all__ = ["ReadHarmony", "harmony_of", "key_of"]
