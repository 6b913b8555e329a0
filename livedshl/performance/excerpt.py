"""Cuts the last bars out of a performance, so that they play on their own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from livedshl.arranger import Mixer
from livedshl.midi.events import TICK, Events, events_of
from livedshl.midi.message import setting_of
from livedshl.midi.signs import Signs, joined
from livedshl.midi.sounding import cut_events
from livedshl.performance.chunk import Chunk
from livedshl.performance.tempo import Tempi


class ChannelSettings:
    """What the channels were set to, by the programs and controllers heard so far."""

    def __init__(self) -> None:
        self._events: dict[tuple[int, int], list[int]] = {}

    def hear(self, chunks: Iterable[Chunk]) -> "ChannelSettings":
        """Takes in chunks, in their order."""
        for chunk in chunks:
            for event in chunk.events.tolist():
                _, status, data1, _ = event
                if setting := setting_of(status, data1):
                    self._events[setting] = event
        return self

    def copy(self) -> "ChannelSettings":
        """An independent copy."""
        other = ChannelSettings()
        other._events = dict(self._events)
        return other

    @property
    def events(self) -> Events:
        """The messages that set the channels so, int64[n, 4]."""
        return events_of(self._events.values())


@dataclass(frozen=True, slots=True, eq=False)
class Excerpt:
    """A stretch of a performance that begins at tick 0.

    events: int64[n, 4]. tempo_bpm: the first tempo. tempi_bpm: its changes. signs: its keys,
    sections and chords.
    """

    events: Events
    tempo_bpm: float
    tempi_bpm: Tempi
    signs: Signs


def excerpt(
    chunks: Sequence[Chunk],
    before: ChannelSettings,
    end_tick: int,
    tempo_bpm: float,
    tempi_bpm: Tempi,
) -> Excerpt:
    """The chunks up to `end_tick`, without the ends of notes that began earlier.

    before: the settings before the first chunk. tempo_bpm, tempi_bpm: the tempo at the beginning
    of the performance, and its changes.
    """
    start = chunks[0].start_tick
    events = np.concatenate([before.events, *(chunk.events for chunk in chunks)])
    events = Mixer().mix(cut_events(events, end_tick), ())
    events[:, TICK] = np.maximum(events[:, TICK] - start, 0)
    changes = [(tick, bpm) for tick, bpm in tempi_bpm if tick < end_tick]
    earlier = [bpm for tick, bpm in changes if tick <= start]
    later = [(tick - start, bpm) for tick, bpm in changes if tick > start]
    signs = joined(chunk.signs for chunk in chunks).before(end_tick).moved(-start)
    return Excerpt(events, earlier[-1] if earlier else tempo_bpm, later, signs)
