"""Which notes sound: what note-ons and note-offs have left on, and when each note began and ended.

A note is named by its channel and pitch. One that is struck twice takes two note-offs to end.
"""

from collections import Counter, deque
from collections.abc import Collection, Mapping
from copy import copy

import numpy as np
from numpy.typing import NDArray

from livedshl.midi.events import TICK, Events, events_of
from livedshl.midi.message import (
    AT_REST,
    CONTROL,
    NOTE_OFF,
    channel_of,
    is_note_off,
    is_note_on,
    kind_of,
)

Note = tuple[int, int]
"""Channel and pitch."""

Strikes = Mapping[Note, tuple[int, int, int]]
"""The note-on (status, pitch, velocity) of each note."""


NOTE_START, NOTE_END, NOTE_CHANNEL, NOTE_PITCH = range(4)  # the columns of `notes_of`


class Sounding:
    """The notes that sound, and the controllers that are not at rest."""

    def __init__(self) -> None:
        self._strikes: Counter[Note] = Counter()
        self._moved: frozenset[tuple[int, int]] = frozenset()  # (channel, controller)

    def copy(self) -> "Sounding":
        """An independent copy."""
        other = copy(self)
        other._strikes = self._strikes.copy()
        return other

    def hear(self, status: int, pitch: int, velocity: int) -> bool:
        """Takes in a message. False for a note-off of a note that does not sound."""
        note = channel_of(status), pitch
        if is_note_on(status, velocity):
            self._strikes[note] += 1
        elif is_note_off(status, velocity):
            if not self._strikes[note]:
                return False
            self._strikes[note] -= 1
        elif kind_of(status) == CONTROL and pitch in AT_REST:
            is_moved = velocity != AT_REST[pitch]
            self._moved = self._moved | {note} if is_moved else self._moved - {note}
        return True

    def end(self, tick: int, channels: Collection[int] | None = None) -> Events:
        """Ends what sounds, on some channels or on all.

        Returns the note-offs, at `tick`, and what brings the controllers to rest.
        """
        notes = sorted(
            note for note in self._strikes.elements() if channels is None or note[0] in channels
        )
        for note in notes:
            self._strikes[note] -= 1
        moved = sorted(at for at in self._moved if channels is None or at[0] in channels)
        self._moved -= set(moved)
        offs = [(tick, NOTE_OFF | channel, pitch, 0) for channel, pitch in notes]
        rests = [
            (tick, CONTROL | channel, controller, AT_REST[controller])
            for channel, controller in moved
        ]
        return events_of([*offs, *rests])

    def __len__(self) -> int:
        """How many note-offs are missing."""
        return self._strikes.total()


def held_after(events: Events, held: Strikes) -> Strikes:
    """The last note-on of each note that no note-off followed, if `held` were so before.

    A part that was silenced strikes its notes again without a note-off, so strikes do not add up.
    """
    strikes = dict(held)
    for _, status, pitch, velocity in events.tolist():
        note = channel_of(status), pitch
        if is_note_on(status, velocity):
            strikes[note] = status, pitch, velocity
        elif is_note_off(status, velocity):
            strikes.pop(note, None)
    return strikes


def notes_of(events: Events, end_tick: int | None = None) -> NDArray[np.int64]:
    """The notes of events, int64[n, 4]: start and end in ticks, channel, pitch.

    They come in the order of their ends. A note that does not end lasts until `end_tick`; without
    one it is left out.
    """
    notes: list[tuple[int, int, int, int]] = []
    starts: dict[Note, deque[int]] = {}
    for tick, status, pitch, velocity in events.tolist():
        note = channel_of(status), pitch
        if is_note_on(status, velocity):
            starts.setdefault(note, deque()).append(tick)
        elif is_note_off(status, velocity) and starts.get(note):
            notes.append((starts[note].popleft(), tick, *note))
    if end_tick is not None:
        notes += [(start, end_tick, *note) for note, open_ in starts.items() for start in open_]
    return np.array(notes, np.int64).reshape(-1, 4)


def cut_events(events: Events, tick: int) -> Events:
    """The events before `tick`, and there the note-offs of what sounds."""
    kept = events[events[:, TICK] < tick]
    sounding = Sounding()
    for _, status, pitch, velocity in kept.tolist():
        sounding.hear(status, pitch, velocity)
    return np.concatenate([kept, sounding.end(tick)])
