"""Decides what is sent when: events and clock pulses on one transport. No input, no output."""

from collections.abc import Iterator, Sequence
from math import ceil

from livedshl.player.midi_clock import ClockSender
from livedshl.player.scheduler import LATE_TICKS, Scheduler
from livedshl.player.transport import Transport

# Far too small to hear, and far larger than any rounding of a tick.
_ROUNDING_TICKS = 1e-6


class Playback:
    """Transport, scheduler and clock sender together; times are those of `time.perf_counter`.

    latency_s: how much earlier than the transport events go out, for a synthesiser or DAW that is
    late; negative: later. The clock's pulses keep to the transport.
    """

    def __init__(self, sends_clock: bool = False, speed: float = 1.0) -> None:
        self.transport = Transport(120.0)
        self.scheduler = Scheduler()
        self.latency_s = 0.0
        self.sent_tick = 0.0  # up to where events have gone out; with latency, ahead of the clock
        self.finish_tick: int | None = None
        self.finished = False  # whether `due` has reached that tick
        self._sender = ClockSender() if sends_clock else None
        self._late_ticks = LATE_TICKS * speed

    def is_composed(self, tick: float) -> bool:
        """Whether the music at `tick` is known; after its end nothing more will come."""
        return tick < self.scheduler.horizon or self.finish_tick is not None

    def start(
        self, tick: float, time_s: float, lead_in: Sequence[tuple[int, bytes]] = ()
    ) -> Iterator[bytes]:
        """Lets `tick` sound at `time_s`; yields messages to send at once.

        lead_in: messages, by tick, that come before; the first of them sounds at `time_s`.
        """
        self.transport.start(lead_in[0][0] if lead_in else tick, time_s)
        yield from self._begin(tick, skips=True)
        self.scheduler.lead_in(lead_in)

    def rest(self, time_s: float, beat_ticks: int) -> Iterator[bytes]:
        """Stands still at the next beat; yields messages that release every note."""
        beat = ceil(self.transport.tick_at(time_s) / beat_ticks - _ROUNDING_TICKS) * beat_ticks
        self.scheduler.remember_sounding()
        self.transport.halt(beat)
        yield from self.leave()

    def go_on(self, time_s: float, lead_in: Sequence[tuple[int, bytes]] = ()) -> Iterator[bytes]:
        """Goes on from where `rest` stands still; yields messages to send at once.

        A note that began before, and sounds on there, is struck again. lead_in: as for `start`.
        """
        tick = self.transport.tick_at(time_s)
        yield from self.scheduler.strike_again(round(tick))
        yield from self.start(tick, time_s, lead_in)

    def follow(
        self, tick: float, time_s: float, tempo_bpm: float, skips: bool = True
    ) -> Iterator[bytes]:
        """Begins to run along with a clock source; yields messages to send at once.

        skips: drops notes that begin before `tick`, instead of sending them late.
        """
        self.transport.follow(tick, time_s, tempo_bpm)
        return self._begin(tick, skips)

    def pause(self, time_s: float) -> Iterator[bytes]:
        """Stands still; yields messages that release every note."""
        if self.transport.running:
            self.transport.pause(time_s)
        yield from self.leave()

    def leave(self) -> Iterator[bytes]:
        """Yields what silences and stops everything; finished music rings out."""
        if self._sender:
            yield from self._sender.stop()
        yield from self.scheduler.notes.release(rings=self.finished)

    def deadline(self) -> float | None:
        """When the next event, pulse, end or horizon comes; None while nothing is known."""
        if not self.transport.running:
            return None
        ticks = [self.scheduler.next_tick, self.finish_tick]
        known = [tick for tick in ticks if tick is not None]
        if not known and not self.scheduler.starved:
            known = [self.scheduler.horizon]
        times = [self.transport.time_of(min(known)) - self.latency_s] if known else []
        if self._sender and self._sender.next_tick is not None:
            times.append(self.transport.time_of(self._sender.next_tick))
        return min(times, default=None)

    def due(self, time_s: float) -> Iterator[bytes]:
        """Takes out, and yields, what is due by `time_s`. The transport must be running."""
        if self._sender:
            yield from self._sender.due(self.transport.tick_at(time_s) + _ROUNDING_TICKS)
        at = self.transport.tick_at(time_s + self.latency_s) + _ROUNDING_TICKS
        # Notes that latency would have sent before the music began are sent when it begins.
        patience = max(0.0, at - self.transport.tick_at(time_s))
        yield from self.scheduler.due(at, self._late_ticks + patience)
        self.sent_tick = max(self.sent_tick, at)  # a count-in comes before what was sent
        if self.finish_tick is not None and at >= self.finish_tick:
            self.finished = True

    def unsent_tick(self, time_s: float) -> int:
        """The first tick of which nothing has been sent, if the music stops at `time_s`."""
        if self.finished:  # with latency, that is before the clock reaches the tick
            return max(int(self.sent_tick), self.finish_tick or 0)
        at = self.transport.tick_at(time_s + self.latency_s)
        waiting = self.scheduler.next_tick
        return max(int(self.sent_tick) + 1, int(at if waiting is None else min(at, waiting)))

    def _begin(self, tick: float, skips: bool) -> Iterator[bytes]:
        if self._sender:
            yield from self._sender.stop()
            yield from self._sender.start(tick)
        if skips:
            yield from self.scheduler.skip_to(tick)
