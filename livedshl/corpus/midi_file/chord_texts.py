"""Reads chord symbols that a MIDI file has as texts, as arrangers and `corpus` write them."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chord_symbols import read_chord_symbol

_NO_CHORD = (-1, 0, 0)  # root, quality, bass
_LEAST_SHARE = 0.8  # of the texts of a track that must be chord symbols
_LEAST_TEXTS = 3  # fewer may be anything


def is_chord_track(texts: Sequence[str]) -> bool:
    """Whether the texts of a track are chord symbols, and not words to sing or remarks."""
    known = [read_chord_symbol(text) is not None for text in texts]
    return len(texts) >= _LEAST_TEXTS and float(np.mean(known)) >= _LEAST_SHARE


def chords_of_texts(texts: Iterable[tuple[int, str]]) -> NDArray[np.int32]:
    """The chords, int32[n, 4] (tick, root, quality, bass), of texts with their ticks.

    A text that is not understood ends the harmony.
    """
    chords: dict[int, tuple[int, int, int]] = {}
    for tick, text in texts:
        symbol = read_chord_symbol(text)
        known = symbol.sounding if symbol else None
        chords[tick] = (known.root, known.quality, known.bass) if known else _NO_CHORD
    rows = [(tick, *chord) for tick, chord in sorted(chords.items())]
    return np.array(rows, np.int32).reshape(-1, 4)
