"""Events: channel messages in time, as rows of an array.

An array of events is int64[n, 4] with the columns `TICK` (480 a quarter note), `STATUS`, `DATA1`
and `DATA2`. Rows are in the order of their ticks.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from livedshl.midi.message import CHANNEL_OF, KIND_OF, NOTE_OFF, NOTE_ON

TICK, STATUS, DATA1, DATA2 = range(4)

Event = tuple[int, int, int, int]
Events = NDArray[np.int64]

NO_EVENTS: Events = np.empty((0, 4), np.int64)
NO_EVENTS.setflags(write=False)

_KIND_OF = np.frombuffer(KIND_OF, np.uint8)
_CHANNEL_OF = np.frombuffer(CHANNEL_OF, np.uint8)


def events_of(events: Iterable[Sequence[int]]) -> Events:
    """An array of events, in the order given."""
    return np.array(list(events), np.int64).reshape(-1, 4)


def as_events(events: Iterable[Sequence[int]]) -> Events:
    """An array of events, put into order."""
    return in_order(events_of(events))


def in_order(events: Events) -> Events:
    """Events by tick; at one tick note-offs first, then settings, then note-ons."""
    return events[np.lexsort((are_note_ons(events), ~are_note_offs(events), events[:, TICK]))]


def kinds_of(events: Events) -> NDArray[np.uint8]:
    """The kind of each event, uint8[n]."""
    return _KIND_OF[events[:, STATUS]]


def channels_of(events: Events) -> NDArray[np.uint8]:
    """The channel of each event, uint8[n], 0 to 15."""
    return _CHANNEL_OF[events[:, STATUS]]


def are_note_ons(events: Events) -> NDArray[np.bool_]:
    """Which events strike a note, bool[n]."""
    struck: NDArray[np.bool_] = (kinds_of(events) == NOTE_ON) & (events[:, DATA2] > 0)
    return struck


def are_note_offs(events: Events) -> NDArray[np.bool_]:
    """Which events end a note, bool[n]."""
    kinds = kinds_of(events)
    ended: NDArray[np.bool_] = (kinds == NOTE_OFF) | (kinds == NOTE_ON) & (events[:, DATA2] == 0)
    return ended
