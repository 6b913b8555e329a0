"""`livedshl play` as somebody uses it: its screen open in a terminal, and steered by keys."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from tempfile import TemporaryDirectory
from threading import Thread

from livedshl.errors import LivedshlError, OutputError
from livedshl.outputs.ports import check_virtual_ports

_ROWS, _COLUMNS = 24, 80
_READY_S = 5.0  # until the screen is there
_PATIENCE_S = 10.0  # in which it leaves
_PRESS_S = 1.0
_KEYS = b"kKaAmmoohhffnr[]+-x"  # in the end all is as it was
_READ_BYTES = 1 << 16
_REPORT = re.compile(rb"late by ([\d.]+|inf)/([\d.]+|inf)/([\d.]+) ms .* with (.+?) priority")


def can_be_steered() -> bool:
    """Whether there are a terminal, which Windows has not for another process, and MIDI ports."""
    if sys.platform == "win32":
        return False
    try:
        check_virtual_ports()
    except LivedshlError:
        return False
    return True


def play_steered(seconds: float, tempo_bpm: float, seed: int) -> dict[str, float | str]:
    """Plays so long, and returns its lateness as it tells it at its end.

    A controller and a keyboard may come to its virtual ports meanwhile; a key is pressed every
    second. Raises OutputError where it does not play.
    """
    command = [sys.executable, "-m", "livedshl", "play", "--tempo", str(tempo_bpm)]
    command += ["--seed", str(seed), "--control-port", "--listen"]
    with TemporaryDirectory() as folder, _Terminal(command, folder) as terminal:
        time.sleep(_READY_S)
        for press in range(int(seconds / _PRESS_S)):
            terminal.press(_KEYS[press % len(_KEYS) :][:1])
            time.sleep(_PRESS_S)
        shown = terminal.leave()
    found = _REPORT.search(shown)
    if found is None:
        raise OutputError(f"`{' '.join(command[1:])}` did not say how late it was")
    median, most, worst, priority = (group.decode() for group in found.groups())
    return {
        "median ms": float(median),
        "99 % ms": float(most),
        "worst ms": float(worst),
        "priority": priority,
    }


class _Terminal:
    """A terminal in which a program runs; a context manager that ends it."""

    def __init__(self, command: list[str], folder: str) -> None:
        import pty
        import termios

        self._master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (_ROWS, _COLUMNS))
        environment = os.environ | {"TERM": "xterm-256color"}
        self._program = subprocess.Popen(
            command,
            stdin=slave, stdout=slave, stderr=slave,
            cwd=folder, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self._shown = b""
        self._reader = Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    def __enter__(self) -> "_Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self._program.kill()
        self._program.wait()
        self._reader.join()
        os.close(self._master)

    def press(self, key: bytes) -> None:
        """Presses a key. Raises OutputError where nobody is there any more."""
        if self._program.poll() is not None:
            raise OutputError(f"`livedshl play` has ended: {self._shown.decode(errors='replace')}")
        os.write(self._master, key)

    def leave(self) -> bytes:
        """Ends the program; returns the last that it showed."""
        self._program.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._program.wait(_PATIENCE_S)
        self._reader.join(_PATIENCE_S)
        return self._shown

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # how the end of a terminal is told
            while shown := os.read(self._master, _READ_BYTES):
                self._shown = (self._shown + shown)[-_READ_BYTES:]
