"""The mixer: which parts are heard, and that what they struck is released."""

from collections import Counter
from collections.abc import Collection
from copy import copy

import numpy as np
from numpy.typing import NDArray

from livedshl.midi.message import NOTE_OFF, NOTE_ON


class Mixer:
    """Lets through the events of parts that are heard; keeps account of what sounds.

    Note-offs of notes that do not sound are left out: what was silenced has had them.
    """

    def __init__(self) -> None:
        self._sounding: Counter[tuple[int, int]] = Counter()  # by channel and pitch

    def copy(self) -> "Mixer":
        """One with the same account."""
        other = copy(self)
        other._sounding = self._sounding.copy()
        return other

    def mix(self, events: NDArray[np.int64], silent: Collection[int]) -> NDArray[np.int64]:
        """What is heard of events, int64[n, 4], while some channels are silent."""
        heard = [self._admits(status, pitch, silent) for _, status, pitch, _ in events.tolist()]
        return events[np.array(heard, np.bool_)]

    def silence(self, tick: int, channels: Collection[int] | None = None) -> NDArray[np.int64]:
        """Note-offs at `tick` for all that sounds, on some channels or on every one."""
        notes = sorted(
            note for note in (+self._sounding).elements() if channels is None or note[0] in channels
        )
        for note in notes:
            self._sounding[note] -= 1
        offs = [(tick, NOTE_OFF | channel, pitch, 0) for channel, pitch in notes]
        return np.array(offs, np.int64).reshape(-1, 4)

    def _admits(self, status: int, pitch: int, silent: Collection[int]) -> bool:
        kind, note = status & 0xF0, (status & 0x0F, pitch)
        if kind == NOTE_ON:
            if note[0] in silent:
                return False
            self._sounding[note] += 1
        elif kind == NOTE_OFF:
            if not self._sounding[note]:
                return False
            self._sounding[note] -= 1
        return True
