"""Who drives the clock: livedshl itself, a MIDI clock, or an Ableton Link session."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Protocol

from livedshl.player.playback import Playback
from livedshl.units import TICKS_PER_BAR


class Sync(Enum):
    """The clock sources."""

    INTERNAL = "internal"
    CLOCK = "clock"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class ClockSettings:
    """What drives the clock, and how notes go out by it.

    port: the input of a MIDI clock, "" for a virtual one. sends_clock: sends MIDI clock along with
    the music. latency_s: sends notes this much before the beat; negative: after it. speed: plays
    this many times faster than written, to rehearse hours in minutes. bar_ticks: a bar of the
    music.
    """

    sync: Sync = Sync.INTERNAL
    port: str = ""
    sends_clock: bool = False
    latency_s: float = 0.0
    speed: float = 1.0
    bar_ticks: int = TICKS_PER_BAR


class Follower(Protocol):
    """Moves a playback's transport along with a clock source.

    The iterators yield messages to send at once. poll_s: the longest time between two calls of
    `poll`.
    """

    poll_s: float

    def begin(
        self, playback: Playback, tick: int, time_s: float, resuming: bool
    ) -> Iterator[bytes]:
        """Lets the music begin at `tick`; at `time_s`, unless the clock source decides.

        resuming: whether a player that died would be at `tick` then.
        """

    def poll(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Takes in what the clock source has done."""

    def set_tempo(self, playback: Playback, tick: float, tempo_bpm: float) -> None:
        """Asks for a tempo from `tick` on."""

    def resume(self, playback: Playback, gap_s: float) -> None:
        """Continues after the process was suspended for `gap_s` seconds."""

    def reopen(self) -> None:
        """Opens its MIDI input again, after the MIDI system died. Raises OutputError."""

    def close(self) -> None:
        """Stops listening."""


class Internal:
    """livedshl drives the clock itself."""

    poll_s = inf

    def begin(
        self, playback: Playback, tick: int, time_s: float, resuming: bool
    ) -> Iterator[bytes]:
        """Starts at `time_s`, or later by the latency."""
        return playback.start(tick, time_s + max(0.0, playback.latency_s))

    def poll(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Does nothing: there is no outside source."""
        yield from ()

    def set_tempo(self, playback: Playback, tick: float, tempo_bpm: float) -> None:
        """Changes the tempo."""
        playback.transport.set_tempo(tick, tempo_bpm)

    def resume(self, playback: Playback, gap_s: float) -> None:
        """Continues where the music was."""
        playback.transport.shift(gap_s)

    def reopen(self) -> None:
        """Does nothing: nothing is open."""

    def close(self) -> None:
        """Does nothing: nothing is open."""


def next_in_bar(tick: float, place: float, bar_ticks: int) -> float:
    """The first tick from `tick` on that lies at `place`, in ticks, of a bar."""
    return tick + (place - tick) % bar_ticks
