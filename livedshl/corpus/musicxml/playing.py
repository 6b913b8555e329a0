"""Plays a score out: the bars in the order in which they sound, on one line of time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.corpus.musicxml.bars import ScoreNote
from livedshl.music import Metre
from livedshl.music.leadsheet import Key

Line = Sequence[Sequence[ScoreNote]]  # the notes of each written bar
Chord = tuple[int, int, int, int]  # tick, root, quality, bass


@dataclass(frozen=True, slots=True)
class PlayedTime:
    """Where the written bars come in time.

    order: the number of each bar that is played. ticks: when each of these begins; negative for a
    pickup. lengths: of the written bars. end: the tick at which the tune ends.
    """

    order: list[int]
    ticks: list[int]
    lengths: list[int]
    end: int

    def played(self) -> Iterator[tuple[int, int]]:
        """The number and the tick of each bar that is played."""
        return zip(self.order, self.ticks, strict=True)


def time_of(order: Sequence[int], lengths: Sequence[int], metres: Sequence[Metre]) -> PlayedTime:
    """lengths, metres: of the written bars."""
    first = lengths[order[0]]
    pickup = first if len(order) > 1 and first < metres[order[0]].bar_ticks else 0
    ticks, now = [], -pickup
    for number in order:
        ticks.append(now)
        now += lengths[number]
    return PlayedTime(list(order), ticks, list(lengths), now)


def bar_lines(time: PlayedTime, metres: Sequence[Metre]) -> NDArray[np.int32]:
    """The ticks where bars start. A bar that a repeat sign splits in two is one."""
    lines: list[int] = []
    missing = 0  # ticks that the bar before still lacks
    for number, tick in time.played():
        if tick < 0:
            continue
        length, full = time.lengths[number], metres[number].bar_ticks
        completes = missing > 0 and length == missing
        if not completes:
            lines.append(tick)
        missing = 0 if completes else max(0, full - length)
    return np.array(lines, np.int32)


def melody_of(time: PlayedTime, line: Line) -> NDArray[np.int32]:
    """The notes of a line as they are played, int32[n, 3], each cut where the next begins."""
    played = _joined(time, [[(note, 0) for note in bar] for bar in line])
    following = [*(onset for onset, *_ in played[1:]), time.end][: len(played)]
    notes = [
        (onset, min(length, after - onset), pitch)
        for (onset, length, pitch, _), after in zip(played, following, strict=True)
    ]
    return np.array(notes, np.int32).reshape(-1, 3)


def accompaniment_of(time: PlayedTime, hands: Sequence[Line]) -> NDArray[np.int32]:
    """All notes of some lines as they are played, int32[n, 4] with the number of the line."""
    bars = [
        [(note, hand) for hand, line in enumerate(hands) for note in line[number]]
        for number in range(len(time.lengths))
    ]
    return np.array(sorted(set(_joined(time, bars))), np.int32).reshape(-1, 4)


def _joined(
    time: PlayedTime, bars: Sequence[Sequence[tuple[ScoreNote, int]]]
) -> list[tuple[int, int, int, int]]:
    """Onset, length, pitch and hand of all notes as they are played, with ties joined."""
    notes: list[list[int]] = []
    held: dict[tuple[int, int, int], list[int]] = {}  # by end, pitch and hand
    for number, tick in time.played():
        for note, hand in bars[number]:
            onset = tick + note.onset
            if note.onset >= time.lengths[number]:
                continue
            before = held.pop((onset, note.pitch, hand), None) if note.tied_from else None
            if before:
                before[1] += note.length
            else:
                before = [onset, note.length, note.pitch, hand]
                notes.append(before)
            if note.tied_to:
                held[before[0] + before[1], note.pitch, hand] = before
    return [(a, b, c, d) for a, b, c, d in sorted(notes, key=lambda n: (n[0], n[3], n[2]))]


def chords_of(time: PlayedTime, symbols: Sequence[Sequence[Chord]]) -> NDArray[np.int32]:
    """The chord symbols as they are played, int32[n, 4]: tick, root, quality, bass.

    Where the music goes back into the middle of a chord, the chord is written again.
    """
    in_force: list[tuple[int, int, int] | None] = []
    now: tuple[int, int, int] | None = None
    for bar in symbols:
        in_force.append(now)
        now = bar[-1][1:] if bar else now
    chords: list[Chord] = []
    before = -1
    for number, tick in time.played():
        bar = symbols[number]
        held = in_force[number]
        if number < before and held and not (bar and bar[0][0] == 0):
            chords.append((tick, *held))
        chords.extend((tick + chord[0], *chord[1:]) for chord in bar)
        before = number
    chords.sort(key=lambda chord: chord[0])
    last_of_tick = {chord[0]: chord for chord in chords}
    return np.array(list(last_of_tick.values()), np.int32).reshape(-1, 4)


def metre_changes(time: PlayedTime, metres: Sequence[Metre]) -> tuple[tuple[int, Metre], ...]:
    """Where a metre begins, as it is played."""
    changes: list[tuple[int, Metre]] = []
    for number, tick in time.played():
        if not changes or changes[-1][1] != metres[number]:
            changes.append((tick, metres[number]))
    return tuple(changes)


def key_changes(
    time: PlayedTime, keys: Sequence[Sequence[tuple[int, Key]]]
) -> tuple[tuple[int, Key], ...]:
    """Where a key begins, as it is played. keys: those of each bar by tick, the first at 0."""
    changes: list[tuple[int, Key]] = []
    for number, tick in time.played():
        for onset, key in keys[number]:
            if not changes or changes[-1][1] != key:
                changes.append((tick + onset, key))
    return tuple(changes)


def section_marks(
    time: PlayedTime, sections: Mapping[int, Sequence[str]]
) -> tuple[tuple[int, str], ...]:
    """The names of sections, wherever they are played."""
    return tuple(
        (tick, name) for number, tick in time.played() for name in sections.get(number, ())
    )
