"""The segments of all tunes as arrays. A code stands for a segment by its row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from livedshl.music.dances import TuneTypes
from livedshl.music.grid import COMMON_TIME, Grid
from livedshl.music.segments import Tune, as_heard, distinct_segments, steps_from
from livedshl.music.tune_forms import TuneForm, forms_in
from livedshl.networks.contexts import Contexts


@dataclass(frozen=True, slots=True)
class TuneInfo:
    """The title of a tune, and its source ("reels.abc#12")."""

    title: str
    source: str

    @classmethod
    def of_json(cls, entry: Any) -> "TuneInfo":
        """A tune as `tunes.json` has it. Raises ValueError or TypeError."""
        tune = cls(**entry)
        if not (isinstance(tune.title, str) and isinstance(tune.source, str)):
            raise ValueError("a title or source in tunes.json is not a text")
        (tune.title + tune.source).encode()  # half a surrogate pair cannot be shown
        return tune


@dataclass(frozen=True, eq=False)
class SegmentLibrary:
    """Tunes end to end, and the segments cut from them: each different one once per tune.

    tune_steps: int32[tunes + 1], first step of each tune in `steps`, then the total.
    steps: int8[total, 3], MIDI pitch (0 = rest), articulated, chord class (-1 = none).
    starts: int32[n], first step of each segment in `steps`, ascending.
    phases: int8[n], beats from the start of the cycle to the segment, as in `Tune`.
    grid: of all tunes.
    heard_as: int8[k + 1], as `ChordVocabulary.read_as`; None: networks know every chord class.
    """

    tunes: tuple[TuneInfo, ...]
    tune_steps: NDArray[np.int32]
    steps: NDArray[np.int8]
    starts: NDArray[np.int32]
    phases: NDArray[np.int8]
    grid: Grid = COMMON_TIME
    heard_as: NDArray[np.int8] | None = None

    @classmethod
    def of_tunes(cls, tunes: Sequence[Tune]) -> "SegmentLibrary":
        """The different segments of each tune. Leaves out tunes without any."""
        tunes = [tune for tune in tunes if len(tune.starts)]
        lengths = np.array([0, *(len(tune.steps) for tune in tunes)], np.int32)
        tune_steps = np.cumsum(lengths, dtype=np.int32)
        kept = [distinct_segments(tune) for tune in tunes]
        starts = [
            tune.starts[rows] + first
            for tune, rows, first in zip(tunes, kept, tune_steps[:-1], strict=True)
        ]
        phases = [tune.phases[rows] for tune, rows in zip(tunes, kept, strict=True)]
        return cls(
            tunes=tuple(TuneInfo(tune.title, tune.source) for tune in tunes),
            tune_steps=tune_steps,
            steps=np.concatenate([np.empty((0, 3), np.int8), *(tune.steps for tune in tunes)]),
            starts=np.concatenate([np.empty(0, np.int32), *starts]).astype(np.int32),
            phases=np.concatenate([np.empty(0, np.int8), *phases]).astype(np.int8),
            grid=tunes[0].grid if tunes else COMMON_TIME,
        )

    def part(self, rows: NDArray[np.integer]) -> "SegmentLibrary":
        """A library of some rows, ascending, and only their tunes."""
        tunes, tune_of_row = np.unique(self.tune_of[rows], return_inverse=True)
        lengths = np.diff(self.tune_steps)[tunes]
        tune_steps = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        first = self.tune_steps[tunes]
        moved = tune_steps[:-1] - first  # steps that each tune moves by
        return SegmentLibrary(
            tunes=tuple(self.tunes[tune] for tune in tunes.tolist()),
            tune_steps=tune_steps,
            steps=np.concatenate(
                [self.steps[a : a + n] for a, n in zip(first, lengths, strict=True)]
            ),
            starts=(self.starts[rows] + moved[tune_of_row]).astype(np.int32),
            phases=self.phases[rows],
            grid=self.grid,
            heard_as=self.heard_as,
        )

    def __len__(self) -> int:
        return len(self.starts)

    def contents(self, segments: NDArray[np.integer] | slice = slice(None)) -> NDArray[np.int8]:
        """The steps of some segments, int8[..., segment steps, 3]."""
        return steps_from(self.steps, self.starts[segments], self.grid.segment_steps)

    def contexts(self, segments: NDArray[np.integer] | slice) -> Contexts:
        """What the networks read of some segments."""
        contexts = Contexts.cut(
            self.steps,
            starts=self.starts[segments].astype(np.int64),
            tune_starts=self.tune_steps[self.tune_of[segments]].astype(np.int64),
            phases=self.phases[segments].astype(np.int64),
            grid=self.grid,
        )
        return replace(contexts, steps=self.as_heard(contexts.steps))

    def as_heard(self, steps: NDArray[np.int8]) -> NDArray[np.int8]:
        """Steps, int8[..., 3], with the nearest chords that networks know in place of others."""
        return steps if self.heard_as is None else as_heard(steps, self.heard_as)

    @cached_property
    def tune_of(self) -> NDArray[np.int32]:
        """The tune of each segment, int32[n]."""
        return self.tune_at(self.starts)

    def tune_at(self, steps: NDArray[np.integer]) -> NDArray[np.int32]:
        """The tunes at some positions in `steps`, int32[...]."""
        return (np.searchsorted(self.tune_steps, steps, "right") - 1).astype(np.int32)

    @cached_property
    def types(self) -> TuneTypes:
        """The types of the tunes. Made when first needed: the first note may not wait for it."""
        titles = [tune.title for tune in self.tunes]
        return TuneTypes.of(titles, np.asarray(self.steps), self.tune_steps, self.grid)

    @cached_property
    def forms(self) -> Mapping[TuneForm, int]:
        """How many of its tunes have each form."""
        return forms_in(self.steps, self.tune_steps, self.grid)

    @cached_property
    def content_ids(self) -> NDArray[np.int32]:
        """Equal numbers for segments of equal content, in any tune, int32[n]."""
        order, offsets = self._by_content
        ids = np.empty(len(self), np.int32)
        ids[order] = np.repeat(np.arange(len(offsets) - 1, dtype=np.int32), np.diff(offsets))
        return ids

    @property
    def n_contents(self) -> int:
        """How many different contents there are."""
        return len(self._by_content[1]) - 1

    def songs_with(self, content: int) -> NDArray[np.int32]:
        """The tunes that have a content, ascending."""
        order, offsets = self._by_content
        segments = order[offsets[content] : offsets[content + 1]]
        return np.array(sorted(set(self.tune_of[segments].tolist())), np.int32)

    def contents_of(self, tune: int) -> NDArray[np.int32]:
        """The content ids of a tune, in order."""
        first, end = np.searchsorted(self.starts, self.tune_steps[tune : tune + 2])
        return self.content_ids[first:end]

    @cached_property
    def _by_content(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The segments ordered by content, int64[n], and where each content starts, then n.

        Not by `np.unique`: it imports masked arrays, which takes as long as all of this.
        """
        # Not by `contents`, whose indices of single steps take ten times as long, and the memory.
        windows = sliding_window_view(self.steps, (self.grid.segment_steps, 3))
        flat = windows[self.starts, 0].reshape(len(self), -1)
        rows = np.ascontiguousarray(flat).view(np.dtype((np.void, flat.shape[1]))).ravel()
        order = np.argsort(rows, kind="stable")
        ordered = rows[order]
        begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        return order, np.append(begins, len(rows))

    @cached_property
    def openings(self) -> NDArray[np.int32]:
        """The segments that open their tune on a bar line."""
        first = np.searchsorted(self.starts, self.tune_steps[:-1])
        on_first_bar = self.starts[first] == self.tune_steps[:-1]
        return np.asarray(first[on_first_bar], np.int32)

    def opening_of(self, tune: int) -> int:
        """The segment that opens a tune: the first one on a first beat, or else the first."""
        rows = np.flatnonzero(self.tune_of == tune)
        on_first_beat = rows[self.phases[rows] == 0]
        return int((on_first_beat if len(on_first_beat) else rows)[0])

    def after(self, segments: NDArray[np.integer], beats: int) -> NDArray[np.int64]:
        """The segments that start `beats` after others in the same tune, or -1."""
        wanted = self.starts[segments] + beats * self.grid.beat_steps
        rows = np.minimum(np.searchsorted(self.starts, wanted), len(self) - 1)
        there = (self.starts[rows] == wanted) & (self.tune_of[rows] == self.tune_of[segments])
        return np.where(there, rows, -1)

    def beat_in_tune(self, segment: int) -> int:
        """The beat of the tune, from its first bar line, where a segment starts."""
        first = self.tune_steps[self.tune_of[segment]]
        return int(self.starts[segment] - first) // self.grid.beat_steps

    @property
    def tune_ends(self) -> NDArray[np.intp]:
        """The rows where the segments of each tune end, except the last tune's."""
        return np.searchsorted(self.tune_of, np.arange(1, len(self.tunes)))


