"""The player process: the clock and the output, nothing else.

Started by `livedshl.live.performer` as `python -m livedshl.live.player OUTPUT...`. It is a process
of its own because in one Python process another thread's loop delays the clock by milliseconds,
and a garbage collection by hundreds. It decides nothing: it sends each event at its time, and when
the pipe from the main process breaks, for whatever reason, it switches off what sounds and leaves.
"""

import gc
import os
import select
import signal
import socket
import sys
import time
from array import array
from contextlib import suppress
from math import ceil
from threading import Thread

from livedshl.errors import LivedshlError, OutputError
from livedshl.live.protocol import RECORD, Answer, Command, event_message
from livedshl.live.realtime import take_realtime_priority
from livedshl.live.scheduler import Scheduler
from livedshl.live.transport import Transport
from livedshl.outputs.opening import Port, open_output

# Up to here before a deadline the clock sleeps, then it spins; with one processor only, spinning
# would hold up the very process that must deliver.
_SPIN_S = 0.001 if (os.cpu_count() or 1) > 1 else 0.0
_STATUS_PERIOD_S = 0.05
_READ_BYTES = 4096  # 256 records, taken in within the time that is spun away before a deadline
_LATENESS_UNIT_S = 1e-5
_LATENESS_UNITS = 10_000  # the last one counts everything from 100 ms on


