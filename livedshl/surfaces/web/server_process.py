"""The process that serves the page, as the main process holds it: nothing here waits for it."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Thread

from livedshl.player.processes import module_command, start_process
from livedshl.surfaces.web.serving import Serving
from livedshl.surfaces.web.wording import Plain

_COMMAND = module_command("livedshl.surfaces.web.server", [])
_MOST_WAITING = 100  # things that pages ask for; what comes beyond is dropped
_LEAVING_S = 0.2
_MOST_LEFT_OVER = 64  # pieces of news for a server that is busy; one that takes none has hung


class ServerProcess:
    """A running server; a context manager. Raises OSError if no process can be started."""

    def __init__(self, serving: Serving) -> None:
        self._process = start_process(_COMMAND)
        assert self._process.stdin
        self._asked: Queue[str] = Queue(_MOST_WAITING)
        self._rest = b""  # of what the server has taken half
        self._left_over = 0
        Thread(target=self._read, name="page requests", daemon=True).start()
        with suppress(AttributeError, OSError):  # Windows learned it with Python 3.12
            os.set_blocking(self._process.stdin.fileno(), False)
        self._write(serving.line())

    def __enter__(self) -> "ServerProcess":
        return self

    def __exit__(self, *_: object) -> None:
        """Lets it leave, and makes sure."""
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(_LEAVING_S)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()

    @property
    def runs(self) -> bool:
        """Whether it lives and takes what it is told."""
        return self._process.poll() is None and self._left_over < _MOST_LEFT_OVER

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()

    def tell(self, news: Plain) -> bool:
        """Tells it news; False if it is busy, and the news is lost."""
        if self._rest:
            self._write(self._rest)
        if self._rest:
            self._left_over += 1
            return False
        self._left_over = 0
        self._write(json.dumps(news).encode() + b"\n")
        return True

    def asked(self, timeout_s: float) -> Iterator[str]:
        """What pages ask for; waits for the first for so long at most."""
        with suppress(Empty):
            yield self._asked.get(timeout=timeout_s)
            for _ in range(_MOST_WAITING):
                yield self._asked.get_nowait()

    def _write(self, line: bytes) -> None:
        """Writes what the pipe has room for, and keeps the rest."""
        assert self._process.stdin
        written = None
        with suppress(OSError):  # it has died
            written = self._process.stdin.write(line)
        self._rest = line[written or 0 :]

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            with suppress(Full):
                self._asked.put_nowait(line.decode(errors="replace").rstrip("\n"))
