"""Gives a tune without chord symbols its chords: a hidden Markov model and its best path.

A state is a chord class that holds for a hop (2 beats). What it depends on: the chord before and
the place in the 8-bar phrase (transitions), and the melody's pitches within the hop (emissions).
All in C, by counting; reference: Rabiner, A tutorial on hidden Markov models (1989).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import COMMON_CHORDS, QUALITIES, Chord, ChordVocabulary
from livedshl.music.leadsheet import LeadSheet
from livedshl.music.segments import HOP_BEATS, refusal, transposition_to_c
from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP

PLACES = 16  # hops of an 8-bar phrase in 4/4; of 4, 8 and 32 none did as well
_HOP_TICKS = HOP_BEATS * TICKS_PER_BEAT
_NO_OPENING = 12  # stands for a hop that no note opens

# Chosen on six splits of the Nottingham tunes, 50 songs held out: 70.3 % of the hops.
_FIRST_STEP_WEIGHT = 3.0  # of what sounds in the first sixteenth of the hop
_MIDDLE_STEP_WEIGHT = 2.0  # of what sounds in the first sixteenth of its second beat
_NOTES_POWER = 0.8  # notes of a hop are not independent of each other
_OPENING_POWER = 0.3  # the opening note has been counted among the notes already
_NOTES_PRIOR = 0.5
_OPENING_PRIOR = 1.0
_CHORD_PRIOR = 5.0  # weight of how common a chord is, in how it follows another
_PLACE_PRIOR = 100.0  # weight of transitions anywhere, in those at one place of the phrase


@dataclass(frozen=True, slots=True, eq=False)
class _Hops:
    """A tune by hops: `start` int64[n] ticks, `notes` float64[n, 12], `opening` int64[n].

    notes: weighted beats for which each pitch class sounds. opening: pitch class of the note that
    opens the hop, or `_NO_OPENING`. Both in C.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    notes: NDArray[np.float64]
    opening: NDArray[np.int64]

    @classmethod
    def of(cls, sheet: LeadSheet, shift: int) -> "_Hops":
        last = max(sheet.end, int(sheet.bars[-1]) + 1)
        bar_ends = np.append(sheet.bars[1:], last)
        start = np.concatenate(
            [np.arange(a, b, _HOP_TICKS) for a, b in zip(sheet.bars, bar_ends, strict=True)]
        ).astype(np.int64)
        end = np.append(start[1:], max(last, int(start[-1]) + 1))
        onset, note_end = sheet.notes[:, 0], sheet.notes[:, 0] + sheet.notes[:, 1]
        pitch_class = (sheet.notes[:, 2] + shift) % 12
        sounding = (
            _overlap(start, end, onset, note_end)
            + (_FIRST_STEP_WEIGHT - 1) * _overlap(start, start + TICKS_PER_STEP, onset, note_end)
            + (_MIDDLE_STEP_WEIGHT - 1)
            * _overlap(
                start + TICKS_PER_BEAT,
                np.minimum(start + TICKS_PER_BEAT + TICKS_PER_STEP, end),
                onset,
                note_end,
            )
        )
        notes = sounding / TICKS_PER_BEAT @ (pitch_class[:, None] == np.arange(12))
        next_note = np.minimum(np.searchsorted(note_end, start, "right"), len(onset) - 1)
        sounds = note_end[next_note] > start
        opens = sounds & (onset[next_note] < start + TICKS_PER_BEAT // 2)
        opening = np.where(opens, pitch_class[next_note], _NO_OPENING)
        return cls(start, end, notes, opening)


@dataclass(frozen=True, slots=True, eq=False)
class Harmoniser:
    """Tables of probabilities; k is the number of chord classes.

    vocabulary: the chord classes, in C. start: float64[k] of the first chord.
    transition: float64[16, k, k] of a chord after another, by place in the phrase.
    notes: float64[k, 12] of a pitch class while a chord sounds.
    opening: float64[k, 13] of the pitch class that opens a hop, the last for none.
    """

    vocabulary: ChordVocabulary
    start: NDArray[np.float64]
    transition: NDArray[np.float64]
    notes: NDArray[np.float64]
    opening: NDArray[np.float64]

    @classmethod
    def fit(
        cls,
        sheets: Iterable[LeadSheet],
        vocabulary: ChordVocabulary | None = None,
        minor: bool = False,
    ) -> "Harmoniser":
        """Counts over the sheets that have chords and a place in a library (see `refusal`)."""
        vocabulary = vocabulary or ChordVocabulary.of_names(COMMON_CHORDS)
        k = len(vocabulary)
        start, chord = np.ones(k), np.ones(k)
        follows = np.zeros((PLACES, k, k))
        notes, opening = np.full((k, 12), _NOTES_PRIOR), np.full((k, 13), _OPENING_PRIOR)
        for sheet in sheets:
            if refusal(sheet, minor) is not None:
                continue
            chords = chords_by_hop(sheet, vocabulary)
            known = chords >= 0
            if not known.any():
                continue
            hops = _Hops.of(sheet, transposition_to_c(sheet.keys[0], sheet.notes[:, 2]))
            place = np.arange(len(chords)) % PLACES
            np.add.at(chord, chords[known], 1)
            np.add.at(start, chords[known & (place == 0)], 1)
            np.add.at(notes, chords[known], hops.notes[known])
            np.add.at(opening, (chords[known], hops.opening[known]), 1)
            pair = np.flatnonzero(known[1:] & known[:-1]) + 1
            np.add.at(follows, (place[pair], chords[pair - 1], chords[pair]), 1)
        anywhere = _shares(follows.sum(0) + _CHORD_PRIOR * _shares(chord))
        transition = _shares(follows + _PLACE_PRIOR * anywhere)
        return cls(vocabulary, _shares(start), transition, _shares(notes), _shares(opening))

    def harmonise(self, sheet: LeadSheet) -> LeadSheet:
        """The sheet with the likeliest chords in the place of its own, in its own key.

        A sheet without a place in a library (see `refusal`, minor admitted) comes back as it is.
        """
        if refusal(sheet, minor=True) is not None:
            return sheet
        shift = transposition_to_c(sheet.keys[0], sheet.notes[:, 2])
        hops = _Hops.of(sheet, shift)
        path = self.best_path(self._emission(hops))
        changes = np.flatnonzero(np.diff(path, prepend=-1))
        chords = [self.vocabulary.classes[state].transposed(-shift) for state in path[changes]]
        rows = [
            (tick, chord.root, chord.quality)
            for tick, chord in zip(hops.start[changes].tolist(), chords, strict=True)
        ]
        return replace(sheet, chords=np.array(rows, np.int32).reshape(-1, 3))

    def best_path(self, emission: NDArray[np.float64]) -> NDArray[np.int64]:
        """The likeliest chord classes, int64[n], by Viterbi.

        emission: float64[n, k], logarithms of how well each chord fits the notes of each hop.
        """
        follows = np.log(self.transition)
        score = np.log(self.start) + emission[0]
        origins = []
        for hop in range(1, len(emission)):
            through = score[:, None] + follows[hop % PLACES]  # (before, after)
            origins.append(through.argmax(0))
            score = through.max(0) + emission[hop]
        path = [int(score.argmax())]
        for origin in reversed(origins):
            path.append(int(origin[path[-1]]))
        return np.array(path[::-1])

    def to_dict(self) -> dict[str, Any]:
        """The tables as lists, for a JSON file."""
        tables = {name: getattr(self, name).round(6).tolist() for name in _TABLES}
        return {"chord_classes": list(self.vocabulary.names), **tables}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Harmoniser":
        """What `to_dict` gave. Raises KeyError, TypeError or ValueError for anything else."""
        vocabulary = ChordVocabulary.of_names(content["chord_classes"])
        k = len(vocabulary)
        shapes = ((k,), (PLACES, k, k), (k, 12), (k, 13))
        tables = [np.array(content[name], np.float64) for name in _TABLES]
        for name, table, shape in zip(_TABLES, tables, shapes, strict=True):
            if table.shape != shape or not (table >= 0).all():
                raise ValueError(f"table {name!r} is no table of probabilities {shape}")
        smallest = np.finfo(np.float64).tiny  # a rounded-off probability must not forbid a path
        return cls(vocabulary, *(np.maximum(table, smallest) for table in tables))

    def _emission(self, hops: _Hops) -> NDArray[np.float64]:
        notes = hops.notes @ np.log(self.notes).T  # (n, k)
        opening = np.log(self.opening)[:, hops.opening].T  # (n, k)
        emission: NDArray[np.float64] = _NOTES_POWER * notes + _OPENING_POWER * opening
        return emission


_TABLES = ("start", "transition", "notes", "opening")


def chords_by_hop(sheet: LeadSheet, vocabulary: ChordVocabulary) -> NDArray[np.int64]:
    """The chord class that sounds longest in each hop, in C, int64[n]; -1 where none does."""
    shift = transposition_to_c(sheet.keys[0], sheet.notes[:, 2])
    hops = _Hops.of(sheet, shift)
    ends = np.append(sheet.chords[1:, 0], sheet.end)[: len(sheet.chords)]
    ticks = np.zeros((len(hops.start), len(vocabulary)))
    for (onset, root, quality), end in zip(sheet.chords.tolist(), ends.tolist(), strict=True):
        if root >= 0:
            chord = vocabulary.index(Chord(root, quality).transposed(shift))
            ticks[:, chord] += _overlap(hops.start, hops.end, np.array([onset]), np.array([end]))[
                :, 0
            ]
    return np.where(ticks.any(1), ticks.argmax(1), -1)


def same_family(one: Chord, other: Chord) -> bool:
    """Whether chords share the root and the kind of third: G and G7, Am and Am7."""
    minor = [3 in QUALITIES[chord.quality][1] for chord in (one, other)]
    return one.root == other.root and minor[0] == minor[1]


def _overlap(
    start: NDArray[np.integer],
    end: NDArray[np.integer],
    other_start: NDArray[np.integer],
    other_end: NDArray[np.integer],
) -> NDArray[np.float64]:
    """Ticks that each of n stretches shares with each of m others, float64[n, m]."""
    shared = np.minimum(end[:, None], other_end) - np.maximum(start[:, None], other_start)
    ticks: NDArray[np.float64] = np.maximum(shared, 0).astype(np.float64)
    return ticks


def _shares(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Counts as shares of their sum over the last axis."""
    shares: NDArray[np.float64] = counts / counts.sum(-1, keepdims=True)
    return shares
