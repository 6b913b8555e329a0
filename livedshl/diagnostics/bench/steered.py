"""`livedshl play` in use: its screen open in a terminal, and steered by keys."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from livedshl.diagnostics.bench import on_screen
from livedshl.errors import LivedshlError, OutputError
from livedshl.live.performer import PlayerReport
from livedshl.outputs.ports import check_virtual_ports

_ROWS, _COLUMNS = 24, 80
_READY_S = 60.0  # the screen opens within this, on a busy machine as well
_POLL_S = 0.1
_PATIENCE_S = 10.0  # in which it leaves
_PRESS_S = 1.0
_KEYS = b"kKaAmmoohhffnr[]+-x"  # in the end all is as it was
_READ_BYTES = 1 << 16


def can_be_steered() -> bool:
    """Whether there are virtual MIDI ports, and terminals for another process (not on Windows)."""
    if sys.platform == "win32":
        return False
    try:
        check_virtual_ports()
    except LivedshlError:
        return False
    return True


def play_steered(seconds: float, tempo_bpm: float, seed: int) -> dict[str, float | str]:
    """Plays for so long, with a key pressed every second. Returns how late notes were.

    Raises OutputError if it does not play.
    """
    with TemporaryDirectory() as folder:
        report_file = Path(folder) / "report.json"
        arguments = (str(report_file), str(tempo_bpm), str(seed))
        with _Terminal([sys.executable, "-m", on_screen.__name__, *arguments], folder) as terminal:
            terminal.wait_for_screen()
            for press in range(int(seconds / _PRESS_S)):
                terminal.press(_KEYS[press % len(_KEYS) :][:1])
                time.sleep(_PRESS_S)
            terminal.leave()
        if not report_file.is_file():
            raise OutputError("the steered performance left no report")
        report = PlayerReport(**json.loads(report_file.read_text(encoding="utf-8")))
    return {
        "median ms": report.lateness_p50_ms,
        "99 % ms": report.lateness_p99_ms,
        "worst ms": report.lateness_max_ms,
        "priority": report.realtime,
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

    def wait_for_screen(self) -> None:
        """Waits until the screen opens, which it does after the first note."""
        until = time.monotonic() + _READY_S
        while not self._shown and self._program.poll() is None and time.monotonic() < until:
            time.sleep(_POLL_S)
        time.sleep(_PRESS_S)

    def press(self, key: bytes) -> None:
        """Presses a key. Raises OutputError if the program has ended."""
        if self._program.poll() is not None:
            raise OutputError(
                f"the steered performance has ended: {self._shown.decode(errors='replace')}"
            )
        os.write(self._master, key)

    def leave(self) -> None:
        """Ends the program."""
        self._program.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._program.wait(_PATIENCE_S)
        self._reader.join(_PATIENCE_S)

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # how a terminal reports its end
            while shown := os.read(self._master, _READ_BYTES):
                self._shown = (self._shown + shown)[-_READ_BYTES:]
