"""Learns whether a MIDI port is there, from a process of its own."""

import subprocess
from collections.abc import Callable
from threading import Event, Lock, Thread

from livedshl.live.processes import module_command, start_process
from livedshl.outputs.choice import Output

_AGAIN_S = 1.0  # between two watch processes, should one die


class PortWatch:
    """Runs `livedshl.outputs.watch` on an output until it is stopped.

    gone, back: called, on a thread of the watch, when the port is no longer or again there.
    """

    def __init__(self, output: Output, gone: Callable[[], None], back: Callable[[], None]) -> None:
        self._command = module_command("livedshl.outputs.watch", [output.kind.value, output.name])
        self._gone = gone
        self._back = back
        self._stopped = Event()
        self._starting = Lock()  # no process may start once the watch has been stopped
        self._process: subprocess.Popen[bytes] | None = None
        Thread(target=self._run, name="port watch", daemon=True).start()

    def stop(self) -> None:
        """Lets the process leave."""
        with self._starting:
            self._stopped.set()
            if self._process and self._process.stdin:
                self._process.stdin.close()

    def _run(self) -> None:
        while not self._stopped.is_set():
            with self._starting:
                if self._stopped.is_set():
                    return
                self._process = start_process(self._command)
            assert self._process.stdout
            for line in self._process.stdout:
                if line == b"gone\n":
                    self._gone()
                elif line == b"back\n":
                    self._back()
            self._process.wait()
            self._stopped.wait(_AGAIN_S)
