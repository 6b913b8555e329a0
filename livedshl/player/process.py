"""The player process: the clock and the output, nothing else.

Started by `livedshl.live.performer` as `python -m livedshl.player.process ARGUMENT...`. It is a
process of its own because in one Python process another thread's loop delays the clock by
milliseconds, and a garbage collection by hundreds. It decides nothing: it sends each event at its
time, and when the pipe from the main process breaks, for whatever reason, it switches off what
sounds and leaves.
"""

import gc
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from math import ceil
from threading import Thread

from livedshl.errors import LivedshlError, OutputError
from livedshl.midi.message import event_message
from livedshl.outputs.opening import Nowhere, Port, open_output
from livedshl.player.clock.opening import open_follower
from livedshl.player.clock.source import Follower
from livedshl.player.lateness import Lateness
from livedshl.player.playback import Playback
from livedshl.player.protocol import RECORD, Answer, Command, parse_arguments, stamp
from livedshl.player.realtime import take_realtime_priority

# Up to here before a deadline the clock sleeps, then it spins; with one processor only, spinning
# would hold up the very process that must deliver.
SPIN_S = 0.001 if (os.cpu_count() or 1) > 1 else 0.0
_STATUS_PERIOD_S = 0.05
_READ_BYTES = 4096  # 256 records, taken in within the time that is spun away before a deadline
# A turn takes 50 ms at most: after so long, the process or the whole machine was suspended.
_JUMP_S = 1.0
_REOPEN_PERIOD_S = 0.2
_REMEMBERED_S = 5.0  # for which tempi are still wanted: longer than any latency


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
    """Plays what arrives from `source` to `port`, and answers on `sink`, a file descriptor.

    open_port: opens the port again when it has gone and come back. follower: who drives the
    clock. lateness: where it is counted. realtime: the scheduling class, for the report.
    """

    def __init__(
        self,
        port: Port,
        open_port: Callable[[], Port],
        follower: Follower,
        playback: Playback,
        source: Source,
        sink: int,
        lateness: Lateness,
        realtime: str,
    ) -> None:
        self._port = port
        self._open_port = open_port
        self._follower = follower
        self._playback = playback
        self._source = source
        self._sink = sink
        self._lateness = lateness
        self._realtime = realtime
        self._unread = b""
        self._stopped = False
        self._turned_s = time.perf_counter()
        self._next_status_s = 0.0
        self._reopen_s: float | None = None
        self._system_died = False
        # Closing a JACK client whose server died holds up the clock for a second, and crashes
        # what has been opened since.
        self._dead_ports: list[Port] = []
        self._supplied_s = 0.0  # deadlines before this were missed by the composer, not the clock
        self._lost = False
        self._jumps = 0
        self._unreleased = 0

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
            self._unreleased = self._playback.scheduler.sounding
            self._send_all(self._playback.leave())
            self._follower.close()
            self._port.flush(self._playback.finished)
            self._port.close()
        self._report()

    def _turn(self) -> None:
        """Waits for the next deadline or command, whichever comes first, and acts on it."""
        now = time.perf_counter()
        if now - self._turned_s > _JUMP_S:
            self._jumps += 1
            self._follower.resume(self._playback, now - self._turned_s)
        self._turned_s = now
        self._send_all(self._follower.poll(self._playback, now))
        deadline = self._playback.deadline()
        if deadline is None or deadline - now > SPIN_S:
            until = self._next_status_s if deadline is None else deadline - SPIN_S
            wait_s = max(0.0, min(until, self._next_status_s, now + self._follower.poll_s) - now)
            if select.select([self._source], [], [], wait_s)[0]:
                self._read_commands()
            if self._reopen_s is not None and now >= self._reopen_s:
                self._reopen()
            self._tell_position()
            return
        self._play(deadline)

    def _play(self, deadline: float) -> None:
        """Sends what is due at a deadline that is at most `SPIN_S` away, or has passed."""
        messages = list(self._playback.due(max(deadline, time.perf_counter())))
        while time.perf_counter() < deadline:
            pass
        self._send_all(messages)
        if deadline >= self._supplied_s:
            self._lateness.add(time.perf_counter() - deadline)
        self._stopped = self._stopped or self._playback.finished

    def _send_all(self, messages: Iterable[bytes]) -> None:
        for message in messages:
            self._send(message)

    def _send(self, message: bytes) -> None:
        """Sends; an output that refuses is told of once, and the clock goes on."""
        try:
            self._port.send(message)
        except OutputError as error:
            if not self._lost:
                self._lost = True
                self._answer(Answer.LOST, text=str(error).encode())

    def _reopen(self) -> None:
        """Opens the port again, or tries once more in a while.

        The device behind it may still sound, or may have been switched off and on: it gets what
        releases everything, and its programs.
        """
        self._reopen_s = None
        try:
            if self._system_died:
                self._follower.reopen()
                self._system_died = False
            port = self._open_port()
        except LivedshlError:
            self._reopen_s = time.perf_counter() + _REOPEN_PERIOD_S
            return
        finally:
            self._turned_s = time.perf_counter()  # it may take long, but the music has gone on
        self._port.close()
        self._port = port
        self._lost = False
        self._send_all(self._playback.scheduler.release(ever_played=True))
        self._send_all(self._playback.scheduler.instruments())
        self._answer(Answer.REOPENED)

    def _lose_port(self, system_died: bool) -> None:
        """Sends nowhere until the port is back: RtMidi waits for ever where nobody takes it."""
        self._reopen_s = None
        if system_died:
            self._system_died = True
            self._dead_ports.append(self._port)
        else:
            self._port.close()
        self._port = Nowhere()

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
                self._playback.scheduler.push(tick, event_message(status, data1, data2))
            elif kind == Command.SOUNDING:
                self._playback.scheduler.adopt(event_message(status, data1, data2))
            else:
                self._obey(kind, tick, status, value)

    def _obey(self, kind: int, tick: int, status: int, value: int) -> None:
        playback = self._playback
        now = time.perf_counter()
        if kind == Command.HORIZON:
            if playback.scheduler.starved:
                self._supplied_s = now
            playback.scheduler.extend_horizon(tick)
        elif kind == Command.TEMPO:
            if playback.transport.running:  # a change of the past would make the position jump
                playback.transport.forget_before(now - _REMEMBERED_S)
                tick = max(tick, ceil(playback.transport.tick_at(now)))
            self._follower.set_tempo(playback, tick, value / 1000)
        elif kind == Command.LATENCY:
            playback.latency_s = value / 1e6
        elif kind == Command.START:
            time_s, resuming = now + value / 1e6, bool(status)
            self._send_all(self._follower.begin(playback, tick, time_s, resuming))
        elif kind == Command.FINISH:
            playback.finish_tick = tick
            playback.scheduler.extend_horizon(tick + 1)
        elif kind == Command.DISCARD:
            playback.finish_tick = None
            self._send_all(playback.scheduler.discard(tick))
        elif kind == Command.RELEASE:
            self._send_all(playback.scheduler.release())
        elif kind == Command.PANIC:
            self._send_all(playback.scheduler.release(ever_played=True))
        elif kind == Command.FOLLOW:
            with suppress(LivedshlError):  # gone again; it will be told of once more
                self._follower.reopen()
        elif kind == Command.GONE:
            self._lose_port(bool(value))
        elif kind == Command.REOPEN:
            self._reopen_s = now
        elif kind == Command.QUIT:
            self._stopped = True

    def _tell_position(self) -> None:
        now = time.perf_counter()
        if now < self._next_status_s:
            return
        self._next_status_s = now + _STATUS_PERIOD_S
        transport = self._playback.transport
        tempo_bpm = transport.tempo_at(now) if transport.running else 0.0
        tick, value = int(transport.tick_at(now)), round(tempo_bpm * 1000)
        _write(self._sink, Answer.POSITION, tick, value, b"", stamp(now))

    def _report(self) -> None:
        import json

        scheduler = self._playback.scheduler
        report = {
            "realtime": self._realtime,
            "underruns": scheduler.underruns,
            "dropped": scheduler.dropped,
            "notes": scheduler.sent_notes,
            "unreleased": self._unreleased,
            "jumps": self._jumps,
        }
        if sys.platform != "win32":
            os.set_blocking(self._sink, True)  # the clock has stopped; this answer may wait
        tick = int(self._playback.transport.tick_at(time.perf_counter()))
        if self._playback.finished:  # which latency makes it do before its tick
            tick = max(tick, self._playback.finish_tick or 0)
        self._answer(Answer.REPORT, tick, text=json.dumps(report).encode())

    def _answer(self, kind: Answer, tick: int = 0, value: int = 0, text: bytes = b"") -> None:
        _write(self._sink, kind, tick, value, text)