class Source:
    """The pipe from the main process, as something that `select` can wait for.

    Windows selects on sockets only: there a thread copies the pipe into one. That cannot be
    tested where livedshl is built.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._socket: socket.socket | None = None
        if sys.platform == "win32":
            self._socket, writing = socket.socketpair()
            Thread(target=self._copy, args=(writing,), name="pipe", daemon=True).start()

    def fileno(self) -> int:
        """What `select` waits for."""
        return self._socket.fileno() if self._socket else self._descriptor

    def receive(self) -> bytes:
        """What has arrived; nothing once the main process has gone."""
        if self._socket:
            return self._socket.recv(_READ_BYTES)
        return os.read(self._descriptor, _READ_BYTES)

    def _copy(self, writing: socket.socket) -> None:
        while received := os.read(self._descriptor, _READ_BYTES):
            writing.sendall(received)
        writing.close()


class Player:
    """Plays what arrives from `source` to `port`, and answers on `sink`, a file descriptor."""

    def __init__(self, port: Port, source: Source, sink: int, realtime: str) -> None:
        self._port = port
        self._source = source
        self._sink = sink
        self._realtime = realtime
        self._transport = Transport(120.0)
        self._scheduler = Scheduler()
        self._finish_tick: int | None = None
        self._unread = b""
        self._stopped = False
        self._next_status_s = 0.0
        self._supplied_s = 0.0  # deadlines before this were missed by the composer, not the clock
        self._lost = False
        self._lateness = array("Q", bytes(8 * (_LATENESS_UNITS + 1)))
        self._worst_lateness_s = 0.0

    def stop(self) -> None:
        """Ends `run` at its next turn."""
        self._stopped = True

    def run(self) -> None:
        """Plays until told to leave; whatever ends it, everything is switched off."""
        self._answer(Answer.READY)
        try:
            while not self._stopped:
                self._turn()
        finally:
            for message in self._scheduler.release():
                self._send(message)
            self._port.close()
        self._report()

    def _turn(self) -> None:
        """Waits for the next deadline or command, whichever comes first, and acts on it."""
        now = time.perf_counter()
        deadline = self._deadline()
        if deadline is None or deadline - now > _SPIN_S:
            until = self._next_status_s if deadline is None else deadline - _SPIN_S
            wait_s = max(0.0, min(until, self._next_status_s) - now)
            if select.select([self._source], [], [], wait_s)[0]:
                self._read_commands()
            self._tell_position()
            return
        while time.perf_counter() < deadline:
            pass
        self._send_due(deadline)

    def _deadline(self) -> float | None:
        """When the next event, the end, or the horizon comes; None while nothing is known."""
        if not self._transport.running:
            return None
        ticks = [self._scheduler.next_tick, self._finish_tick]
        known = [tick for tick in ticks if tick is not None]
        if not known and not self._scheduler.starved:
            known = [self._scheduler.horizon]
        return self._transport.time_of(min(known)) if known else None

    def _send_due(self, deadline: float) -> None:
        now = time.perf_counter()
        position = max(self._transport.tick_at(now), self._transport.tick_at(deadline) + 1e-6)
        for message in self._scheduler.due(position):
            self._send(message)
        if deadline >= self._supplied_s:
            lateness_s = now - deadline
            self._lateness[min(_LATENESS_UNITS, int(lateness_s / _LATENESS_UNIT_S))] += 1
            self._worst_lateness_s = max(self._worst_lateness_s, lateness_s)
        if self._finish_tick is not None and position >= self._finish_tick:
            self._stopped = True

    def _send(self, message: bytes) -> None:
        """Sends; an output that refuses is told of once, and the clock goes on."""
        try:
            self._port.send(message)
        except OutputError as error:
            if not self._lost:
                self._lost = True
                self._answer(Answer.LOST, text=str(error).encode())

    def _read_commands(self) -> None:
        received = self._source.receive()
        if not received:  # the main process has gone
            self._stopped = True
            return
        received = self._unread + received
        whole = len(received) - len(received) % RECORD.size
        self._unread = received[whole:]
        for tick, kind, status, data1, data2, value in RECORD.iter_unpack(received[:whole]):
            if kind == Command.EVENT:
                self._scheduler.push(tick, event_message(status, data1, data2))
            elif kind == Command.SOUNDING:
                self._scheduler.adopt(event_message(status, data1, data2))
            else:
                self._obey(kind, tick, value)

    def _obey(self, kind: int, tick: int, value: int) -> None:
        if kind == Command.HORIZON:
            if self._scheduler.starved:
                self._supplied_s = time.perf_counter()
            self._scheduler.extend_horizon(tick)
        elif kind == Command.TEMPO:
            if self._transport.running:  # a change of the past would make the position jump
                tick = max(tick, ceil(self._transport.tick_at(time.perf_counter())))
            self._transport.set_tempo(tick, value / 1000)
        elif kind == Command.START:
            time_s = time.perf_counter() + value / 1e6
            self._transport.start(tick, time_s)
            self._answer(Answer.STARTED, tick, text=repr(time_s).encode())
        elif kind == Command.FINISH:
            self._finish_tick = tick
            self._scheduler.extend_horizon(tick + 1)
        elif kind == Command.QUIT:
            self._stopped = True

    def _tell_position(self) -> None:
        now = time.perf_counter()
        if now < self._next_status_s:
            return
        self._next_status_s = now + _STATUS_PERIOD_S
        if self._transport.running:
            tick = int(self._transport.tick_at(now))
            self._answer(Answer.POSITION, tick, value=self._scheduler.underruns)

    def _report(self) -> None:
        import json

        report = {
            "realtime": self._realtime,
            "lateness_p50_ms": self._lateness_ms(0.50),
            "lateness_p99_ms": self._lateness_ms(0.99),
            "lateness_max_ms": self._worst_lateness_s * 1e3,
            "underruns": self._scheduler.underruns,
            "dropped": self._scheduler.dropped,
            "notes": self._scheduler.sent_notes,
        }
        if sys.platform != "win32":
            os.set_blocking(self._sink, True)  # the clock has stopped; this answer may wait
        running = self._transport.running
        tick = int(self._transport.tick_at(time.perf_counter())) if running else 0
        self._answer(Answer.REPORT, tick, text=json.dumps(report).encode())

    def _lateness_ms(self, share: float) -> float:
        wanted, counted = share * sum(self._lateness), 0
        for unit, count in enumerate(self._lateness):
            counted += count
            if counted >= wanted > 0:
                return min((unit + 1) * _LATENESS_UNIT_S, self._worst_lateness_s) * 1e3
        return 0.0

    def _answer(self, kind: Answer, tick: int = 0, value: int = 0, text: bytes = b"") -> None:
        _write(self._sink, kind, tick, value, text)


def _write(sink: int, kind: Answer, tick: int, value: int, text: bytes) -> None:
    """Answers without ever waiting: while the main process stalls, answers are lost instead."""
    with suppress(BlockingIOError, BrokenPipeError):
        os.write(sink, RECORD.pack(tick, kind, 0, 0, 0, len(text) or value) + text)


def main() -> None:
    """Runs the player on standard input and output; the arguments name the output."""
    source, sink = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # whatever a library prints must not end up between the answers
    for name in ("SIGINT", "SIGHUP"):  # the main process decides what they mean
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    try:
        port = open_output(*sys.argv[1:])
    except LivedshlError as error:
        _write(sink, Answer.FAILED, 0, 0, str(error).encode())
        sys.exit(1)
    if sys.platform != "win32":  # Windows pipes cannot; the main process reads them on a thread
        os.set_blocking(sink, False)
    gc.collect()
    gc.freeze()
    gc.disable()
    player = Player(port, Source(source), sink, take_realtime_priority())
    signal.signal(signal.SIGTERM, lambda number, frame: player.stop())
    player.run()


if __name__ == "__main__":
    main()
