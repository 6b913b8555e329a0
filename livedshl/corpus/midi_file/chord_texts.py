"""Reads chord symbols that a MIDI file has as texts, as arrangers and `corpus` write them."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chord_symbols import read_chord_symbol
from livedshl.music.chords import QUALITIES

_NO_CHORD = (-1, 0, 0)  # root, quality, bass
_LEAST_SHARE = 0.8  # of the texts of a track that must be chord symbols
_LEAST_TEXTS = 3  # fewer may be anything
# Of the time of the accompaniment's notes, in tones of the chords. Chords a semitone off have 0.2.
_LEAST_IN_CHORDS = 0.45
_LEAST_NOTES = 16  # fewer contradict no chord


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


def fit_notes(chords: NDArray[np.int32], notes: NDArray[np.int32]) -> bool:
    """Whether chords, int32[n, >= 3], are those of an accompaniment.

    notes: int32[m, >= 3], onset, length and pitch. Those without a chord do not count.
    """
    at = np.searchsorted(chords[:, 0], notes[:, 0], side="right") - 1
    roots, qualities = chords[at, 1], chords[at, 2]
    counted = (at >= 0) & (roots >= 0)
    if counted.sum() < _LEAST_NOTES:
        return True
    in_chord = _TONES[qualities, (notes[:, 2] - roots) % 12]
    return float(np.average(in_chord[counted], weights=notes[counted, 1])) >= _LEAST_IN_CHORDS


def _tones() -> NDArray[np.bool_]:
    """For each quality, which semitones above the root it has, bool[qualities, 12]."""
    table = np.zeros((len(QUALITIES), 12), np.bool_)
    for quality, (_, intervals) in enumerate(QUALITIES):
        table[quality, list(intervals)] = True
    return table


_TONES = _tones()
