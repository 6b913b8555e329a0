"""The mixdown: what sounds of the chunks that were arranged."""

from collections.abc import Collection
from copy import copy
from dataclasses import replace

import numpy as np

from livedshl.arranger import Mixer
from livedshl.midi.events import NO_EVENTS, TICK, Events, in_order
from livedshl.performance.chunk import Chunk


class Mixdown:
    """Silences parts, and carries events and the tempo from one chunk to the next.

    opening: events that come before the first chunk.
    """

    def __init__(self, opening: Events) -> None:
        self._mixer = Mixer()
        self._at_start = opening  # comes first in the next chunk
        self._overhang = NO_EVENTS  # lies on the tick where the next chunk starts
        self._after_silence = False  # whether all notes end before the next chunk
        self._is_slow = False  # whether the last chunk slowed down

    def copy(self) -> "Mixdown":
        """An independent copy."""
        other = copy(self)
        other._mixer = self._mixer.copy()
        return other

    def add(self, events: Events) -> None:
        """Puts events before the next chunk."""
        self._at_start = np.concatenate([self._at_start, events])

    def silence(self, tick: int, channels: Collection[int]) -> None:
        """Ends the notes of some channels at `tick`, where the next chunk starts."""
        self.add(self._mixer.silence(tick, channels))

    def silence_all(self, tick: int) -> None:
        """Ends every note at `tick`, where the next chunk starts."""
        self.add(self._mixer.silence(tick))
        self._overhang = NO_EVENTS
        self._after_silence = True

    def begin_again(self) -> None:
        """Ends every note, before a chunk of other music at tick 0."""
        self._at_start = self._at_start.copy()
        self._at_start[:, TICK] = 0
        self.silence_all(0)

    def placed(self, chunk: Chunk) -> Chunk:
        """The next chunk, which knows whether silence or a slower tempo comes before it."""
        slowing = chunk.slowing
        if self._is_slow and not slowing:  # the music goes on after all
            slowing = ((chunk.start_tick, 1.0),)
        placed = replace(chunk, after_silence=self._after_silence, slowing=slowing)
        self._after_silence = False
        self._is_slow = bool(chunk.slowing)
        return placed

    def mixed(self, chunk: Chunk, silent: Collection[int], is_last: bool) -> Chunk:
        """A chunk as it sounds while some channels are silent.

        Events on its end, or beyond, wait for the next chunk.
        """
        events = np.concatenate([self._overhang, chunk.events])
        n_within = len(events) if is_last else int(np.searchsorted(events[:, TICK], chunk.end_tick))
        self._overhang = events[n_within:]
        heard = self._mixer.mix(events[:n_within], silent)
        if len(self._at_start):
            heard = in_order(np.concatenate([self._at_start, heard]))
            self._at_start = NO_EVENTS
        return replace(chunk, events=heard)
