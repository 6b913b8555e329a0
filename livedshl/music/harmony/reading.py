"""Reads chords and keys from the notes of an accompaniment."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from livedshl.music.harmony.cells import Cells, cells_of
from livedshl.music.harmony.decoding import decode
from livedshl.music.harmony.evidence import Evidence, evidence_of
from livedshl.music.harmony.rootless import with_roots
from livedshl.music.leadsheet import Key, Metre, Mode

_NO_CHORD = (-1, 0)  # root and quality
_LONGEST_SILENCE = 4.0  # quarter notes; over a longer one the chord does not go on

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, eq=False)
class ReadHarmony:
    """The chords and keys of a tune.

    chords: int32[n, 3], as in `LeadSheet`. keys: where each key begins, in order; there is at
        least one, and the first counts from the beginning. Keys are major or minor.
    """

    chords: NDArray[np.int32]
    keys: tuple[tuple[int, Key], ...]
    end: int

    @property
    def key(self) -> Key:
        """The key that holds longest."""
        ends = [*(tick for tick, _ in self.keys[1:]), self.end]
        ticks: dict[Key, int] = {}
        for (tick, key), end in zip(self.keys, ends, strict=True):
            ticks[key] = ticks.get(key, 0) + end - tick
        return max(ticks, key=ticks.__getitem__)


def harmony_of(
    notes: NDArray[np.int32],
    bars: NDArray[np.int32],
    metre_changes: Sequence[tuple[int, Metre]],
    end: int,
) -> ReadHarmony:
    """The chords and keys of some notes in a tune.

    notes: int32[n, >= 3], onset and length in ticks, pitch; in any order, as many at a time as
        there are. bars, metre_changes, end: as in `LeadSheet`.
    """
    start = int(min(notes[:, 0].min(initial=0), 0))
    cells = cells_of(bars, metre_changes, start, max(end, 1))
    evidence = evidence_of(notes, cells)
    states = decode(evidence, cells)
    chords = _in_silence(with_roots(states[:, 1:], notes, cells), evidence, cells)
    onsets = cells.bounds[:-1].tolist()
    changes = [(onset, *chord) for onset, chord in _changes(onsets, chords.tolist())]
    if changes[0][1:] == _NO_CHORD:
        changes = changes[1:]  # nothing has begun that it could end
    return ReadHarmony(
        chords=np.array(changes, np.int32).reshape(-1, 3),
        keys=tuple(
            (onset, key_of(number)) for onset, number in _changes(onsets, states[:, 0].tolist())
        ),
        end=max(end, 1),
    )


def key_of(number: int) -> Key:
    """The key of a number: a tonic in major, or 12 more in minor."""
    return Key(number % 12, Mode.MINOR if number >= 12 else Mode.MAJOR)


def _in_silence(chords: NDArray[np.int64], evidence: Evidence, cells: Cells) -> NDArray[np.int64]:
    """The same chords, but none where nothing sounds for long."""
    silent = evidence.weights.sum(axis=1) == 0
    chords = chords.copy()
    for is_silent, run in groupby(range(len(silent)), silent.__getitem__):
        inside = list(run)
        if is_silent and (inside[0] == 0 or cells.lengths[inside].sum() > _LONGEST_SILENCE):
            chords[inside] = _NO_CHORD
    return chords


def _changes(onsets: Sequence[int], values: Sequence[_Value]) -> list[tuple[int, _Value]]:
    """Each value that differs from the one before it, with its onset."""
    return [
        (onset, value)
        for place, (onset, value) in enumerate(zip(onsets, values, strict=True))
        if place == 0 or value != values[place - 1]
    ]
