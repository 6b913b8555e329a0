"""How late livedshl and others send sixteenths at 120 BPM, idle and under load.

Each plays the same notes to its own output. The delay is measured where a message is handed over:
for livedshl in its player process, for the others in this process, where a user would run them.
A bare loop that only waits, in its own process, shows how much of the delay is the machine's.
`livedshl play` with its screen open and steered, on a MIDI port, shows what is left in use.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Event, Thread
from typing import Any

import mido
import numpy as np
from numpy.typing import NDArray

from livedshl.diagnostics.bench.measurement import Measurement, drift_ppm
from livedshl.diagnostics.bench.steered import can_be_steered, play_steered
from livedshl.errors import OutputError
from livedshl.live.performer import Performer
from livedshl.midi.message import NOTE_OFF, NOTE_ON
from livedshl.outputs.choice import Output, OutputKind
from livedshl.player.process import SPIN_S
from livedshl.player.realtime import take_realtime_priority
from livedshl.progress import Progress
from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP, bpm_to_tick_s

_TEMPO_BPM = 120.0
_STEP_S = bpm_to_tick_s(_TEMPO_BPM) * TICKS_PER_STEP
_PITCH, _VELOCITY = 60, 80
_SUPPLY_STEPS = 8  # handed over by the main process at a time
_AHEAD_TICKS = 8 * TICKS_PER_BEAT
_READY_TIMEOUT_S = 20.0
_DELAY_S = 0.1
_SEED = 1
_HIDDEN, _FEATURES, _BATCH = 256, 64, 64  # of the network that is trained as load


def measure_clock(seconds: float, progress: Progress) -> list[Measurement]:
    """Lateness and drift of each player, measured for `seconds`.

    As load, this process trains a network at the same time. Isobar is included if it is installed,
    and the screen if there are a terminal and virtual MIDI ports.
    """
    players: dict[str, Callable[[int], dict[str, float | str]]] = {
        "bare loop": _bare_loop,
        "livedshl": _livedshl,
    }
    if can_be_steered():
        players["livedshl play, steered on its screen"] = _steered
    players["mido.MidiFile.play"] = _mido
    if _isobar_is_there():
        players["isobar"] = _isobar
    n_steps = round(seconds / _STEP_S)
    runs = [(name, loaded) for name in players for loaded in (False, True)]
    found = []
    for done, (name, loaded) in enumerate(runs):
        what = f"{name}, {'training beside it' if loaded else 'idle'}"
        progress(f"Listening to {what}", done / len(runs))
        if loaded:
            with _training():
                figures = players[name](n_steps)
        else:
            figures = players[name](n_steps)
        found.append(Measurement(what, figures))
    progress("Listening", 1.0)
    return found


def measure_drift(seconds: float, progress: Progress) -> list[Measurement]:
    """Drift of livedshl alone, which takes a long run to show."""
    progress("Listening to livedshl", 0.0)
    found = Measurement("livedshl, idle", _livedshl(round(seconds / _STEP_S)))
    progress("Listening to livedshl", 1.0)
    return [found]


def _bare_loop(n_steps: int) -> dict[str, float | str]:
    """A lower bound: waiting, in a process that does nothing else."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_wait_for_steps, n_steps).result()


def _wait_for_steps(n_steps: int) -> dict[str, float | str]:
    priority = take_realtime_priority()
    first_s = time.perf_counter() + _DELAY_S
    done_s = []
    for step in range(n_steps):
        due_s = first_s + step * _STEP_S
        time.sleep(max(0.0, due_s - SPIN_S - time.perf_counter()))
        while time.perf_counter() < due_s:
            pass
        done_s.append(time.perf_counter())
    return _figures(done_s) | {"priority": priority}


def _steered(n_steps: int) -> dict[str, float | str]:
    return play_steered(n_steps * _STEP_S, _TEMPO_BPM, _SEED)


