"""Watches whether a MIDI port is there, in a process of its own.

Run by `livedshl.live.port_watch` as `python -m livedshl.outputs.watch KIND NAME`; prints a
`PortNews`, a line each, until its standard input closes. RtMidi tells nobody that a port has gone,
a JACK client of a dead server lists what was there, and looking must not hold up the clock.
"""

import ctypes
import os
import sys
import time
from contextlib import ExitStack, suppress
from enum import Enum
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from livedshl.errors import LivedshlError
from livedshl.outputs.ports import CLIENT_NAME, is_jack, open_lister, same_port
from livedshl.outputs.quiet import silenced_stderr


class PortNews(Enum):
    """What has happened to the port."""

    THERE = "there"
    GONE = "gone"
    DIED = "died"  # the MIDI system, and the port with it


INPUT = "input"  # a kind of port to watch, beside those of `OutputKind`
_PERIOD_S = 0.25
_LEAVING_S = 1.0  # for saying goodbye to the MIDI system
_SETTLING_S = 0.1  # how much later than its listing JACK may tell that a port was made
_CORE_FOUNDATION = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"


class _Event(Enum):
    MADE = "the port was made"
    OTHER = "another port came or went"
    DIED = "the JACK server died"
    LEAVE = "the main process is leaving"


def watch(kind: str, name: str, events: SimpleQueue[_Event]) -> None:
    """Prints what happens to the port, until told to leave."""
    leaving = False
    while not leaving:
        with suppress(LivedshlError), ExitStack() as stack:
            stack.enter_context(silenced_stderr())
            leaving = _watch_system(kind, name, events, stack)
        leaving = leaving or _next(events) is _Event.LEAVE


def _watch_system(kind: str, name: str, events: SimpleQueue[_Event], stack: ExitStack) -> bool:
    """Prints what happens to the port until the MIDI system dies; whether it is time to leave.

    Raises OutputError while there is none. What it opens it leaves to `stack`.
    """
    lister = open_lister(inputs=kind == INPUT)
    stack.callback(lister.delete)
    if is_jack(lister):
        _listen_to_jack(name, events, stack)
    there, since_s = False, 0.0
    while True:
        # A virtual port stays as long as the system; once that is back it can be made again.
        listed = kind == "virtual" or any(same_port(name, port) for port in lister.get_ports())
        if listed != there:
            there, since_s = listed, time.monotonic()
            _tell(PortNews.THERE if there else PortNews.GONE)
        event = _next(events)
        if event is _Event.LEAVE:
            return True
        if event is _Event.DIED:
            _tell(PortNews.DIED)
            return False
        if event is _Event.MADE and there and time.monotonic() - since_s > _SETTLING_S:
            there = False  # it went and came between two looks
            _tell(PortNews.GONE)


def _listen_to_jack(name: str, events: SimpleQueue[_Event], stack: ExitStack) -> None:
    """Lets JACK tell by itself what happens, where its Python module is there."""

    def notice(port: Any, made: bool) -> None:
        ours = made and port is not None and same_port(name, port.name)
        events.put(_Event.MADE if ours else _Event.OTHER)

    with suppress(ImportError, OSError):
        import jack

        with suppress(jack.JackError):
            client = jack.Client(f"{CLIENT_NAME}-watch", no_start_server=True)
            client.set_shutdown_callback(lambda status, reason: events.put(_Event.DIED))
            client.set_port_registration_callback(notice, only_available=False)
            client.activate()
            stack.callback(client.close)


def _next(events: SimpleQueue[_Event]) -> _Event | None:
    """The next event, or None if there is none for a while.

    On macOS the run loop must run, or CoreMIDI's lists never change. That cannot be tested where
    livedshl is built.
    """
    if sys.platform == "darwin":
        core: Any = ctypes.CDLL(_CORE_FOUNDATION)
        mode = ctypes.c_void_p.in_dll(core, "kCFRunLoopDefaultMode")
        core.CFRunLoopRunInMode.argtypes = [ctypes.c_void_p, ctypes.c_double, ctypes.c_bool]
        core.CFRunLoopRunInMode(mode, 0.0, False)
    try:
        return events.get(timeout=_PERIOD_S)
    except Empty:
        return None


def _tell(news: PortNews) -> None:
    print(news.value, flush=True)


def _leave_with_the_main_process(events: SimpleQueue[_Event]) -> None:
    while os.read(0, 64):
        pass
    events.put(_Event.LEAVE)  # a client that says no goodbye may take its JACK server with it
    time.sleep(_LEAVING_S)
    os._exit(0)


def main() -> None:
    """Watches the port that the arguments name, until standard input closes."""
    events: SimpleQueue[_Event] = SimpleQueue()
    Thread(target=_leave_with_the_main_process, args=(events,), daemon=True).start()
    kind, name = sys.argv[1:]
    watch(kind, name, events)


if __name__ == "__main__":
    main()
