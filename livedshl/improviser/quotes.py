"""Finds quotes: how long the music has followed one song note for note, and what is too long.

Only melodies are compared, by pitch and articulation, since a tune over other chords is still the
same tune. A quote may start at any step of a song, not only where a segment starts.
"""

from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.music.segments import ARTICULATED, PITCH

SEED_STEPS = 6  # the last steps, by which quotes are looked up; a shorter run is not a quote
_LOOK_STEPS = 16  # compared at once
_HASH_BITS = 16  # of a seed: NumPy sorts 16 bits in linear time
_HASH_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # Knuth's multiplicative hashing: 2**64 / golden ratio


@dataclass(frozen=True, slots=True, eq=False)
class _Runs:
    """The places in songs where the music heard last would end.

    lengths: int64[m], for how many steps each song and the music are the same; at least
        `SEED_STEPS`.
    forbidden: how such songs continue up to the step that would make the quote too long, if that
        step lies within the next segment.
    """

    lengths: NDArray[np.int64]
    forbidden: tuple[NDArray[np.uint8], ...] = ()


class Melodies:
    """The melodies of a library, arranged so that quotes from them are found fast."""

    def __init__(self, library: SegmentLibrary) -> None:
        self.library = library

    @cached_property
    def notes(self) -> NDArray[np.uint8]:
        """Pitch and articulation of each step, uint8[n]."""
        return _melody(self.library.steps)

    @cached_property
    def looks(self) -> NDArray[np.uint8]:
        """The `_LOOK_STEPS` before each step of the library, and before its end, [n + 1, look]."""
        padded = np.concatenate([np.zeros(_LOOK_STEPS, np.uint8), self.notes])
        return sliding_window_view(padded, _LOOK_STEPS)

    @cached_property
    def by_seed(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The library's steps in order of the hash of the seed that starts there, int32[n].

        And where each hash begins among them, int64[hashes + 1]. Made at the first retrieval: the
        25 ms for 700,000 steps would delay the first note.
        """
        hashed = _hashed(_seeds(self.notes))
        counts = np.bincount(hashed, minlength=1 << _HASH_BITS)
        offsets = np.append(0, np.cumsum(counts))
        return np.argsort(hashed, kind="stable").astype(np.int32), offsets


class Quotes:
    """Follows the music and knows how long it has quoted each song.

    most_beats: how many beats of one song may be quoted. The least is a segment and what may agree
    with it by chance before it, in whole beats: 6 in 4/4, 8 in 3/4, 3 of three eighths.
    """

    def __init__(self, melodies: Melodies, most_beats: int) -> None:
        library, grid = melodies.library, melodies.library.grid
        self._melodies = melodies
        self._library = library
        self._beat_steps = grid.beat_steps
        least_beats = -(-(grid.segment_steps + SEED_STEPS - 1) // grid.beat_steps)
        self._most = max(most_beats, least_beats) * grid.beat_steps
        self._longest_song = int(np.diff(library.tune_steps).max())
        self._heard = np.empty(0, np.uint8)
        self._known: _Runs | None = None  # found when first needed

    def copy(self) -> "Quotes":
        """The same, to go on independently: all that changes is replaced whole."""
        return copy(self)

    @property
    def are_free(self) -> bool:
        """Whether no continuation can make a quote too long."""
        return not self._runs().forbidden

    def hear(self, steps: NDArray[np.int8], planned: bool = False) -> None:
        """Hears the next steps, int8[n, 3].

        planned: whether the form brings them back. Then they are not a quote, and end any quote.
        """
        if planned:
            self._heard = self._heard[:0]
        else:
            self._heard = np.append(self._heard, _melody(steps))[-self._longest_song :]
        self._known = None

    @property
    def beats(self) -> int:
        """Whole beats of the longest quote that ends now."""
        return int(self._runs().lengths.max(initial=0)) // self._beat_steps

    def too_long(self, after: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Which of `after`, int8[c, segment, 3], would make a quote too long, bool[c].

        Only a quote that has begun already can become too long: a segment alone is short enough.
        """
        melody = _melody(after)
        found = np.zeros(len(after), np.bool_)
        for forbidden in self._runs().forbidden:
            found |= (melody[:, : len(forbidden)] == forbidden).all(axis=1)
        return found

    def _runs(self) -> _Runs:
        """The runs that end now."""
        if self._known is None:
            self._known = self._found()
        return self._known

    def _found(self) -> _Runs:
        if len(self._heard) < SEED_STEPS:
            return _Runs(np.empty(0, np.int64))
        seed = self._heard[-SEED_STEPS:]
        order, offsets = self._melodies.by_seed
        hashed = int(_hashed(_seeds(seed))[0])
        starts = order[offsets[hashed] : offsets[hashed + 1]].astype(np.int64)
        ends, lengths = starts + SEED_STEPS, np.zeros(len(starts), np.int64)
        first = self._library.tune_steps[self._library.tune_at(ends - 1)]
        going = np.arange(len(starts))
        while len(going):  # look farther back wherever all was the same so far
            back = int(lengths[going[0]])
            heard = self._heard[: len(self._heard) - back][-_LOOK_STEPS:]
            looked = self._melodies.looks[ends[going] - back, _LOOK_STEPS - len(heard) :]
            differs = (looked != heard)[:, ::-1]
            lengths[going] += np.where(differs.any(axis=1), differs.argmax(axis=1), len(heard))
            is_whole = ~differs.any(axis=1) & (lengths[going] < (ends - first)[going])
            going = going[is_whole] if back + len(heard) < len(self._heard) else going[:0]
        lengths = np.minimum(lengths, ends - first)
        whole = lengths >= SEED_STEPS
        ends, lengths = ends[whole], lengths[whole]
        return _Runs(lengths, self._forbidden(ends, lengths))

    def _forbidden(
        self, ends: NDArray[np.int64], lengths: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint8], ...]:
        missing = np.maximum(1, self._most + 1 - lengths)
        reached = np.flatnonzero(missing <= self._library.grid.segment_steps)
        ends, missing = ends[reached], missing[reached]
        end_of_song = self._library.tune_steps[self._library.tune_at(ends - 1) + 1]
        different = {
            self._melodies.notes[end : end + n].tobytes()
            for end, n, last in zip(
                ends.tolist(), missing.tolist(), end_of_song.tolist(), strict=True
            )
            if end + n <= last
        }
        return tuple(np.frombuffer(melody, np.uint8) for melody in sorted(different))


def _melody(steps: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Pitch and articulation of steps, int8[..., 3], as one number a step, uint8[...]."""
    numbers = np.asarray(steps).astype(np.uint8)
    return np.asarray(numbers[..., PITCH] << 1 | numbers[..., ARTICULATED], np.uint8)


def _seeds(melody: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The seed that starts at each step as one number, uint64[n - SEED_STEPS + 1]."""
    n = max(0, len(melody) - SEED_STEPS + 1)
    seeds = np.zeros(n, np.uint64)
    for step in range(SEED_STEPS):
        seeds <<= np.uint64(8)
        seeds |= melody[step : step + n]
    return seeds


def _hashed(seeds: NDArray[np.uint64]) -> NDArray[np.uint16]:
    return (seeds * _HASH_FACTOR >> np.uint64(64 - _HASH_BITS)).astype(np.uint16)
