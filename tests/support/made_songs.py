"""Songs with an accompaniment, made from a figure each: what comes next can be learned."""

import numpy as np

from livedshl.music import Chord, LeadSheet
from support.accompaniments import accompanied

PROGRESSION = ("C", "F", "G7", "C", "Am", "Dm", "G7", "C")
BARS = 24


def made_songs(n_songs: int, seed: int = 0) -> list[tuple[LeadSheet]]:
    """Songs that each keep a figure of their own over the chords of one progression."""
    rng = np.random.default_rng(seed)
    return [(_song(number, rng),) for number in range(n_songs)]


def _song(number: int, rng: np.random.Generator) -> LeadSheet:
    onsets = np.sort(rng.choice(np.arange(0, 16, 2), size=4, replace=False)).tolist()
    degrees = rng.permutation([0, 1, 2, 1]).tolist()
    start = int(rng.integers(len(PROGRESSION)))
    notes, chords, melody = [], [], []
    for bar in range(BARS):
        name = PROGRESSION[(start + bar) % len(PROGRESSION)]
        chord = Chord.parse(name)
        chords.append((16 * bar, name))
        root = 48 + chord.root % 12
        notes += [(16 * bar, 16, root - 12, 1)]
        notes += [
            (16 * bar + onset, 2, root + chord.intervals[degree], 0)
            for onset, degree in zip(onsets, degrees, strict=True)
        ]
        third = 72 + chord.root + chord.intervals[1]
        melody += [(16 * bar, 8, third), (16 * bar + 8, 8, third + int(rng.integers(-2, 3)))]
    return accompanied(notes, chords, bars=BARS, melody=melody)
