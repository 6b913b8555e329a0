"""How long `livedshl play` takes to its first note, and how much memory it uses."""

import subprocess
import sys
import time

import numpy as np

from livedshl.diagnostics.bench.measurement import Measurement
from livedshl.errors import OutputError
from livedshl.midi.message import NOTE_ON, kind_of
from livedshl.outputs.midi_input import MidiInput
from livedshl.outputs.ports import open_input, output_names
from livedshl.progress import Progress

_RUNS = 5
_PATIENCE_S = 30.0
_POLL_S = 0.001
_SETTLING_S = 2.0  # before memory is measured
_MIB = 1 << 20


def measure_start(model: str, progress: Progress) -> list[Measurement]:
    """Seconds to the first note on a virtual MIDI port, and memory if psutil is installed.

    Memory is the sum of what the processes of livedshl do not share with others. Raises
    OutputError if there are no virtual MIDI ports.
    """
    before = output_names()
    listener = open_input("")
    try:
        made = [name for name in output_names() if name not in before]
        if len(made) != 1:
            raise OutputError("no virtual MIDI port appeared, so the first note cannot be heard")
        taken, memory_mib = [], []
        for run in range(_RUNS):
            progress("Starting and stopping", run / _RUNS)
            seconds, mib = _start_once(model, made[0], listener)
            taken.append(seconds)
            memory_mib.append(mib)
    finally:
        listener.close()
    progress("Starting and stopping", 1.0)
    figures: dict[str, float | str] = {
        "median s": float(np.median(taken)),
        "worst s": max(taken),
    }
    if None not in memory_mib:
        figures["memory MiB"] = float(np.median([mib for mib in memory_mib if mib is not None]))
    return [Measurement(f"first note, {_RUNS} starts", figures)]


def _start_once(model: str, port: str, listener: MidiInput) -> tuple[float, float | None]:
    """Seconds to the first note of one start, and MiB in use some time later."""
    command = [sys.executable, "-m", "livedshl", "play", "--model", model, "--port", port]
    started_s = time.perf_counter()
    player = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        while not any(kind_of(message[0]) == NOTE_ON for message, _ in listener.receive()):
            if player.poll() is not None or time.perf_counter() - started_s > _PATIENCE_S:
                player.kill()
                _, told = player.communicate()
                raise OutputError(f"`livedshl play --port {port}` played nothing: {told.strip()}")
            time.sleep(_POLL_S)
        seconds = time.perf_counter() - started_s
        time.sleep(_SETTLING_S)
        mib = _memory_mib(player.pid)
    finally:
        player.terminate()
        player.communicate()
    for _ in listener.receive():
        pass  # the next start must not hear this one's last notes
    return seconds, mib


def _memory_mib(pid: int) -> float | None:
    """MiB that a process and its children do not share with others; None without psutil."""
    try:
        import psutil
    except ImportError:
        return None
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return sum(float(member.memory_full_info().uss) for member in family) / _MIB
