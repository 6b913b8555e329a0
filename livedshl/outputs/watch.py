"""Watches whether a MIDI output is there, in a process of its own.

Run by `livedshl.live.port_watch` as `python -m livedshl.outputs.watch KIND NAME`; prints "gone" and
"back", a line each, until its standard input closes. RtMidi tells nobody that a port has gone, a
JACK client whose server died keeps listing what was there, and looking must not hold up the clock.
"""

import ctypes
import os
import sys
import time
from contextlib import ExitStack, suppress
from threading import Event, Thread
from typing import Any

from livedshl.errors import LivedshlError
from livedshl.outputs.midi import CLIENT_NAME, check_virtual_ports, is_jack, open_lister, same_port
from livedshl.outputs.quiet import silenced_stderr

_PERIOD_S = 0.25
_CORE_FOUNDATION = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"


def watch(kind: str, name: str) -> None:
    """Prints what happens to the port, for ever."""
    while True:
        _wait_until_gone(kind, name)
        print("gone", flush=True)
        while not _is_back(kind, name):
            _pause()
        print("back", flush=True)


def _wait_until_gone(kind: str, name: str) -> None:
    """Returns when one client, which stays, has found the port and no longer does."""
    seen = False
    while not seen:
        with suppress(LivedshlError), ExitStack() as stack:
            stack.enter_context(silenced_stderr())
            lister = open_lister(virtual=kind == "virtual")
            stack.callback(lister.delete)
            died = _server_death(lister, stack)
            while not died.is_set() and _lists(lister, kind, name):
                seen = True
                _pause()
        _pause()


def _server_death(lister: Any, stack: ExitStack) -> Event:
    """What is set when the lister's JACK server dies; with other systems never.

    A client of RtMidi's goes on listing the ports of a server that died.
    """
    died = Event()
    if is_jack(lister):
        with suppress(ImportError, OSError):
            import jack

            with suppress(jack.JackError):
                client = jack.Client(f"{CLIENT_NAME}-watch", no_start_server=True)
                client.set_shutdown_callback(lambda status, reason: died.set())
                client.activate()
                stack.callback(client.close)
    return died


def _is_back(kind: str, name: str) -> bool:
    """Whether a new client finds the port, or could make it."""
    try:
        with silenced_stderr():
            if kind == "virtual":
                check_virtual_ports()
                return True
            lister = open_lister(virtual=False)
            try:
                return _lists(lister, kind, name)
            finally:
                lister.delete()
    except LivedshlError:
        return False


def _lists(lister: Any, kind: str, name: str) -> bool:
    """Whether the port is among those that the client lists."""
    listed = lister.get_ports()
    if kind == "virtual":
        return any(CLIENT_NAME in port for port in listed)
    return any(same_port(name, port) for port in listed)


def _pause() -> None:
    """Waits a little; on macOS it runs the run loop, without which CoreMIDI's lists never change.

    That cannot be tested where livedshl is built.
    """
    if sys.platform == "darwin":
        core: Any = ctypes.CDLL(_CORE_FOUNDATION)
        mode = ctypes.c_void_p.in_dll(core, "kCFRunLoopDefaultMode")
        core.CFRunLoopRunInMode.argtypes = [ctypes.c_void_p, ctypes.c_double, ctypes.c_bool]
        core.CFRunLoopRunInMode(mode, 0.0, False)
    time.sleep(_PERIOD_S)


def _leave_with_the_main_process() -> None:
    while os.read(0, 64):
        pass
    os._exit(0)


if __name__ == "__main__":
    Thread(target=_leave_with_the_main_process, daemon=True).start()
    watch(*sys.argv[1:])