def stored_tunes(library: SegmentLibrary) -> list[Tune]:
    """The tunes that a library was cut from, with all their segments, including repeats.

    A library keeps the first start of each segment. It starts again wherever the same steps return
    at a place in the beat where segments of the tune start. These tunes give the same library.
    """
    tunes = []
    grid = library.grid
    rows = np.split(np.arange(len(library)), library.tune_ends)
    for number, (info, of_tune) in enumerate(zip(library.tunes, rows, strict=True)):
        first, end = library.tune_steps[number : number + 2].tolist()
        steps = np.asarray(library.steps[first:end])
        kept = {library.contents(of_tune)[i].tobytes(): i for i in range(len(of_tune))}
        first_starts = (library.starts[of_tune] - first).tolist()
        places_in_beat = {start % grid.beat_steps for start in first_starts}
        starts, phases = [], []
        for start in range(end - first - grid.segment_steps + 1):
            if start % grid.beat_steps not in places_in_beat:
                continue
            which = kept.get(steps[start : start + grid.segment_steps].tobytes())
            if which is not None and start >= first_starts[which]:
                starts.append(start)
                phases.append(library.phases[of_tune[which]])
        tunes.append(
            Tune(info.title, info.source, steps, np.array(starts, np.int32), np.array(phases), grid)
        )
    return tunes
