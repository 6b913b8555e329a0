"""Watches MIDI ports, in a process of its own.

`livedshl.live.port_watcher` starts it as `python -m livedshl.outputs.watch`. It reads which ports
to watch from standard input, prints what happens to them, and leaves when standard input closes.
RtMidi tells nobody that a port has gone, the JACK client of a dead server still lists its ports,
and looking must not hold up the clock.
"""

import ctypes
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from livedshl.errors import LivedshlError
from livedshl.outputs.jack_listener import (
    Happening,
    JackListener,
    Made,
    Renamed,
    Signal,
    has_room,
)
from livedshl.outputs.listeners import alsa_has_listener
from livedshl.outputs.midi_systems import is_jack, open_lister, port_list, refusals
from livedshl.outputs.port_news import PortKind, PortNews, PortRequest, news_line, parse_request
from livedshl.outputs.quiet import silenced_stderr
from livedshl.outputs.watched_port import WatchedPort

_PERIOD_S = 0.25
_LEAVING_S = 1.0  # for closing the clients of the MIDI system
_SETTLING_S = 0.1  # how much later than its listing JACK may report what happened to a port
_CORE_FOUNDATION = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"


_LISTENED = {True: PortNews.HEARD, False: PortNews.UNHEARD, None: PortNews.UNCLEAR}


class Lister:
    """Lists the inputs, or else the outputs, and opens its client again after a failure.

    Inputs and outputs have one each, so that the failure of one leaves the other.
    """

    def __init__(self, inputs: bool) -> None:
        self._inputs = inputs
        self._client: Any = None

    def names(self) -> list[str] | None:
        """The ports that are there; None while there is no MIDI system, or no room to look."""
        try:
            if self._client is None:
                if not has_room():
                    return None
                self._client = open_lister(self._inputs)
            return port_list(self._client)
        except LivedshlError:
            self.close()
        except refusals():
            self.close()
        return None

    @property
    def is_jack(self) -> bool:
        """Whether it is the client of a JACK server."""
        return self._client is not None and is_jack(self._client)

    def close(self) -> None:
        """Closes its client."""
        client, self._client = self._client, None
        if client is not None:
            client.delete()


