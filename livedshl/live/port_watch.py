"""Learns whether a MIDI port is there, from a process of its own."""

import subprocess
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread

from livedshl.outputs.watch import PortNews
from livedshl.player.processes import module_command, start_process

_AGAIN_S = 1.0  # between two watch processes, should one die
_LEAVING_TIMEOUT_S = 2.0


class PortWatch:
    """Runs `livedshl.outputs.watch` on a port until it is stopped.

    kind: "input", or by the value of an `OutputKind`. name: of the port.
    tell: called on a thread of the watch, when the port is gone, when its MIDI system has died,
    and when it is there again.
    """

    def __init__(self, kind: str, name: str, tell: Callable[[PortNews], None]) -> None:
        self._command = module_command("livedshl.outputs.watch", [kind, name])
        self._tell = tell
        self._stopped = Event()
        self._starting = Lock()  # no process may start once the watch has been stopped
        self._process: subprocess.Popen[bytes] | None = None
        Thread(target=self._run, name="port watch", daemon=True).start()

    def stop(self) -> None:
        """Lets the process leave; `wait` waits for it."""
        with self._starting:
            self._stopped.set()
            if self._process and self._process.stdin:
                self._process.stdin.close()

    def wait(self) -> None:
        """Waits until the process has left, but not for ever."""
        if self._process:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_LEAVING_TIMEOUT_S)

    def _run(self) -> None:
        away = False
        while True:
            with self._starting:
                if self._stopped.is_set():
                    return
                self._process = start_process(self._command)
            assert self._process.stdout
            for line in self._process.stdout:
                news = PortNews(line.decode().strip())
                if away or news is not PortNews.THERE:
                    self._tell(news)
                away = news is not PortNews.THERE
            self._process.wait()
            if self._stopped.wait(_AGAIN_S):
                return
            # What happened in between nobody saw; the worst is assumed.
            self._tell(PortNews.DIED)
            away = True