def _write(
    sink: int,
    kind: Answer,
    tick: int,
    value: int,
    text: bytes,
    stamped: tuple[int, int, int] = (0, 0, 0),
) -> None:
    """Answers without ever waiting: while the main process stalls, answers are lost instead."""
    with suppress(BlockingIOError, BrokenPipeError):
        os.write(sink, RECORD.pack(tick, kind, *stamped, len(text) or value) + text)


def main() -> None:
    """Runs the player on standard input and output; the arguments say what to open."""
    source, sink = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # whatever a library prints must not end up between the answers
    for name in ("SIGINT", "SIGHUP"):  # the main process decides what they mean
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    kind, name, timing, tempo_bpm, lateness = parse_arguments(sys.argv[1:])
    playback = Playback(timing.sends_clock, timing.speed)
    playback.latency_s = timing.latency_s
    try:
        port = open_output(kind, name)
        follower = open_follower(timing, tempo_bpm)
    except LivedshlError as error:
        _write(sink, Answer.FAILED, 0, 0, str(error).encode())
        sys.exit(1)
    if sys.platform != "win32":  # Windows pipes cannot; the main process reads them on a thread
        os.set_blocking(sink, False)
    gc.collect()
    gc.freeze()
    gc.disable()
    realtime = take_realtime_priority()  # last, so that the threads of the outputs do not get it
    player = Player(
        port,
        lambda: open_output(kind, name, tries=1),
        follower,
        playback,
        Source(source),
        sink,
        Lateness.opened(lateness),
        realtime,
    )
    signal.signal(signal.SIGTERM, lambda number, frame: player.stop())
    player.run()
    os._exit(0)  # without closing what belongs to a MIDI system that died


if __name__ == "__main__":
    main()
