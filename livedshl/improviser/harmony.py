"""Harmonises a section as a whole: the melody's chords, as they follow each other in the library.

The harmoniser says how well each chord fits each hop of the melody. Counts of the library say which
chord follows which. The close wants its cadence, and the middle of a section a half close. The best
sequence of all is found; a root that stays for more than two bars loses by it. The chords that the
segments have in their songs count for a little. They are taken for the nearest of the few that
networks read; where the sequence agrees with one, it sounds as it is written, with its seventh, its
sixth or its bass.

Reference: Yi, Hu, Wang, Xia: AccoMontage2 (2022), for harmonising phrases by template and cadence.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle
from livedshl.bundle.harmonisers import shipped_harmoniser
from livedshl.improviser.chord_sequence import best_sequence, lengths
from livedshl.improviser.form import SECTION_BARS, Cadence
from livedshl.music import Chord, ChordVocabulary, Grid
from livedshl.music.chords import N_CHORD_CLASSES, NO_CHORD
from livedshl.music.leadsheet import Key, LeadSheet
from livedshl.music.segments import ARTICULATED, CHORD, PITCH, REST, TONICS
from livedshl.networks.harmoniser import CLASSES, Harmoniser, same_family
from livedshl.units import TICKS_PER_STEP

Scores = NDArray[np.float64]

# All in nats.
_UNLIKE = 1.0  # for each pitch class by which a chord differs from one that is known
_COMMON = 0.6  # how much of a chord's frequency is taken off: the tonic is not to win by it
_LEAST_SHARE = 0.04  # a chord that is rarer gains no more: I7 is not to open a section
_STAY = -1.6  # for a chord that stays for another bar
_LONG_BARS, _LONG = 2, -3.0  # for each bar more that a root stays after so many
_OWN = 0.4  # for the chord that the segment has in its song
_WRITTEN = 4.0  # the same in a library of more chords: people wrote or played those
_FOREIGN = 0.6  # taken off where the note at the start of the hop is not in the chord
_OTHER_THIRD = 6.0  # taken off where the melody has the minor third of a major chord all hop long
_CLOSE = 3.0  # for the last chord of a section
_APPROACH = 5.0  # for the dominant before the tonic
_HALF_CLOSE = 0.5  # for the dominant at the end of bar 4
_UNSEEN = 0.5  # added to every count
_APPROACH_BARS = 2
_DOMINANT = 7  # semitones above the tonic
_MINOR_THIRD, _MAJOR_THIRD = 3, 4


class SectionHarmony:
    """Finds the chords of sections of a model's tunes.

    vocabulary: what its chord numbers stand for: the model's chords, then those that the harmoniser
    knows besides.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.vocabulary = harmony_vocabulary(bundle.vocabulary)
        self._bundle = bundle
        self._grid: Grid = bundle.library.grid
        known = len(bundle.vocabulary)
        heard = bundle.vocabulary.heard_as[:-1].astype(np.int64)
        besides = np.arange(known, len(self.vocabulary))
        first = min(known, N_CHORD_CLASSES)
        # The chords that sequences are made of, as numbers of `vocabulary`, and for each number of
        # that the place among them; -1 for no chord.
        self._plain = np.concatenate([np.arange(first), besides])
        self._place = np.concatenate([heard, besides - known + first, [NO_CHORD]])

    def prepare(self) -> None:
        """Finds what the tunes tell about harmony now; any thread may."""
        _ = self._harmoniser, self._moves, self._shares, self._lengths, self._agree

    def chords_of(
        self, steps: NDArray[np.int8], n_sounded: int, cadence: Cadence
    ) -> NDArray[np.int8]:
        """The chord of every beat of a section, int8[beats].

        steps: int8[n, 3], the section from its first bar line to its end, with chords of
        `vocabulary`. n_sounded: in how many of its beats they sound already, so that they stay.
        """
        own = steps[:: self._grid.beat_steps, CHORD].copy()
        sheet = _sheet_of(steps, self._grid, self._key)
        if self._harmoniser is None or not len(sheet.notes):
            return own
        hop = self._grid.hop_beats
        by_hop = self._place[own].reshape(-1, hop)
        scores = self._fit(self._harmoniser, sheet) - _FOREIGN * self._is_foreign(steps)
        scores -= _OTHER_THIRD * self._other_thirds(steps)
        is_rich = len(self._bundle.vocabulary) > N_CHORD_CLASSES
        for beat in by_hop.T:
            known = np.flatnonzero(beat != NO_CHORD)
            scores[known, beat[known]] += (_WRITTEN if is_rich else _OWN) / hop
        moves = np.repeat(self._moves[None], len(by_hop), axis=0)
        self._wish_for_cadences(scores, moves, cadence)
        sounded = -(-n_sounded // hop)
        for at in range(sounded):
            if by_hop[at, -1] != NO_CHORD:
                scores[at, np.arange(scores.shape[1]) != by_hop[at, -1]] = -np.inf
        found = np.repeat(best_sequence(scores, moves, self._lengths), hop)
        agrees = (own != NO_CHORD) & self._agree[own, found]
        chords = np.where(agrees, own, self._plain[found]).astype(np.int8)
        chords[:n_sounded] = own[:n_sounded]
        return chords

    def _fit(self, harmoniser: Harmoniser, sheet: LeadSheet) -> Scores:
        """How well each chord fits each hop, float64[hops, k]."""
        likely = harmoniser.likelihood(sheet).astype(np.float64)
        likely -= np.logaddexp.reduce(likely, axis=1)[:, None]
        nearest, distance = self._in_terms_of(harmoniser.vocabulary)
        return likely[:, nearest] - _UNLIKE * distance - _COMMON * self._shares

    def _is_foreign(self, steps: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Where the note that starts a hop is not in a chord, bool[hops, k]."""
        pitch = steps[:: self._grid.hop_steps, PITCH]
        in_chord = np.array(
            [[pc in chord.pitch_classes for pc in range(12)] for chord in self._classes]
        )
        return np.asarray(~in_chord[:, pitch % 12].T & (pitch != REST)[:, None], np.bool_)

    def _other_thirds(self, steps: NDArray[np.int8]) -> Scores:
        """The share of each hop in which the melody has the third that a chord has not.

        float64[hops, k]. A melody in minor with the natural seventh has no major dominant there.
        """
        pitch = steps[:, PITCH].reshape(-1, self._grid.hop_steps)
        sounds = np.stack([((pitch % 12 == pc) & (pitch != REST)).mean(axis=1) for pc in range(12)])
        shares = np.zeros((len(pitch), len(self._classes)))
        for number, chord in enumerate(self._classes):
            thirds = {_MINOR_THIRD, _MAJOR_THIRD}
            if len(absent := thirds - set(chord.intervals)) == 1:
                shares[:, number] = sounds[(chord.root + absent.pop()) % 12]
        return shares

    def _wish_for_cadences(self, scores: Scores, moves: Scores, cadence: Cadence) -> None:
        """Adds what the form wishes for: to scores, float64[hops, k], and moves, [hops, k, k]."""
        bar_hops = self._grid.bar_beats // self._grid.hop_beats
        tonic, dominant = self._is_tonic, self._is_dominant
        if len(scores) == SECTION_BARS * bar_hops:
            scores[len(scores) // 2 - 1] += _HALF_CLOSE * dominant
        scores[-1] += _CLOSE * (dominant if cadence is Cadence.HALF else tonic)
        if cadence is not Cadence.HALF:
            approach = np.outer(dominant, tonic) * _APPROACH
            moves[-_APPROACH_BARS * bar_hops :] += approach

    @property
    def _key(self) -> Key:
        return Key(TONICS[self._bundle.mode], self._bundle.mode)

    @property
    def _classes(self) -> tuple[Chord, ...]:
        """The k chords that sequences are made of."""
        return tuple(self.vocabulary.classes[number] for number in self._plain.tolist())

    @cached_property
    def _agree(self) -> NDArray[np.bool_]:
        """Whether a chord of `vocabulary` (row) may stand for one of a sequence (column).

        bool[all, k]. It is the same chord for the networks, or has the same root and third. A tonic
        at rest is no dominant seventh, though.
        """
        same_place = self._place[:-1, None] == np.arange(len(self._plain))
        alike = [
            [
                same_family(own, found) and own.is_dominant == found.is_dominant
                for found in self._classes
            ]
            for own in self.vocabulary.classes
        ]
        return np.asarray(same_place | np.array(alike), np.bool_)

    @cached_property
    def _is_tonic(self) -> NDArray[np.float64]:
        """1 for a chord on the tonic without a seventh, else 0, float64[k]."""
        tonic = self._key.tonic
        return np.array([float(c.root == tonic and len(c.intervals) == 3) for c in self._classes])

    @cached_property
    def _is_dominant(self) -> NDArray[np.float64]:
        """1 for a major chord on the dominant, with or without its seventh, else 0, float64[k]."""
        root = (self._key.tonic + _DOMINANT) % 12
        return np.array(
            [
                float(chord.root == root and _MAJOR_THIRD in chord.intervals)
                for chord in self._classes
            ]
        )

    @cached_property
    def _lengths(self) -> Scores:
        bar_hops = self._grid.bar_beats // self._grid.hop_beats
        roots = np.array([chord.root for chord in self._classes])
        return lengths(roots, _LONG_BARS * bar_hops, _LONG / bar_hops)

    @cached_property
    def _harmoniser(self) -> Harmoniser | None:
        """Read when first needed: the first note does not wait for it."""
        return shipped_harmoniser()

    @cached_property
    def _counts(self) -> Scores:
        """How often a hop's chord (column) follows another (row) in the library, float64[k, k]."""
        library, grid = self._bundle.library, self._grid
        known = min(len(self._bundle.vocabulary), N_CHORD_CLASSES)
        pairs = np.zeros((known, known))
        in_tune = np.arange(len(library.steps)) - np.repeat(
            library.tune_steps[:-1], np.diff(library.tune_steps)
        )
        hops = np.flatnonzero(in_tune % grid.hop_steps == 0)
        chords = self._place[library.steps[hops, CHORD]]
        follows = (in_tune[hops[1:]] > 0) & (chords[1:] != NO_CHORD) & (chords[:-1] != NO_CHORD)
        np.add.at(pairs, (chords[:-1][follows], chords[1:][follows]), 1)
        nearest, distance = self._in_terms_of(
            ChordVocabulary(self._bundle.vocabulary.classes[:known])
        )
        rarer = np.exp(-_UNLIKE * distance)
        counts: Scores = (pairs + _UNSEEN)[nearest][:, nearest] * np.outer(rarer, rarer)
        return counts

    @cached_property
    def _moves(self) -> Scores:
        """Log likelihood of each chord (column) after each (row), float64[k, k]."""
        counts = self._counts
        moves = np.log(counts / counts.sum(axis=1, keepdims=True))
        moves[np.diag_indices_from(moves)] += _STAY * self._grid.hop_beats / self._grid.bar_beats
        return np.asarray(moves, np.float64)

    @cached_property
    def _shares(self) -> Scores:
        """Log share of each chord in the library, at least `_LEAST_SHARE`, float64[k]."""
        counts = self._counts.sum(axis=0)
        return np.asarray(np.log(np.maximum(counts / counts.sum(), _LEAST_SHARE)), np.float64)

    def _in_terms_of(self, known: ChordVocabulary) -> tuple[NDArray[np.int64], Scores]:
        """For each chord the nearest that is known, int64[k], and how far it is, float64[k]."""
        nearest = np.array([known.index(chord) for chord in self._classes])
        distance = [
            chord.distance(known.classes[near])
            for chord, near in zip(self._classes, nearest.tolist(), strict=True)
        ]
        return nearest, np.array(distance)


def harmony_vocabulary(vocabulary: ChordVocabulary) -> ChordVocabulary:
    """The chords of a model, then those that the harmoniser knows besides."""
    known = (Chord.parse(name) for name in CLASSES)
    own = (chord for chord in known if chord not in vocabulary.classes)
    return ChordVocabulary((*vocabulary.classes, *own))


def _sheet_of(steps: NDArray[np.int8], grid: Grid, key: Key) -> LeadSheet:
    """The melody of steps, int8[n, 3], that begin on a bar line, as a lead sheet."""
    pitch = steps[:, PITCH].astype(np.int32)
    changes = (steps[:, ARTICULATED] > 0) | (np.diff(pitch, prepend=-1) != 0)
    onset = np.flatnonzero(changes).astype(np.int32)
    length = np.diff(onset, append=len(steps)).astype(np.int32)
    sounding = pitch[onset] != REST
    notes = np.stack([onset * TICKS_PER_STEP, length * TICKS_PER_STEP, pitch[onset]], axis=1)
    return LeadSheet(
        title="",
        source="",
        metre_changes=((0, grid.metre),),
        key_changes=((0, key),),
        bars=np.arange(0, len(steps) * TICKS_PER_STEP, grid.bar_ticks, dtype=np.int32),
        notes=notes[sounding].astype(np.int32),
        chords=np.zeros((0, 3), np.int32),
        end=len(steps) * TICKS_PER_STEP,
    )
