"""A MIDI input that reconnects when its port has gone and come back."""

import time
from collections.abc import Callable, Iterator
from math import inf
from queue import SimpleQueue

from livedshl.errors import OutputError
from livedshl.live.port_watcher import PortWatcher, unseen_line
from livedshl.outputs.midi_input import MidiInput
from livedshl.outputs.port_news import PortKind, PortNews
from livedshl.outputs.ports import open_input

_RETRY_S = 0.5


class WatchedInput:
    """An open MIDI input, used by one thread at a time.

    port: its name, "" to make a virtual one. own_name: the name of livedshl's end. tell: shows the
    user a line. Raises OutputError if the port cannot be opened.
    """

    def __init__(
        self, port: str, own_name: str, watcher: PortWatcher, tell: Callable[[str], None]
    ) -> None:
        self.name = port or own_name
        self._port = port
        self._own_name = own_name
        self._tell = tell
        self._news: SimpleQueue[tuple[PortNews, str]] = SimpleQueue()
        self._input: MidiInput | None = open_input(port, own_name)
        self._went = False
        self._dead: list[MidiInput] = []  # closing what belongs to a dead MIDI system hangs
        self._open_s = inf  # when to try to open it again
        kind = PortKind.INPUT if port else PortKind.VIRTUAL
        watcher.watch(kind, port, lambda news, name: self._news.put((news, name)))

    def receive(self) -> Iterator[tuple[bytes, float]]:
        """What has arrived since the last call, each with its time of `time.perf_counter`."""
        while not self._news.empty():
            self._mind(*self._news.get())
        if time.monotonic() >= self._open_s:
            self._reopen()
        if self._input:
            yield from self._input.receive()

    def went(self) -> bool:
        """Whether the port has gone since the last call; if so, no key is down any more."""
        went, self._went = self._went, False
        return went

    def close(self) -> None:
        """Closes it."""
        if self._input:
            self._input.close()

    def _mind(self, news: PortNews, name: str) -> None:
        if news is PortNews.UNSEEN:
            self._tell(unseen_line(self.name))
            return
        if news is PortNews.RENAMED:
            self._tell(f"{self.name} is called {name} now.")
        if self._port:
            self.name = self._port = name
        if news is PortNews.RENAMED:
            return
        if news is PortNews.THERE:
            self._open_s = 0.0
            return
        if self._input:
            self._went = True
            self._tell(f"{self.name} has gone; livedshl reconnects when it is back.")
            if news is PortNews.DIED:
                self._dead.append(self._input)
            else:
                self._input.close()
        self._input, self._open_s = None, inf

    def _reopen(self) -> None:
        try:
            self._input = open_input(self._port, self._own_name)
        except OutputError:
            self._open_s = time.monotonic() + _RETRY_S
        else:
            self._open_s = inf
            self._tell(f"{self.name} is back.")
