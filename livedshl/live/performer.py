"""Plays events through a player process, whatever happens to that process or to its port."""

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.live.hearing import Hearing
from livedshl.live.player_handle import PlayerHandle
from livedshl.live.player_ports import PlayerPorts
from livedshl.live.port_watcher import PortWatcher
from livedshl.live.position import Position
from livedshl.live.replies import Replies
from livedshl.live.supervisor import LEAVING_TIMEOUT_S, Supervisor
from livedshl.outputs.choice import Output
from livedshl.player.ahead import player_ahead
from livedshl.player.clock.source import ClockSettings
from livedshl.player.lateness import Lateness
from livedshl.player.protocol import POSITION_PERIOD_S, Instruction, player_arguments


@dataclass(frozen=True, slots=True)
class PlayerReport:
    """How the clock did.

    realtime: the scheduling class that the system granted. lateness_*_ms: of events behind their
    deadlines: median, 99th percentile and worst. underruns: times the composer was late. dropped:
    notes left out because they came too late. notes: notes played. unreleased: notes still
    sounding when the player left, which it switched off. jumps: times the clock had stood still.
    sound_dropouts: times the synthesiser's sound was interrupted.
    """

    realtime: str
    lateness_p50_ms: float
    lateness_p99_ms: float
    lateness_max_ms: float
    underruns: int
    dropped: int
    notes: int
    unreleased: int
    jumps: int
    sound_dropouts: int


class Performer:
    """Starts a player process on an output and instructs it; a context manager.

    Leaving the context stops the player, which switches off every note. If the player dies or
    hangs before that, another one silences what it left on and goes on with the music. A MIDI port
    that goes and comes back is opened again. Any thread may give instructions.

    tempo_bpm: the tempo of an Ableton Link session with nobody else in it.
    watcher: watches the ports; without one, the performer starts its own.
    lateness: of everything sent, by whichever player.
    """

    def __init__(
        self,
        output: Output,
        clock: ClockSettings | None = None,
        tempo_bpm: float = 120.0,
        watcher: PortWatcher | None = None,
    ) -> None:
        clock = clock or ClockSettings()
        ahead = player_ahead()
        self.lateness = ahead.lateness if ahead else Lateness.shared()
        self._speed = clock.speed
        arguments = player_arguments(
            output.kind.value, output.name, clock, tempo_bpm, self.lateness.handle, output.speakers
        )
        process = ahead.process if ahead else None
        self._handle = PlayerHandle(arguments, self.lateness.inherited, process)
        self._replies = Replies()
        self._ports = PlayerPorts(self._handle, output, clock)
        self._supervisor = Supervisor(self._handle, self._replies, self._ports, clock)
        self._watcher = watcher or PortWatcher()
        self._owns_watcher = watcher is None

    def __enter__(self) -> "Performer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait_ready(self, timeout_s: float) -> None:
        """Waits until the output is open. Raises OutputError if it cannot be."""
        self._replies.wait_ready(timeout_s)

    def start(self, tick: int, tempo_bpm: float, delay_s: float) -> None:
        """Lets `tick` sound in `delay_s` seconds, or when the clock from outside says."""
        self.set_tempo(tick, tempo_bpm)
        self._handle.start(tick, delay_s)
        self._ports.watch(self._watcher)

    def send(self, events: NDArray[np.int64], horizon: int) -> None:
        """Hands over events, int64[n, 4], by tick. All before `horizon` are complete with them."""
        self._handle.send(events, horizon)

    def discard(self, tick: int) -> None:
        """Takes back the events from `tick` on, and the end: others will be handed over."""
        self._handle.discard(tick)

    def panic(self) -> None:
        """Switches off everything at once. The music goes on with its next notes."""
        self._handle.instruct(Instruction.PANIC)

    def pause(self, paused: bool) -> None:
        """Silences everything and stands still at the next beat; False: goes on from there."""
        self._handle.set(Instruction.PAUSE, 0, paused)

    def set_tempo(self, tick: int, tempo_bpm: float) -> None:
        """Changes the tempo from `tick` on, or from now on if the clock is past it."""
        self._handle.set(Instruction.TEMPO, tick, round(tempo_bpm * self._speed * 1000))

    def set_latency(self, latency_s: float) -> None:
        """Sends everything this much earlier than the beat from now on; negative: later."""
        self._handle.set(Instruction.LATENCY, 0, round(latency_s * 1e6))

    def finish(self, tick: int) -> None:
        """Lets the player leave when it reaches `tick`."""
        self._handle.finish(tick)

    def stop(self) -> None:
        """Stops the player and waits until it has left."""
        if self._owns_watcher:
            self._watcher.stop()
        self._supervisor.stop()
        if self._owns_watcher:
            self._watcher.wait()
        self.lateness.close()

    @property
    def ready(self) -> bool:
        """Whether the output is open."""
        return self._replies.ready

    @property
    def ended(self) -> bool:
        """Whether the player has left, or died."""
        return self._replies.ended

    @property
    def hearing(self) -> Hearing:
        """Where the music goes, and who hears it there."""
        ports = self._ports
        return Hearing(ports.output, ports.away, ports.heard, self._replies.speakers)

    @property
    def position(self) -> Position:
        """Where the clock was when the player last reported."""
        return self._replies.position

    @property
    def tick(self) -> int:
        """The tick the clock was last known to be at; 0 before the start."""
        return self._replies.position.tick

    @property
    def ended_tick(self) -> int:
        """The first tick whose events were not sent, once the player has left.

        A player that died may have sent events since its last report, until the next was due.
        """
        ended_tick = self._replies.ended_tick
        if ended_tick is not None:
            return ended_tick
        last = self._replies.position
        return last.tick_at(last.time_s + POSITION_PERIOD_S)

    def tick_at(self, time_s: float) -> int:
        """The tick the clock is at, at a time of `time.perf_counter`."""
        return self._replies.position.tick_at(time_s)

    def wait(self, timeout_s: float) -> None:
        """Waits until the player reports, or leaves, or another thread calls `wake`."""
        self._replies.wait(timeout_s)

    def wake(self) -> None:
        """Ends every `wait`."""
        self._replies.wake()

    def report(self) -> PlayerReport | None:
        """How the clock did; None if the player died without a report."""
        text = self._replies.wait_for_report(LEAVING_TIMEOUT_S)
        if text is None:
            return None
        return PlayerReport(
            lateness_p50_ms=self.lateness.quantile_ms(0.50),
            lateness_p99_ms=self.lateness.quantile_ms(0.99),
            lateness_max_ms=self.lateness.worst_ms,
            **json.loads(text),
        )
