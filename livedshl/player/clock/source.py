"""Who drives the clock: livedshl itself, a MIDI clock, a Link session, or JACK transport."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Protocol

from livedshl.player.count_in import count_in
from livedshl.player.playback import Playback
from livedshl.units import TICKS_PER_BAR, TICKS_PER_BEAT


class Sync(Enum):
    """The clock sources."""

    INTERNAL = "internal"
    CLOCK = "clock"
    LINK = "link"
    JACK = "jack"


@dataclass(frozen=True, slots=True)
class ClockSettings:
    """What drives the clock, and how notes go out by it.

    port: the input of a MIDI clock, "" for a virtual one. sends_clock: sends MIDI clock along with
    the music. latency_s: sends notes this much before the beat; negative: after it. speed: plays
    this many times faster than written, to rehearse hours in minutes. bar_ticks, beat_ticks: a bar
    and a beat of the music. count_in_bars: of clicks before the first note, and before the music
    goes on after a pause.
    """

    sync: Sync = Sync.INTERNAL
    port: str = ""
    sends_clock: bool = False
    latency_s: float = 0.0
    speed: float = 1.0
    bar_ticks: int = TICKS_PER_BAR
    beat_ticks: int = TICKS_PER_BEAT
    count_in_bars: int = 0


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

    def pause(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Stands still at the next beat, unless the clock source decides."""

    def go_on(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Goes on after a pause."""

    def resume(self, playback: Playback, gap_s: float) -> None:
        """Continues after the process was suspended for `gap_s` seconds."""

    def reopen(self) -> None:
        """Opens its MIDI input again, after the MIDI system died. Raises OutputError."""

    def close(self) -> None:
        """Stops listening."""


class Internal:
    """livedshl drives the clock itself."""

    poll_s = inf

    def __init__(self, settings: ClockSettings) -> None:
        self._settings = settings
        self._paused = False

    def begin(
        self, playback: Playback, tick: int, time_s: float, resuming: bool
    ) -> Iterator[bytes]:
        """Starts at `time_s`, or later by the latency; after a count-in, unless it resumes.

        In a pause it stands still: a player that died had been paused.
        """
        if self._paused:
            playback.transport.halt(tick)
            return
        clicks = [] if resuming else self._count_in(tick)
        yield from playback.start(tick, _later(playback, time_s), clicks)

    def poll(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Does nothing: there is no outside source."""
        yield from ()

    def set_tempo(self, playback: Playback, tick: float, tempo_bpm: float) -> None:
        """Changes the tempo."""
        playback.transport.set_tempo(tick, tempo_bpm)

    def pause(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Stands still at the next beat."""
        if not self._paused:
            self._paused = True
            yield from playback.rest(now, self._settings.beat_ticks)

    def go_on(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Goes on from that beat, after a count-in if there is one."""
        if self._paused:
            self._paused = False
            clicks = self._count_in(round(playback.transport.tick_at(now)))
            yield from playback.go_on(_later(playback, now), clicks)

    def resume(self, playback: Playback, gap_s: float) -> None:
        """Continues where the music was."""
        playback.transport.shift(gap_s)

    def reopen(self) -> None:
        """Does nothing: nothing is open."""

    def close(self) -> None:
        """Does nothing: nothing is open."""

    def _count_in(self, tick: int) -> list[tuple[int, bytes]]:
        settings = self._settings
        return count_in(tick, settings.count_in_bars, settings.bar_ticks, settings.beat_ticks)


def _later(playback: Playback, time_s: float) -> float:
    """A time at which what comes then can still be sent early."""
    return time_s + max(0.0, playback.latency_s)


def next_in_bar(tick: float, place: float, bar_ticks: int) -> float:
    """The first tick from `tick` on that lies at `place`, in ticks, of a bar."""
    return tick + (place - tick) % bar_ticks
