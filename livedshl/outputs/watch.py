"""Watches whether a MIDI output is there, in a process of its own.

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
from livedshl.outputs.midi import CLIENT_NAME, is_jack, open_lister, same_port
from livedshl.outputs.quiet import silenced_stderr


class PortNews(Enum):
    """What has happened to the port."""

    THERE = "there"
    GONE = "gone"
    DIED = "died"  # the MIDI system, and the port with it


_PERIOD_S = 0.25
_SETTLING_S = 0.1  # how much later than its listing JACK may tell that a port was made
_CORE_FOUNDATION = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"


class _JackEvent(Enum):
    MADE = "the port was made"
    OTHER = "another port came or went"
    DIED = "the server died"


def watch(kind: str, name: str) -> None:
    """Prints what happens to the port, for ever."""
    while True:
        with suppress(LivedshlError), ExitStack() as stack:
            stack.enter_context(silenced_stderr())
            _watch_system(kind, name, stack)
        time.sleep(_PERIOD_S)


def _watch_system(kind: str, name: str, stack: ExitStack) -> None:
    """Prints what happens to the port until the MIDI system dies.

    Raises OutputError while there is none. What it opens it leaves to `stack`.
    """
    lister = open_lister()
    stack.callback(lister.delete)
    events = _jack_events(name, stack) if is_jack(lister) else SimpleQueue[_JackEvent]()
    there, since_s = False, 0.0
    while True:
        # A virtual port stays as long as the system; once that is back it can be made again.
        listed = kind == "virtual" or any(same_port(name, port) for port in lister.get_ports())
        if listed != there:
            there, since_s = listed, time.monotonic()
            _tell(PortNews.THERE if there else PortNews.GONE)
        event = _next(events)
        if event is _JackEvent.DIED:
            _tell(PortNews.DIED)
            return
        if event is _JackEvent.MADE and there and time.monotonic() - since_s > _SETTLING_S:
            there = False  # it went and came between two looks
            _tell(PortNews.GONE)


def _jack_events(name: str, stack: ExitStack) -> SimpleQueue[_JackEvent]:
    """What JACK tells by itself, where its Python module is there."""
    events: SimpleQueue[_JackEvent] = SimpleQueue()

    def notice(port: Any, made: bool) -> None:
        ours = made and port is not None and same_port(name, port.name)
        events.put(_JackEvent.MADE if ours else _JackEvent.OTHER)

    with suppress(ImportError, OSError):
        import jack

        with suppress(jack.JackError):
            client = jack.Client(f"{CLIENT_NAME}-watch", no_start_server=True)
            client.set_shutdown_callback(lambda status, reason: events.put(_JackEvent.DIED))
            client.set_port_registration_callback(notice, only_available=False)
            client.activate()
            stack.callback(client.close)
    return events


def _next(events: SimpleQueue[_JackEvent]) -> _JackEvent | None:
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


def _leave_with_the_main_process() -> None:
    while os.read(0, 64):
        pass
    os._exit(0)


if __name__ == "__main__":
    Thread(target=_leave_with_the_main_process, daemon=True).start()
    watch(*sys.argv[1:])
