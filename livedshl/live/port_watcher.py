"""Learns what happens to MIDI ports, from one process that watches them all."""

import logging
import subprocess
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread

from livedshl.outputs.port_news import PortKind, PortNews, PortRequest, parse_news
from livedshl.player.processes import module_command, start_process

log = logging.getLogger(__name__)

_COMMAND = module_command("livedshl.outputs.watch", [])
_AGAIN_S = 1.0  # before a watch process that died is replaced
_LEAVING_TIMEOUT_S = 0.5


def unseen_line(name: str) -> str:
    """Tells the user that nobody can look at a port, and what to do."""
    return (
        f"livedshl cannot see whether {name} is there: this system lets it open no more files. "
        "Raise the limit (ulimit -n 256)."
    )


class PortWatcher:
    """Runs `livedshl.outputs.watch` from the first port on, until it is stopped.

    A context manager. If the process dies, another takes over.
    """

    def __init__(self) -> None:
        self._lock = Lock()  # one writer at a time; guards what follows
        self._ports: list[_WatchedPort] = []  # the process knows each by its index
        self._thread: Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = Event()

    def __enter__(self) -> "PortWatcher":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.wait()

    def watch(self, kind: PortKind, name: str, hear: Callable[[PortNews, str], None]) -> None:
        """Watches a port as well.

        hear: called on the watcher's thread with what happens to it and what it is called then:
        when it is gone, its MIDI system has died, it is there again, it has another name, nobody
        can look at it, and when it is known who listens to it.
        """
        with self._lock:
            if self._stopped.is_set():
                return
            self._ports.append(_WatchedPort(kind, name, hear))
            if self._process:
                self._ask_for(len(self._ports) - 1)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="port watcher", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Lets the process leave, without waiting for it."""
        with self._lock:
            self._stopped.set()
            if self._process and self._process.stdin:
                self._process.stdin.close()

    def wait(self) -> None:
        """Waits until the process has left, but not for ever."""
        if self._process:
            try:
                self._process.wait(_LEAVING_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _run(self) -> None:
        warned = missed = False
        while not self._stopped.is_set():
            try:
                process = self._start()
            except OSError as error:  # no room for a process, or for its pipes
                process = None
                if not warned:
                    warned = True
                    log.warning("nothing watches the MIDI ports for now: %s", error.strerror)
            if process:
                # Nobody saw what happened meanwhile, so assume the worst; only now, when somebody
                # can say that a port is there after all.
                for port in tuple(self._ports) if missed else ():
                    port.take(PortNews.DIED, port.name)
                self._listen(process)
                missed = True
            if self._stopped.wait(_AGAIN_S):
                return

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        """Passes on the news until the process ends."""
        assert process.stdout
        for line in process.stdout:
            number, news, name = parse_news(line)
            self._ports[number].take(news, name)
        process.wait()

    def _start(self) -> "subprocess.Popen[bytes] | None":
        """Starts the process and names it every port; None once the watcher has been stopped.

        Raises OSError.
        """
        with self._lock:
            if self._stopped.is_set():
                return None
            self._process = start_process(_COMMAND)
            for number in range(len(self._ports)):
                self._ask_for(number)
            return self._process

    def _ask_for(self, number: int) -> None:
        """Names a port to the process; the caller holds the lock."""
        assert self._process and self._process.stdin
        port = self._ports[number]
        with suppress(OSError):  # it has died; the next one is told
            self._process.stdin.write(PortRequest(number, port.kind, port.name).line())


class _WatchedPort:
    """A port, and who hears of it. A port that was there from the start is no news."""

    def __init__(self, kind: PortKind, name: str, hear: Callable[[PortNews, str], None]) -> None:
        self.kind = kind
        self.name = name
        self._hear = hear
        self._away = False

    def take(self, news: PortNews, name: str) -> None:
        """Passes on what has happened."""
        self.name = name  # another watch process is asked for it under this name
        if self._away or news is not PortNews.THERE:
            self._hear(news, name)
        if news in (PortNews.THERE, PortNews.GONE, PortNews.DIED):
            self._away = news is not PortNews.THERE
