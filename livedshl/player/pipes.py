"""The player's two ends: instructions from the main process come in, replies go out."""

import os
import socket
import sys
import time
from contextlib import suppress
from threading import Thread

from livedshl.errors import LivedshlError
from livedshl.player.protocol import POSITION_PERIOD_S, RECORD, Reply, stamp
from livedshl.player.transport import Transport

_READ_BYTES = 4096  # 256 records, taken in within the time that is spun away before a deadline


class InstructionPipe:
    """The pipe from the main process, as something `select` can wait for.

    Windows selects on sockets only, so there a thread copies the pipe into one. We have no Windows
    machine to test that on.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._unread = b""
        self._socket: socket.socket | None = None
        if sys.platform == "win32":
            self._socket, writing = socket.socketpair()
            Thread(target=self._copy, args=(writing,), name="pipe", daemon=True).start()

    def fileno(self) -> int:
        """What `select` waits for."""
        return self._socket.fileno() if self._socket else self._descriptor

    def read(self) -> bytes | None:
        """The whole records that have arrived; None once the main process has gone."""
        if self._socket:
            received = self._socket.recv(_READ_BYTES)
        else:
            received = os.read(self._descriptor, _READ_BYTES)
        if not received:
            return None
        received = self._unread + received
        whole = len(received) - len(received) % RECORD.size
        self._unread = received[whole:]
        return received[:whole]

    def _copy(self, writing: socket.socket) -> None:
        while received := os.read(self._descriptor, _READ_BYTES):
            writing.sendall(received)
        writing.close()


class ReplyPipe:
    """The pipe to the main process. It never waits: while that process stalls, replies are lost.

    position_due_s: when the next position is to be sent.
    """

    def __init__(self, descriptor: int) -> None:
        self.position_due_s = 0.0
        self._descriptor = descriptor

    def send(
        self,
        kind: Reply,
        tick: int = 0,
        value: int = 0,
        text: bytes = b"",
        stamped: tuple[int, int, int] = (0, 0, 0),
    ) -> None:
        """Sends one reply."""
        record = RECORD.pack(tick, kind, *stamped, len(text) or value)
        with suppress(BlockingIOError, BrokenPipeError):
            os.write(self._descriptor, record + text)

    def send_last(self, kind: Reply, tick: int, text: bytes) -> None:
        """Sends the last reply. The clock has stopped by then, so this one may wait."""
        if sys.platform != "win32":
            os.set_blocking(self._descriptor, True)
        self.send(kind, tick, text=text)

    def send_of_speakers(self, error: LivedshlError | None) -> None:
        """Sends that the built-in synthesiser sounds, or why it does not."""
        self.send(Reply.SPEAKERS, text=str(error or "").encode())

    def send_position(self, transport: Transport) -> None:
        """Sends where the clock is, once every `POSITION_PERIOD_S`."""
        now = time.perf_counter()
        if now < self.position_due_s:
            return
        self.position_due_s = now + POSITION_PERIOD_S
        tempo_bpm = transport.tempo_at(now) if transport.running else 0.0
        tick, value = int(transport.tick_at(now)), round(tempo_bpm * 1000)
        self.send(Reply.POSITION, tick, value, stamped=stamp(now))
