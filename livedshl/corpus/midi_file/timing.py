"""Puts the notes of a song on the grid: takes out an offset, swing and a player's freedom."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.corpus.midi_file.grid_fit import grid_fit, straightened, swing_of
from livedshl.corpus.midi_file.quantise import quantised, snapped, without_graces
from livedshl.corpus.midi_file.song import Song
from livedshl.errors import CorpusError

_LOOSE = 0.75  # agreement with the grid below which the user is told


@dataclass(frozen=True, slots=True, eq=False)
class PartTiming:
    """The notes of each part on the grid.

    parts: int64[n, 3] each, onset, length, pitch; in the song's order, ascending. offset: by which
    all notes are late in the file. warnings: what was changed.
    """

    parts: tuple[NDArray[np.int64], ...]
    offset: int
    warnings: tuple[str, ...] = ()

    @property
    def all_notes(self) -> NDArray[np.int64]:
        """The notes of all parts."""
        return np.concatenate(self.parts)


def timing_of(song: Song) -> PartTiming:
    """Puts the notes of a song on its grid.

    Raises CorpusError if they keep to none.
    """
    onsets = np.concatenate([np.unique(part.notes[:, 0]) for part in song.parts])
    fit = grid_fit(onsets)
    if not fit.is_on_a_grid:
        raise CorpusError("played freely: its notes do not keep to the beats of the file")
    ternary = all(count % 3 == 0 and unit >= 8 for _, count, unit in song.metres or ((0, 4, 4),))
    parts = [_later(without_graces(part.notes), -fit.offset) for part in song.parts]
    warnings = []
    swing = None if ternary else swing_of(onsets - fit.offset)
    if swing:
        parts = [_straight(notes, swing) for notes in parts]
        warnings.append(
            f"The eighths swing: the first takes {swing:.0%} of the beat. They were read as even."
        )
    if fit.exact and not swing:
        parts = [snapped(notes) for notes in parts]
    else:
        parts = [quantised(notes, ternary) for notes in parts]
        if not fit.exact and fit.agreement < _LOOSE:
            warnings.append("Played by hand. The notes were moved to the nearest sixteenths.")
    return PartTiming(tuple(parts), fit.offset, tuple(warnings))


def _later(notes: NDArray[np.int64], ticks: int) -> NDArray[np.int64]:
    moved: NDArray[np.int64] = notes + np.array([ticks, 0, 0])
    return moved


def _straight(notes: NDArray[np.int64], swing: float) -> NDArray[np.int64]:
    moved = notes.copy()
    moved[:, 0] = straightened(notes[:, 0], swing)
    moved[:, 1] = np.maximum(straightened(notes[:, 0] + notes[:, 1], swing) - moved[:, 0], 1)
    return moved
