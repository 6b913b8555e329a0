"""Who drives the clock: livedshl itself, a MIDI clock, or an Ableton Link session."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Protocol

from livedshl.player.playback import Playback
from livedshl.units import TICKS_PER_BAR


class Sync(Enum):
    """The ways of driving the clock."""

    INTERNAL = "internal"
    CLOCK = "clock"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class ClockSettings:
    """What drives the clock, and whom it drives.

    sync: who drives it. port: with a MIDI clock, the input it comes from, "" for a virtual one.
    sends_clock: whether MIDI clock goes out with the music. latency_s: how much earlier than
    the beat the music goes out, negative for later. speed: how many times as fast as written the
    tempo is, for rehearsing hours in minutes. bar_ticks: a bar of the music.
    """

    sync: Sync = Sync.INTERNAL
    port: str = ""
    sends_clock: bool = False
    latency_s: float = 0.0
    speed: float = 1.0
    bar_ticks: int = TICKS_PER_BAR


class Follower(Protocol):
    """Moves a playback's transport as whoever drives the clock does.

    The iterators yield messages that must be sent at once. poll_s: the longest time between two
    calls of `poll`.
    """

    poll_s: float

    def begin(
        self, playback: Playback, tick: int, time_s: float, resuming: bool
    ) -> Iterator[bytes]:
        """The music may begin, at `tick`; where nothing else decides, at `time_s`.

        resuming: whether another player, which died, would be at `tick` then.
        """

    def poll(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Takes in what has happened outside."""

    def set_tempo(self, playback: Playback, tick: float, tempo_bpm: float) -> None:
        """The user wants this tempo from `tick` on."""

    def resume(self, playback: Playback, gap_s: float) -> None:
        """The clock had stood still for so long."""

    def reopen(self) -> None:
        """The MIDI system has died and come back. Raises OutputError."""

    def close(self) -> None:
        """Leaves whatever it listened to."""


class Internal:
    """Nobody else drives the clock."""

    poll_s = inf

    def begin(
        self, playback: Playback, tick: int, time_s: float, resuming: bool
    ) -> Iterator[bytes]:
        """Starts at `time_s`, or as much later as the latency needs."""
        return playback.start(tick, time_s + max(0.0, playback.latency_s))

    def poll(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Nothing happens outside."""
        yield from ()

    def set_tempo(self, playback: Playback, tick: float, tempo_bpm: float) -> None:
        """Changes the tempo."""
        playback.transport.set_tempo(tick, tempo_bpm)

    def resume(self, playback: Playback, gap_s: float) -> None:
        """Goes on where the music was."""
        playback.transport.shift(gap_s)

    def reopen(self) -> None:
        """Nothing was open."""

    def close(self) -> None:
        """Nothing was open."""


def next_in_bar(tick: float, place: float, bar_ticks: int) -> float:
    """The first tick from `tick` on that lies at `place`, in ticks, of a bar."""
    return tick + (place - tick) % bar_ticks
