"""Plays accompaniment that is found by code, both hands, laid on the chords below the melody."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger.accompaniment_finder import PlayedBar
from livedshl.arranger.accompanist import Accompanist, BarWish
from livedshl.arranger.comping import Comping
from livedshl.arranger.figures import BarGround, ending_pitches, laid
from livedshl.arranger.hand import Hand
from livedshl.arranger.instruments import is_piano
from livedshl.arranger.pattern import NOTES, SILENT
from livedshl.arranger.pedal import Pedal
from livedshl.arranger.shipped_patterns import pattern_of
from livedshl.arranger.stretch import Stretch
from livedshl.arranger.voicing import bass_note
from livedshl.bundle.accompaniment import BorrowedBar
from livedshl.music import Chord, Grid
from livedshl.music.accompaniment import LENGTH, NO_NOTES, NOTE_PITCH, ONSET
from livedshl.music.segments import REST

_SCALE = (0, 2, 4, 5, 7, 9, 11)  # of C major and A minor
_BASS_WITHIN = 24  # semitones from the lowest note of the range: where the last bass note lies


@dataclass(frozen=True, slots=True, eq=False)
class _LaidBar:
    """The bar that is played.

    number: in the performance. row: in the library. chords, melody: what is known of each of its
    steps, as they sound. notes: int16[n, 4], as laid on them. before: pitches the bar before ended
    with. key_shift: of the key that sounds.
    """

    number: int
    row: int
    chords: tuple[Chord | None, ...]
    melody: tuple[tuple[int, bool], ...]
    notes: NDArray[np.int16]
    before: tuple[int, ...]
    key_shift: int

    def __deepcopy__(self, memo: object) -> "_LaidBar":
        return self  # nothing changes it

    def as_played(self, grid: Grid) -> PlayedBar:
        """The bar in C major or A minor."""
        notes = self.notes.copy()
        notes[:, NOTE_PITCH] -= self.key_shift
        on_beats = self.chords[:: grid.beat_steps]
        return PlayedBar(
            notes=notes,
            chords=np.array(
                [
                    ((chord.root - self.key_shift) % 12, chord.quality) if chord else (-1, 0)
                    for chord in on_beats
                ],
                np.int8,
            ),
            melody=np.array(
                [
                    (REST if pitch == REST else pitch - self.key_shift, strikes)
                    for pitch, strikes in self.melody
                ],
                np.int8,
            ),
        )


class ByCode:
    """Plays a part whose notes an accompanist finds.

    The notes of a bar are laid when it begins, on what is known of it, and the rest of them again
    when more is known. A pianist holds the pedal down through each chord of a bar that has nothing
    but its own notes, and lets it go at rests.
    """

    def __init__(self, hand: Hand, accompanist: Accompanist) -> None:
        self._hand = hand
        self._accompanist = accompanist
        self._closing = Comping(hand)
        self._pedal = _pedal_of(hand)
        self._pedalled: tuple[int, Chord | None] | None = None  # bar and chord it went down for
        self._bar: _LaidBar | None = None
        self._strikes_again = False
        self.borrowed: BorrowedBar | None = None  # whose bar sounded last

    def play(self, stretch: Stretch) -> None:
        """Plays the part for a stretch."""
        bar_steps = self._hand.grid.bar_steps
        self.borrowed = None
        at = 0
        while at < len(stretch):
            step = stretch.first_step + at
            end = min(len(stretch), at + bar_steps - step % bar_steps)
            bar = self._bar_at(at, stretch)
            self._strike(bar, at, end, stretch)
            at = end

    def close(self, stretch: Stretch) -> None:
        """Strikes the first chord over its bass, and holds it."""
        self._closing.close(stretch)
        chord = stretch.chords[0]
        if chord is not None:
            lowest = self._hand.part.lowest
            bass = bass_note(chord.lowest, lowest, lowest + _BASS_WITHIN, None)
            if bass not in self._hand.held:
                self._hand.strike(stretch.first_step, (bass,), off=())
            self._pedal.change(self._hand.tick_of(stretch.first_step))
        else:
            self._pedal.lift(self._hand.tick_of(stretch.first_step))

    def end(self, tick: int) -> None:
        """Lets the pedal go."""
        self._pedal.lift(tick)

    def strike_again(self) -> None:
        """Strikes what sounds again: it was silenced, and its pedal is up."""
        self._strikes_again = True
        self._pedal = _pedal_of(self._hand)

    def _bar_at(self, at: int, stretch: Stretch) -> _LaidBar:
        """The bar in which a step of a stretch lies, laid on all that is known of it by now."""
        grid = self._hand.grid
        step = stretch.first_step + at
        number, within = divmod(step, grid.bar_steps)
        bar = self._bar
        same = bar is not None and bar.number == number
        known = bar if bar is not None and same else None
        chords = _chords_of_bar(known, within, at, stretch)
        melody = _melody_of_bar(known, within, at, stretch)
        if known is None:
            if bar is not None:
                self._accompanist.remember(bar.as_played(grid))
            before = ending_pitches(bar.notes) if bar is not None else ()
            known = _LaidBar(number, -1, chords, melody, NO_NOTES, before, stretch.key_shift)
            row = self._accompanist.choose(self._wish(step, stretch), known.as_played(grid))
            self._bar = self._laid(replace(known, row=row), 0)
        elif (chords, melody) != (known.chords, known.melody):
            self._bar = self._laid(replace(known, chords=chords, melody=melody), within)
        assert self._bar is not None
        return self._bar

    def _wish(self, step: int, stretch: Stretch) -> BarWish:
        guide, bar_steps = self._hand.guide, self._hand.grid.bar_steps
        return BarWish(
            number=step // bar_steps,
            section=guide.section,
            in_section=stretch.in_section(step) // bar_steps,
            fullness=guide.fullness,
            variation=guide.variation,
        )

    def _laid(self, bar: _LaidBar, within: int) -> _LaidBar:
        """The bar, fitted anew from a step on; notes struck before it stay and end in time."""
        library, part = self._accompanist.finder.library, self._hand.part
        grid = self._hand.grid
        ground = BarGround(
            chords=bar.chords,
            melody=[pitch for pitch, _ in bar.melody],
            scale=frozenset((pitch + bar.key_shift) % 12 for pitch in _SCALE),
            lowest=part.lowest,
            highest=part.highest,
        )
        chords = library.arrays.chords[bar.row, : grid.bar_beats]
        notes = laid(library.notes(bar.row), chords, grid.beat_steps, ground, bar.before)
        if within:
            struck = bar.notes[bar.notes[:, ONSET] < within]
            kept = {(row[ONSET], row[NOTE_PITCH]): row[LENGTH] for row in notes.tolist()}
            for row in struck:
                longest = kept.get((int(row[ONSET]), int(row[NOTE_PITCH])), within - row[ONSET])
                row[LENGTH] = min(row[LENGTH], longest)
            notes = np.concatenate([struck, notes[notes[:, ONSET] >= within]])
        return replace(bar, notes=notes)

    def _strike(self, bar: _LaidBar, at: int, end: int, stretch: Stretch) -> None:
        """Strikes and releases what the bar has in a part of a stretch."""
        hand, symbols = self._hand, self._hand.guide.lanes[NOTES]
        onsets, pitches = bar.notes[:, ONSET], bar.notes[:, NOTE_PITCH]
        ends = onsets + bar.notes[:, LENGTH]
        for step in range(stretch.first_step + at, stretch.first_step + end):
            silent = symbols[stretch.in_section(step) % len(symbols)] == SILENT
            within = step % hand.grid.bar_steps
            sounds = (onsets <= within) & (within < ends) & (not silent)
            strikes = sounds & (onsets == within)
            struck = set(pitches[strikes].tolist())
            if self._strikes_again:
                struck |= set(pitches[sounds].tolist())
                self._strikes_again = False
            off = set(hand.held) - set(pitches[sounds].tolist()) | struck & set(hand.held)
            if struck or off:
                hand.strike(step, sorted(struck), off=off)
            self._move_pedal(bar, step, sorted(struck))
            if hand.held:
                self.borrowed = self._accompanist.finder.library.borrowed(bar.row)

    def _move_pedal(self, bar: _LaidBar, step: int, struck: Sequence[int]) -> None:
        """Changes the pedal with a chord, and lifts it where its notes would blur."""
        hand, within = self._hand, step % self._hand.grid.bar_steps
        chord = bar.chords[within]
        if self._pedal.is_down and self._pedalled == (bar.number, chord):
            if not hand.held or _has_foreign(struck, chord):
                self._pedal.lift(hand.tick_of(step))
        elif struck and not _has_foreign(_to_sound(bar, within), chord):
            self._pedal.change(hand.tick_of(step))
            self._pedalled = bar.number, chord
        elif self._pedal.is_down:
            self._pedal.lift(hand.tick_of(step))


def _pedal_of(hand: Hand) -> Pedal:
    works = pattern_of(hand.part).pedal and is_piano(hand.part.program)
    return Pedal(hand, works=works)


def _to_sound(bar: _LaidBar, within: int) -> list[int]:
    """The pitches that a bar has from a step on, as long as the chord lasts."""
    chord = bar.chords[within]
    changes = (at for at in range(within, len(bar.chords)) if bar.chords[at] != chord)
    end = next(changes, len(bar.chords))
    onsets = bar.notes[:, ONSET]
    there = (onsets < end) & (onsets + bar.notes[:, LENGTH] > within)
    pitches: list[int] = bar.notes[there, NOTE_PITCH].tolist()
    return pitches


def _has_foreign(pitches: Sequence[int], chord: Chord | None) -> bool:
    """Whether a pitch does not belong to a chord."""
    return chord is None or any(pitch % 12 not in chord.pitch_classes for pitch in pitches)


def _chords_of_bar(
    bar: _LaidBar | None, within: int, at: int, stretch: Stretch
) -> tuple[Chord | None, ...]:
    """The chord of each step of a bar; the last that is known lasts."""
    bar_steps = stretch.grid.bar_steps
    known = [*(bar.chords[:within] if bar else [stretch.chords[at]] * within)]
    known += stretch.chords[at : at + bar_steps - within]
    rest = stretch.following or known[-1]
    return tuple(known + [rest] * (bar_steps - len(known)))


def _melody_of_bar(
    bar: _LaidBar | None, within: int, at: int, stretch: Stretch
) -> tuple[tuple[int, bool], ...]:
    """The pitch that is heard at each step of a bar, and whether it strikes there."""
    bar_steps = stretch.grid.bar_steps
    known = [*(bar.melody[:within] if bar else [(REST, False)] * within)]
    here = range(at, min(len(stretch), at + bar_steps - within))
    known += [(stretch.heard(n), stretch.articulated[n]) for n in here]
    known += [
        (pitch if pitch == REST else pitch + stretch.coming_octave, strikes)
        for pitch, strikes in stretch.coming[: bar_steps - len(known)]
    ]
    return tuple(known + [(REST, False)] * (bar_steps - len(known)))
