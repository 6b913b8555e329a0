"""The mixer: silences parts, and sees that every note they struck is released."""

from collections.abc import Collection
from copy import copy

import numpy as np

from livedshl.midi.events import Events
from livedshl.midi.message import channel_of, is_note_on
from livedshl.midi.sounding import Sounding


class Mixer:
    """Lets through the events of the parts that play.

    It leaves out the note-off of a note that does not sound: silencing has already sent one.
    """

    def __init__(self) -> None:
        self._sounding = Sounding()

    def copy(self) -> "Mixer":
        """An independent copy."""
        other = copy(self)
        other._sounding = self._sounding.copy()
        return other

    def mix(self, events: Events, silent: Collection[int]) -> Events:
        """The events that are left while some channels are silent."""
        heard = [
            not (channel_of(status) in silent and is_note_on(status, data2))
            and self._sounding.hear(status, data1, data2)
            for _, status, data1, data2 in events.tolist()
        ]
        return events[np.array(heard, np.bool_)]

    def silence(self, tick: int, channels: Collection[int] | None = None) -> Events:
        """Note-offs at `tick` for all that sounds, on some channels or on all."""
        return self._sounding.end(tick, channels)
