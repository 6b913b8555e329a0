"""How well the clock keeps time on this machine: 16ths, played to nobody."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.diagnostics.finding import Finding, State
from livedshl.errors import OutputError
from livedshl.live.performer import Performer
from livedshl.midi.message import NOTE_OFF, NOTE_ON
from livedshl.outputs.choice import Output, OutputKind
from livedshl.player.realtime import NORMAL, realtime_remedy
from livedshl.units import TICKS_PER_BEAT, seconds_to_ticks

READY_S = 20.0  # a driver that has not opened by then hangs
_TEMPO_BPM = 240
_TICKS_PER_16TH = TICKS_PER_BEAT // 4
_START_DELAY_S = 0.1
_WAIT_S = 0.1
_EDGES_MS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_UNHEARD_MS = 3.0  # a metre further from the loudspeaker


@dataclass(frozen=True, slots=True)
class Timing:
    """How late a player process sent 16ths, with nothing else to do.

    histogram: (milliseconds, how many events were late by up to that), ascending. The last row
    has `inf`.
    """

    seconds: float
    realtime: str
    p50_ms: float
    p99_ms: float
    max_ms: float
    histogram: tuple[tuple[float, int], ...]


def measure(seconds: float, progress: Callable[[float], None]) -> Timing:
    """Plays 16ths to nobody for so long. Raises OutputError if no player starts, or if it dies.

    progress: called with the share that is done, 0 to 1.
    """
    end = round(seconds_to_ticks(seconds, _TEMPO_BPM))
    with Performer(Output(OutputKind.NOWHERE, "", "")) as performer:
        performer.wait_ready(READY_S)
        performer.send(_sixteenths(end), end)
        performer.start(0, _TEMPO_BPM, _START_DELAY_S)
        performer.finish(end)
        while not performer.ended:
            performer.wait(_WAIT_S)
            progress(min(1.0, performer.tick / end))
        report = performer.report()
        histogram = tuple(performer.lateness.rows(_EDGES_MS))
    if report is None:
        raise OutputError("the player process died", remedy="Run `livedshl doctor` again")
    figures = (report.lateness_p50_ms, report.lateness_p99_ms, report.lateness_max_ms)
    p50_ms, p99_ms, max_ms = (round(milliseconds, 3) for milliseconds in figures)
    return Timing(seconds, report.realtime, p50_ms, p99_ms, max_ms, histogram)


def judge(timing: Timing) -> list[Finding]:
    """What the timing says about the clock."""
    granted = timing.realtime != NORMAL
    realtime = Finding(
        "Real time",
        State.OK if granted else State.LIMITED,
        f"granted: {timing.realtime}" if granted else "refused: the clock has normal priority",
        "" if granted else realtime_remedy(),
    )
    steady = timing.p99_ms <= _UNHEARD_MS
    clock = Finding(
        "Timing",
        State.OK if steady else State.LIMITED,
        f"{timing.p50_ms:.2f}/{timing.p99_ms:.2f}/{timing.max_ms:.2f} ms late "
        f"(median, 99 %, worst), {timing.seconds:g} s of 16ths",
        "" if steady else "Close other programs that keep the processors busy",
    )
    return [realtime, clock]


def _sixteenths(end: int) -> NDArray[np.int64]:
    """Events, int64[n, 4]: a note on every 16th, each half as long."""
    events = [
        (tick, status, 60, velocity)
        for start in range(0, end, _TICKS_PER_16TH)
        for tick, status, velocity in (
            (start, NOTE_ON, 90),
            (start + _TICKS_PER_16TH // 2, NOTE_OFF, 0),
        )
    ]
    return np.array(events, np.int64)
