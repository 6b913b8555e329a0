"""JACK transport as livedshl sees it: where it is, and what anybody may ask of it."""

import time
from dataclasses import dataclass
from typing import Any

from livedshl.errors import MissingDependencyError, OutputError
from livedshl.outputs.midi_systems import CLIENT_NAME
from livedshl.outputs.missing import install_extra
from livedshl.units import TICKS_PER_BEAT, seconds_to_ticks

_HAS_BARS = 0x10  # JackPositionBBT: bar, beat and tempo are given
_WHOLE_NOTE_BEATS = 4


@dataclass(frozen=True, slots=True)
class TransportMoment:
    """JACK transport at a time in seconds.

    rolling, stopped: neither while it waits for a program to find the place. frame: of the audio.
    tick: the place, counted from its first bar; bar_tick: from the bar line before. tempo_bpm:
    quarter notes a minute. bar_ticks: a bar of the leader's metre; 0 without a timebase master,
    which leaves the last four to us.
    """

    time_s: float
    rolling: bool
    stopped: bool
    frame: int
    frame_rate: int
    tick: float = 0.0
    bar_tick: float = 0.0
    tempo_bpm: float = 0.0
    bar_ticks: float = 0.0


def check_jack() -> None:
    """Raises MissingDependencyError without JACK's Python module or its library."""
    try:
        import jack  # noqa: F401
    except (ImportError, OSError) as error:
        raise MissingDependencyError(
            "JACK is not installed", remedy=f"Install JACK, and {install_extra('jack')}"
        ) from error


class JackTransport:
    """The transport of the JACK server that runs. Raises OutputError if none does.

    The client has no callback and takes no part in the sound, so none of JACK's threads ever waits
    for ours. The position is read from shared memory.
    """

    def __init__(self) -> None:
        check_jack()
        import jack  # optional

        jack.set_error_function(lambda message: None)
        self._rolling, self._stopped = jack.ROLLING, jack.STOPPED
        try:
            self._client: Any = jack.Client(f"{CLIENT_NAME}-transport", no_start_server=True)
        except jack.JackError as error:
            raise OutputError(
                "there is no JACK server to follow", remedy="Start one, for example with qjackctl"
            ) from error
        self.died = False
        self._client.set_shutdown_callback(self._die)

    def moment(self) -> TransportMoment:
        """The transport at the beginning of the audio block that is played now."""
        state, position = self._client.transport_query_struct()
        # Not by `position.usecs`: they are not those of `perf_counter`, not even on Linux.
        now_s = time.perf_counter()
        age = self._client.frames_since_cycle_start / position.frame_rate
        moment = TransportMoment(
            now_s - age, state == self._rolling, state == self._stopped,
            position.frame, position.frame_rate,
        )  # fmt: skip
        if not position.valid & _HAS_BARS or not position.beat_type or not position.ticks_per_beat:
            return moment
        beat_ticks = TICKS_PER_BEAT * _WHOLE_NOTE_BEATS / position.beat_type
        bar_tick = (position.beat - 1 + position.tick / position.ticks_per_beat) * beat_ticks
        bar_ticks = position.beats_per_bar * beat_ticks
        return TransportMoment(
            moment.time_s, moment.rolling, moment.stopped, moment.frame, moment.frame_rate,
            (position.bar - 1) * bar_ticks + bar_tick, bar_tick,
            position.beats_per_minute * _WHOLE_NOTE_BEATS / position.beat_type, bar_ticks,
        )  # fmt: skip

    def start(self) -> None:
        """Lets it roll, for everybody."""
        self._client.transport_start()

    def stop(self) -> None:
        """Stops it, for everybody."""
        self._client.transport_stop()

    def close(self) -> None:
        """Leaves the server, unless that has died: then closing hangs."""
        if not self.died:
            self._client.close()

    def _die(self, status: object, reason: str) -> None:
        self.died = True


@dataclass(frozen=True, slots=True)
class OwnTimebase:
    """Bars and tempo where nobody else gives them: `tick` is at `frame`, at this tempo."""

    bar_ticks: int
    tempo_bpm: float
    frame: int = 0
    tick: float = 0.0

    def tick_at(self, frame: int, frame_rate: int) -> float:
        """The place at a frame."""
        return self.tick + seconds_to_ticks((frame - self.frame) / frame_rate, self.tempo_bpm)

    def placed(self, moment: TransportMoment) -> TransportMoment:
        """A moment with its place, by the leader's timebase or else by this one."""
        if moment.bar_ticks:
            return moment
        tick = self.tick_at(moment.frame, moment.frame_rate)
        return TransportMoment(
            moment.time_s, moment.rolling, moment.stopped, moment.frame, moment.frame_rate,
            tick, tick % self.bar_ticks, self.tempo_bpm, self.bar_ticks,
        )  # fmt: skip
