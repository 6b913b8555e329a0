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
from dataclasses import dataclass, field
from enum import Enum
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from livedshl.errors import LivedshlError
from livedshl.outputs.listeners import alsa_has_listener, of_jack
from livedshl.outputs.midi_systems import CLIENT_NAME, is_jack, refusals
from livedshl.outputs.port_names import same_port
from livedshl.outputs.port_news import PortKind, PortNews, PortRequest, news_line, parse_request
from livedshl.outputs.ports import open_lister
from livedshl.outputs.quiet import silenced_stderr

_PERIOD_S = 0.25
_LEAVING_S = 1.0  # for closing the clients of the MIDI system
_SETTLING_S = 0.1  # how much later than its listing JACK may report that a port was made
_CORE_FOUNDATION = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"


class Signal(Enum):
    """What happens beside ports being made and requests."""

    OTHER = "another port came or went, or two were connected or parted"
    DIED = "the JACK server died"
    LEAVE = "the main process is leaving"


@dataclass(frozen=True, slots=True)
class Made:
    """JACK has registered a port of this name."""

    name: str


Happening = Signal | Made | PortRequest


@dataclass(slots=True)
class _Watched:
    """A port, and whether it is there. since_s: since when, by `time.monotonic`.

    listened: the last news of who listens to it.
    """

    request: PortRequest
    there: bool = False
    listened: PortNews | None = None
    since_s: float = field(default_factory=time.monotonic)


_LISTENED = {True: PortNews.HEARD, False: PortNews.UNHEARD, None: PortNews.UNCLEAR}


class Lister:
    """Lists the inputs, or else the outputs, and opens its client again after a failure.

    Inputs and outputs have one each, so that the failure of one leaves the other.
    """

    def __init__(self, inputs: bool) -> None:
        self._inputs = inputs
        self._client: Any = None

    def names(self) -> list[str] | None:
        """The ports that are there; None while there is no MIDI system."""
        try:
            if self._client is None:
                self._client = open_lister(self._inputs)
            return [str(name) for name in self._client.get_ports()]
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


class JackListener:
    """Reports at once what happens in a JACK server, if JACK's Python module is installed."""

    def __init__(self, happenings: SimpleQueue[Happening]) -> None:
        self._happenings = happenings
        self._client: Any = None
        self._tried = False

    def open(self) -> None:
        """Listens to the server, unless that was tried before."""
        if self._tried:
            return
        self._tried = True
        with suppress(ImportError, OSError):
            import jack  # optional

            with suppress(jack.JackError):
                client = jack.Client(f"{CLIENT_NAME}-watch", no_start_server=True)
                client.set_shutdown_callback(
                    lambda status, reason: self._happenings.put(Signal.DIED)
                )
                client.set_port_registration_callback(self._notice, only_available=False)
                client.set_port_connect_callback(
                    lambda one, other, connected: self._happenings.put(Signal.OTHER),
                    only_available=False,
                )
                client.activate()
                self._client = client

    def has_listener(self) -> bool | None:
        """Whether a program listens to livedshl's port; None where there is no server to ask."""
        if self._client is None:
            return None
        import jack

        try:
            names = [port.name for port in self._client.get_ports(is_midi=True, is_output=True)]
            return any(self._client.get_all_connections(name) for name in of_jack(names))
        except jack.JackError:
            return None

    def close(self) -> None:
        """Leaves the server, which may have died."""
        client, self._client, self._tried = self._client, None, False
        if client is not None:
            client.close()

    def _notice(self, port: Any, made: bool) -> None:
        known = made and port is not None
        self._happenings.put(Made(port.name) if known else Signal.OTHER)


class Watch:
    """Watches ports until it is told to leave. tell: takes lines of news."""

    def __init__(self, happenings: SimpleQueue[Happening], tell: Callable[[str], None]) -> None:
        self._happenings = happenings
        self._tell = tell
        self._ports: list[_Watched] = []
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
                self._ports.append(_Watched(happening))
            elif isinstance(happening, Made):
                self._take_note_of(happening.name)
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
            names = listed[lister]
            if names is None:  # no MIDI system
                if port.there:
                    self._change(port, PortNews.DIED)
                continue
            # A virtual port stays as long as the system; once that is back it can be made again.
            request = port.request
            there = request.kind.is_own or any(same_port(request.name, name) for name in names)
            if there != port.there:
                self._change(port, PortNews.THERE if there else PortNews.GONE)
            if request.kind is PortKind.VIRTUAL_OUTPUT:
                self._look_for_listeners(port, lister)

    def _look_for_listeners(self, port: _Watched, lister: Lister) -> None:
        heard = None if lister.is_jack else alsa_has_listener()
        if heard is None:
            self._jack.open()
            heard = self._jack.has_listener()
        news = _LISTENED[heard]
        if news is not port.listened:
            port.listened = news
            self._tell(news_line(port.request.number, news))

    def _take_note_of(self, name: str) -> None:
        """A watched port that was made while it was there went and came between two looks."""
        for port in self._ports:
            settled = time.monotonic() - port.since_s > _SETTLING_S
            if port.there and settled and same_port(port.request.name, name):
                self._change(port, PortNews.GONE)

    def _bury_jack(self) -> None:
        """The JACK server has died, and with it every port of its clients."""
        dead = [lister for lister in (self._inputs, self._outputs) if lister.is_jack]
        for port in self._ports:
            if self._lister(port) in dead:
                self._change(port, PortNews.DIED)
        self._jack.close()
        for lister in dead:
            lister.close()

    def _change(self, port: _Watched, news: PortNews) -> None:
        port.there = news is PortNews.THERE
        port.listened = None
        port.since_s = time.monotonic()
        self._tell(news_line(port.request.number, news))

    def _lister(self, port: _Watched) -> Lister:
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
    with silenced_stderr():
        Watch(happenings, lambda line: print(line, flush=True)).run()


if __name__ == "__main__":
    main()
