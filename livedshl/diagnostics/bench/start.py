"""How long `livedshl play` takes to its first note, and how much memory it uses."""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing

import numpy as np

from livedshl.diagnostics.bench.measurement import Measurement
from livedshl.errors import OutputError
from livedshl.midi.message import NOTE_ON, kind_of
from livedshl.outputs.midi_input import MidiInput
from livedshl.outputs.midi_systems import CLIENT_NAME, open_lister, port_list
from livedshl.outputs.ports import input_names, open_input, output_names
from livedshl.progress import Progress

_RUNS = 5
_PATIENCE_S = 30.0
_POLL_S = 0.001
_SEARCH_S = 0.01
_SETTLING_S = 2.0  # before memory is measured
_MIB = 1 << 20
_OWN_NAME = "livedshl-bench"


def measure_start(model: str, progress: Progress) -> list[Measurement]:
    """Seconds to the first note, on a MIDI port and on the default output, and memory.

    The default output is a virtual port, with the built-in synthesiser if it works here. Memory is
    the sum of what the processes of livedshl do not share with others, if psutil is installed.
    Raises OutputError if there are no virtual MIDI ports.
    """
    before = output_names()
    with closing(open_input("")) as listener:
        made = [name for name in output_names() if name not in before]
        if len(made) != 1:
            raise OutputError("no virtual MIDI port appeared, so the first note cannot be heard")
        on_port = _starts(["--model", model, "--port", made[0]], lambda: listener, progress)
    others = set(input_names())
    with ExitStack() as opened:
        lister = open_lister(inputs=True)
        opened.callback(lister.delete)

        def new_port() -> MidiInput | None:
            time.sleep(_SEARCH_S)  # a search takes a processor from those who start
            new = [name for name in port_list(lister) if name not in others]
            names = [name for name in new if name.startswith(f"{CLIENT_NAME}:")]
            if not names:
                return None
            return opened.enter_context(closing(open_input(names[0], _OWN_NAME)))

        by_default = _starts(["--model", model], new_port, progress)
    return [
        Measurement(f"first note on a port, {_RUNS} starts", on_port),
        Measurement(f"on the default output, {_RUNS} starts", by_default),
    ]


def _starts(
    options: list[str], find: Callable[[], MidiInput | None], progress: Progress
) -> dict[str, float | str]:
    """The figures of some starts. find: an input that hears the notes, None if not yet there."""
    taken, memory_mib = [], []
    for run in range(_RUNS):
        progress("Starting and stopping", run / _RUNS)
        seconds, mib = _start_once(options, find)
        taken.append(seconds)
        memory_mib.append(mib)
    progress("Starting and stopping", 1.0)
    figures: dict[str, float | str] = {
        "median s": float(np.median(taken)),
        "worst s": max(taken),
    }
    if None not in memory_mib:
        figures["memory MiB"] = float(np.median([mib for mib in memory_mib if mib is not None]))
    return figures


def _start_once(
    options: list[str], find: Callable[[], MidiInput | None]
) -> tuple[float, float | None]:
    """Seconds to the first note of one start, and MiB in use some time later."""
    started_s = time.perf_counter()
    command = [sys.executable, "-m", "livedshl", "play", *options]
    player = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    listener = None
    try:
        while not (listener and _hears_a_note(listener)):
            listener = listener or find()
            if player.poll() is not None or time.perf_counter() - started_s > _PATIENCE_S:
                player.kill()
                told = player.stderr.read() if player.stderr else ""
                asked = " ".join(["livedshl play", *options])
                raise OutputError(f"`{asked}` played nothing: {told.strip()}")
            time.sleep(_POLL_S)
        seconds = time.perf_counter() - started_s
        time.sleep(_SETTLING_S)
        mib = _memory_mib(player.pid)
    finally:
        player.terminate()
        player.communicate()
    _hears_a_note(listener)  # the next start must not hear this one's last notes
    return seconds, mib


def _hears_a_note(listener: MidiInput) -> bool:
    """Whether a note has begun since the last call."""
    messages = [message for message, _ in listener.receive()]
    return any(kind_of(message[0]) == NOTE_ON for message in messages)


def _memory_mib(pid: int) -> float | None:
    """MiB that a process and its children do not share with others; None without psutil."""
    try:
        import psutil
    except ImportError:
        return None
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return sum(float(member.memory_full_info().uss) for member in family) / _MIB