def _livedshl(n_steps: int) -> dict[str, float | str]:
    """The player process, supplied a few beats ahead as the composer does."""
    due_s, told_s = [], []
    output = Output(OutputKind.NOWHERE, "", "")
    with Performer(output) as performer:
        performer.wait_ready(_READY_TIMEOUT_S)
        supplied = 0
        while not performer.ended:
            while supplied < n_steps and (
                supplied * TICKS_PER_STEP < performer.tick + _AHEAD_TICKS
            ):
                end = min(n_steps, supplied + _SUPPLY_STEPS)
                performer.send(_events(supplied, end), end * TICKS_PER_STEP)
                if supplied == 0:
                    performer.start(0, _TEMPO_BPM, _DELAY_S)
                supplied = end
                if supplied == n_steps:
                    performer.finish(end * TICKS_PER_STEP)
            performer.wait(1.0)
            if performer.tick > 0:
                due_s.append(performer.tick / TICKS_PER_STEP * _STEP_S)
                told_s.append(time.perf_counter())
        report = performer.report()
    if report is None:
        raise OutputError("the player process died during the measurement; run it again")
    return {
        "median ms": report.lateness_p50_ms,
        "99 % ms": report.lateness_p99_ms,
        "worst ms": report.lateness_max_ms,
        "drift ppm": drift_ppm(np.array(due_s), np.array(told_s)),
        "priority": report.realtime,
    }


def _events(first: int, end: int) -> NDArray[np.int64]:
    """A note on each sixteenth from `first` to before `end`, int64[n, 4]."""
    events = []
    for step in range(first, end):
        tick = step * TICKS_PER_STEP
        events.append((tick, NOTE_ON, _PITCH, _VELOCITY))
        events.append((tick + TICKS_PER_STEP - 1, NOTE_OFF, _PITCH, 0))
    return np.array(events, np.int64)


def _mido(n_steps: int) -> dict[str, float | str]:
    """mido playing a file: it yields each message when it is time to send it."""
    file = mido.MidiFile(ticks_per_beat=TICKS_PER_BEAT)
    note_on = mido.Message("note_on", note=_PITCH, velocity=_VELOCITY)
    note_off = mido.Message("note_off", note=_PITCH, time=TICKS_PER_STEP)
    file.tracks.append(mido.MidiTrack([note_on, note_off] * n_steps))
    sent_s = [time.perf_counter() for message in file.play() if message.type == "note_on"]
    return _figures(sent_s)


def _isobar_is_there() -> bool:
    try:
        import isobar  # noqa: F401
    except ImportError:
        return False
    return True


def _isobar(n_steps: int) -> dict[str, float | str]:
    """An isobar timeline playing a pattern."""
    import isobar
    from isobar.io.output import OutputDevice

    sent_s: list[float] = []

    class TimedOutput(OutputDevice):  # type: ignore[misc]
        def note_on(self, *_: Any, **__: Any) -> None:
            sent_s.append(time.perf_counter())

        def note_off(self, *_: Any, **__: Any) -> None:
            pass

    timeline = isobar.Timeline(_TEMPO_BPM, output_device=TimedOutput())
    notes = isobar.PSequence([_PITCH], n_steps)
    timeline.schedule({"note": notes, "duration": 1 / 4})
    timeline.run(stop_when_done=True)
    return _figures(sent_s)


def _figures(sent_s: list[float]) -> dict[str, float | str]:
    """Lateness and drift of notes sent at these times, if the earliest was on time."""
    done_s = np.array(sent_s)
    due_s = np.arange(len(done_s), dtype=np.float64) * _STEP_S
    due_s += (done_s - due_s).min()
    late_ms = np.sort((done_s - due_s) * 1e3)
    return {
        "median ms": float(np.quantile(late_ms, 0.5)),
        "99 % ms": float(np.quantile(late_ms, 0.99)),
        "worst ms": float(late_ms[-1]),
        "drift ppm": drift_ppm(due_s, done_s),
        "priority": "normal",
    }


@contextmanager
def _training() -> Iterator[None]:
    """Trains a network on another thread, or multiplies NumPy matrices without torch."""
    stop = Event()
    try:
        import torch  # noqa: F401

        work = _train
    except ImportError:
        work = _multiply
    thread = Thread(target=work, args=(stop,), name="training")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _train(stop: Event) -> None:
    import torch

    network = torch.nn.LSTM(_FEATURES, _HIDDEN, batch_first=True)
    optimiser = torch.optim.Adam(network.parameters())
    batch = torch.rand(_BATCH, 16, _FEATURES)
    while not stop.is_set():
        optimiser.zero_grad()
        network(batch)[0].square().mean().backward()
        optimiser.step()


def _multiply(stop: Event) -> None:
    matrix = np.random.default_rng(0).random((_HIDDEN, _HIDDEN))
    while not stop.is_set():
        matrix = np.tanh(matrix @ matrix)
