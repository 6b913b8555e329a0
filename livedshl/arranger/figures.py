"""Lays a bar of somebody's accompaniment on other chords, in any key, below another melody.

Its rhythm and the order of its notes stay: what rises still rises. Chord tones go to chord tones,
as near to where they lay as possible, and the bass keeps the degree it had.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger.voicing import fit_octave
from livedshl.music import Chord
from livedshl.music.accompaniment import HAND, LENGTH, LOWER, NOTE_PITCH, ONSET, roles
from livedshl.music.segments import REST

_OCTAVE = 12  # semitones; what is left for a chord if the melody lies low
_OTHER_DEGREE = 3.0  # semitones that a chord tone may move to keep its degree
_OTHER_BASS = 12.0  # the same for the lowest note of the left hand
_UNISON = 6.0  # semitones that notes may move so as not to fall together
_CLASH = 8.0  # semitones that a note may move so as not to clash with the melody
_SEMITONE = (1, 11)
_FROM_BEFORE = 0.5  # a semitone from the bar before, against one from where the note lay


@dataclass(frozen=True, slots=True)
class BarGround:
    """What a bar of accompaniment is laid on, in the key that sounds.

    chords: at each step of the bar; None where there is none. melody: the pitch that is heard at
    each step; `REST` where it is silent. scale: the pitch classes of the key. lowest, highest: the
    range in MIDI pitches, an octave or more.
    """

    chords: Sequence[Chord | None]
    melody: Sequence[int]
    scale: frozenset[int]
    lowest: int
    highest: int

    def clashes(self, step: int, pitch: int) -> bool:
        """Whether a pitch lies a semitone, in any octave, from what the melody has at a step."""
        heard = self.melody[step]
        return heard != REST and (heard - pitch) % 12 in _SEMITONE

    def highest_below(self, steps: Sequence[int]) -> int:
        """The highest pitch that lies below the melody at all these steps."""
        heard = [self.melody[step] - 1 for step in steps if self.melody[step] != REST]
        return min([*heard, self.highest])


@dataclass(frozen=True, slots=True)
class _FigureNote:
    """A note to lay: where it was, and the chord tone that it belongs to."""

    onset: int
    length: int
    pitch: int
    hand: int
    degree: int
    offset: int

    @property
    def chord_tone(self) -> int:
        return self.pitch - self.offset


def laid(
    notes: NDArray[np.int16],
    chords: NDArray[np.int8],
    beat_steps: int,
    ground: BarGround,
    before: Sequence[int] = (),
) -> NDArray[np.int16]:
    """The notes of a bar on another ground, int16[m, 4] with the columns of `notes`, int16[n, 4].

    chords: int8[beats, 2], what the notes sounded over, in the same key as them. before: the
    pitches that the bar before ended with. A note ends where the chord changes to one without it.
    Where there is no chord, or the melody leaves less than an octave above the lowest note, it is
    left out.
    """
    groups: dict[tuple[tuple[int, ...], Chord], list[_FigureNote]] = {}
    of_notes = roles(notes, chords, beat_steps)
    for row, role in zip(notes.tolist(), of_notes.tolist(), strict=True):
        note = _FigureNote(*row, *role)
        chord = ground.chords[note.onset]
        if chord:
            sounded = tuple(chords[note.onset // beat_steps].tolist())
            groups.setdefault((sounded, chord), []).append(note)
    found: dict[tuple[int, int], tuple[int, int]] = {}  # length and hand by onset and pitch
    for (_, chord), those in groups.items():
        lengths = [_length(note, ground) for note in those]
        sounding = {
            step
            for note, length in zip(those, lengths, strict=True)
            for step in range(note.onset, note.onset + length)
        }
        highest = ground.highest_below(sorted(sounding))
        if highest - ground.lowest < _OCTAVE:
            continue
        places = _placed(those, chord, ground, highest, before)
        for note, length in zip(those, lengths, strict=True):
            pitch = _with_offset(places[note.chord_tone], note, chord, ground, highest)
            kept = _until_foreign(note.onset, length, pitch, note.offset, ground)
            longest = max((kept, note.hand), found.get((note.onset, pitch), (0, 0)))
            found[note.onset, pitch] = longest
    rows = [
        (onset, _until_struck_again(onset, length, pitch, found), pitch, hand)
        for (onset, pitch), (length, hand) in found.items()
    ]
    rows.sort(key=lambda row: (row[ONSET], row[HAND], row[NOTE_PITCH]))
    return np.array(rows, np.int16).reshape(-1, 4)


def _length(note: _FigureNote, ground: BarGround) -> int:
    return min(note.length, len(ground.chords) - note.onset)


def _placed(
    notes: Sequence[_FigureNote],
    chord: Chord,
    ground: BarGround,
    highest: int,
    before: Sequence[int],
) -> Mapping[int, int]:
    """Where the chord tones of some notes go on a chord: ascending ones to ascending ones.

    Of all ways it takes the cheapest: near to where each lay and to the bar before, with few
    clashes, each degree kept if it costs little.
    """
    lowest = ground.lowest
    tones = sorted({note.chord_tone: note.degree for note in notes}.items())
    bass = min((note.chord_tone for note in notes if note.hand == LOWER), default=None)
    places = [pitch for pitch in range(lowest, highest + 1) if pitch % 12 in chord.pitch_classes]
    there = np.array(places)
    degrees = np.array([chord.intervals.index((pitch - chord.root) % 12) for pitch in places])
    costs = np.zeros((len(tones), len(places)))
    for number, (pitch, degree) in enumerate(tones):
        kept = (degrees == degree) | (degree < 0)
        other = _OTHER_BASS if pitch == bass else _OTHER_DEGREE
        costs[number] = abs(there - fit_octave(pitch, lowest, highest)) + other * ~kept
        steps = [note.onset for note in notes if note.chord_tone == pitch]
        clashing = [[ground.clashes(step, place) for place in places] for step in steps]
        costs[number] += _CLASH * np.mean(clashing, axis=0)
    if before:
        moved = abs(there[:, None] - np.array(before)).min(1)
        costs += _FROM_BEFORE * moved
    chosen = _cheapest_ascent(costs)
    return {pitch: places[place] for (pitch, _), place in zip(tones, chosen, strict=True)}


def _cheapest_ascent(costs: NDArray[np.float64]) -> list[int]:
    """A column for each row, never descending, with the least sum of costs, float64[n, m].

    A column that is taken twice costs more. By dynamic programming.
    """
    n, m = costs.shape
    total = costs[0]
    came_from = np.zeros((n, m), np.int64)
    for row in range(1, n):
        lower = np.minimum.accumulate(total)  # the best up to each column
        at = np.maximum.accumulate(np.where(total == lower, np.arange(m), 0))
        below = np.concatenate([[np.inf], lower[:-1]])  # the best strictly below each column
        together = total + _UNISON
        rises = below <= together
        came_from[row] = np.where(rises, np.concatenate([[0], at[:-1]]), np.arange(m))
        total = costs[row] + np.where(rises, below, together)
    column = int(np.argmin(total))
    chosen = [column]
    for row in range(n - 1, 0, -1):
        column = int(came_from[row, column])
        chosen.append(column)
    return chosen[::-1]


def _with_offset(
    tone: int, note: _FigureNote, chord: Chord, ground: BarGround, highest: int
) -> int:
    """Where a note goes whose chord tone goes to `tone`.

    A neighbour or passing note stays beside its chord tone, and is of the key if possible. It
    becomes the chord tone where it would clash with the melody.
    """
    if note.offset == 0:
        return tone
    up = 1 if note.offset > 0 else -1
    beside = [
        tone + up * semitones
        for semitones in (1, 2)
        if ground.lowest <= tone + up * semitones <= highest
    ]
    foreign = [
        pitch
        for pitch in beside
        if pitch % 12 not in chord.pitch_classes and not ground.clashes(note.onset, pitch)
    ]
    of_key = [pitch for pitch in foreign if pitch % 12 in ground.scale]
    wanted = tone + note.offset
    return min(of_key or foreign or [tone], key=lambda pitch: abs(pitch - wanted))


def _until_foreign(onset: int, length: int, pitch: int, offset: int, ground: BarGround) -> int:
    """How long a note sounds: until the chord changes to one that lacks it."""
    own = ground.chords[onset]
    for step in range(onset + 1, onset + length):
        chord = ground.chords[step]
        if chord != own and (offset or chord is None or pitch % 12 not in chord.pitch_classes):
            return step - onset
    return length


def _until_struck_again(
    onset: int, length: int, pitch: int, struck: Iterable[tuple[int, int]]
) -> int:
    again = [other for other, same in struck if same == pitch and other > onset]
    return min([length, *(other - onset for other in again)])


def ending_pitches(notes: NDArray[np.int16]) -> tuple[int, ...]:
    """The pitches that a bar, int16[n, 4], ends with: those that sound last."""
    if not len(notes):
        return ()
    ends = notes[:, ONSET] + notes[:, LENGTH]
    return tuple(notes[ends == ends.max(), NOTE_PITCH].tolist())