class Watch:
    """Watches ports until it is told to leave. tell: takes lines of news."""

    def __init__(self, happenings: SimpleQueue[Happening], tell: Callable[[bytes], object]) -> None:
        self._happenings = happenings
        self._tell = tell
        self._ports: list[WatchedPort] = []
        self._inputs = Lister(inputs=True)
        self._outputs = Lister(inputs=False)
        self._jack = JackListener(happenings)

    def run(self) -> None:
        """Looks at every port whenever something happens, and four times a second."""
        while True:
            self._look()
            happening = _next(self._happenings)
            if happening is Signal.LEAVE:
                break
            if isinstance(happening, PortRequest):
                self._ports.append(WatchedPort(happening))
            elif isinstance(happening, Made):
                self._take_note_of(happening.name)
            elif isinstance(happening, Renamed):
                self._rename(happening)
            elif happening is Signal.DIED:
                self._bury_jack()
        self._jack.close()
        self._inputs.close()
        self._outputs.close()

    def _look(self) -> None:
        listed: dict[Lister, list[str] | None] = {}
        for port in self._ports:
            lister = self._lister(port)
            if lister not in listed:
                listed[lister] = lister.names()
                if lister.is_jack:
                    self._jack.open()
            self._look_for(port, lister, listed[lister])

    def _look_for(self, port: WatchedPort, lister: Lister, names: list[str] | None) -> None:
        found = None if names is None else port.find(names)
        hears = lister.is_jack and self._jack.listens
        if names is None and not has_room():
            if not port.unseen:
                port.unseen = True
                self._tell_of(port, PortNews.UNSEEN)
        elif names is None:  # no MIDI system
            if port.there:
                self._change(port, PortNews.DIED)
        elif found is not None:
            port.missed_s = None
            port.unseen = False
            if not port.there:
                port.name = found
                port.identity = self._jack.identity(found) if hears else None
                self._change(port, PortNews.THERE)
        elif port.there and (not hears or port.is_missed_for(_SETTLING_S)):
            self._change(port, PortNews.GONE)
        if names is not None and port.request.kind is PortKind.VIRTUAL_OUTPUT:
            self._look_for_listeners(port, lister)

    def _look_for_listeners(self, port: WatchedPort, lister: Lister) -> None:
        heard = None if lister.is_jack else alsa_has_listener()
        if heard is None:
            self._jack.open()
            heard = self._jack.has_listener()
        news = _LISTENED[heard]
        if news is not port.listened:
            port.listened = news
            self._tell_of(port, news)

    def _take_note_of(self, name: str) -> None:
        """A watched port that was made while it was there went and came between two looks."""
        for port in self._ports:
            settled = time.monotonic() - port.since_s > _SETTLING_S
            if port.there and settled and port.name == name:
                self._change(port, PortNews.GONE)

    def _rename(self, renamed: Renamed) -> None:
        """A port that has another name is the same, and still connected."""
        for port in self._ports:
            is_it = port.identity in (None, renamed.identity)
            if port.there and is_it and port.name == renamed.old:
                port.name = renamed.new
                port.missed_s = None
                self._tell_of(port, PortNews.RENAMED)

    def _bury_jack(self) -> None:
        """The JACK server has died, and with it every port of its clients."""
        dead = [lister for lister in (self._inputs, self._outputs) if lister.is_jack]
        for port in self._ports:
            if self._lister(port) in dead:
                self._change(port, PortNews.DIED)
        self._jack.close()
        for lister in dead:
            lister.close()

    def _change(self, port: WatchedPort, news: PortNews) -> None:
        port.there = news is PortNews.THERE
        port.listened = None
        port.missed_s = None
        port.since_s = time.monotonic()
        self._tell_of(port, news)

    def _tell_of(self, port: WatchedPort, news: PortNews) -> None:
        self._tell(news_line(port.request.number, news, port.name))

    def _lister(self, port: WatchedPort) -> Lister:
        return self._inputs if port.request.kind is PortKind.INPUT else self._outputs


def _next(happenings: SimpleQueue[Happening]) -> Happening | None:
    """The next happening, or None if there is none for a while.

    On macOS the run loop must run, or CoreMIDI's lists never change. We have no Mac to test that
    on.
    """
    if sys.platform == "darwin":
        core: Any = ctypes.CDLL(_CORE_FOUNDATION)
        mode = ctypes.c_void_p.in_dll(core, "kCFRunLoopDefaultMode")
        core.CFRunLoopRunInMode.argtypes = [ctypes.c_void_p, ctypes.c_double, ctypes.c_bool]
        core.CFRunLoopRunInMode(mode, 0.0, False)
    try:
        return happenings.get(timeout=_PERIOD_S)
    except Empty:
        return None


def _read_requests(happenings: SimpleQueue[Happening]) -> None:
    """Takes in requests until the main process closes the pipe, then makes sure of leaving."""
    with open(0, "rb", buffering=0, closefd=False) as requests:
        for line in requests:
            happenings.put(parse_request(line))
    happenings.put(Signal.LEAVE)  # a client that just vanishes may take its JACK server with it
    time.sleep(_LEAVING_S)
    os._exit(0)


def main() -> None:
    """Watches the ports that standard input names, until it closes."""
    happenings: SimpleQueue[Happening] = SimpleQueue()
    Thread(target=_read_requests, args=(happenings,), daemon=True).start()
    with silenced_stderr(), suppress(BrokenPipeError):  # the main process may have been killed
        Watch(happenings, lambda line: os.write(1, line)).run()


if __name__ == "__main__":
    main()
