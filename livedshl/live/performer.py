"""The main process's handle on the player process."""

import json
import logging
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from livedshl.errors import OutputError
from livedshl.live.protocol import RECORD, Answer, Command
from livedshl.outputs.choice import Output, OutputKind

_RECORD_TYPE = np.dtype(
    [("tick", "<i8"), ("kind", "u1"), ("message", "u1", (3,)), ("value", "<i4")]
)
_LEAVING_TIMEOUT_S = 5.0
_RESUME_DELAY_S = 0.05
_LEAST_LIFE_S = 2.0  # a player that lived shorter than that would only die again
_NOTE_ON = 0x90

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PlayerReport:
    """How the clock did.

    realtime: the scheduling class that the system granted. lateness_*_ms: of events behind their
    deadlines, median, 99th percentile and worst. underruns: times the composer was late. dropped:
    notes left out because they came too late. notes: notes played.
    """

    realtime: str
    lateness_p50_ms: float
    lateness_p99_ms: float
    lateness_max_ms: float
    underruns: int
    dropped: int
    notes: int


class Performer:
    """Starts a player process on an output and talks to it; a context manager.

    Leaving the context stops the player, which switches off everything that sounds. If the player
    dies before it is told to leave, another one switches off in its place what sounds, and goes on
    with the music. Commands may come from any thread.
    """

    def __init__(self, output: Output) -> None:
        # -P: modules in the working folder must not stand in for those of the library.
        self._command = [sys.executable, "-P", "-m", "livedshl.live.player"]
        self._command += [output.kind.value, output.name]
        # Only a port of another program goes on sounding when the player is no more.
        self._outlives_player = output.kind is OutputKind.PORT
        self._handed_over: set[tuple[int, int]] = set()  # (status, pitch) of every note-on
        self._commands = threading.Lock()  # one writer at a time; guards what follows
        self._leaving = False
        self._tempo = b""
        self._started = False
        self._to_come: deque[tuple[int, bytes]] = deque()  # events by tick, in records
        self._horizon = 0
        self._finish_tick: int | None = None
        self._process = self._launch()
        self._changed = threading.Condition()  # guards what follows
        self._answers: dict[Answer, tuple[int, bytes]] = {}
        self._ended = False
        self._reader = threading.Thread(target=self._attend, name="performer", daemon=True)
        self._reader.start()

    def __enter__(self) -> "Performer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait_ready(self, timeout_s: float) -> None:
        """Waits until the output is open. Raises OutputError, saying why, if it cannot be."""
        with self._changed:
            self._changed.wait_for(lambda: Answer.READY in self._answers or self._ended, timeout_s)
            if Answer.READY in self._answers and not self._ended:
                return
            _, why = self._answers.get(Answer.FAILED, (0, b"the player process did not start"))
        raise OutputError(why.decode())

    def start(self, tick: int, tempo_bpm: float, delay_s: float) -> None:
        """Lets `tick` sound in `delay_s` seconds."""
        self.set_tempo(tick, tempo_bpm)
        with self._commands:
            self._started = True
            self._tell(_start_record(tick, delay_s))

    def send(self, events: NDArray[np.int64], horizon: int) -> None:
        """Hands over events, int64[n, 4], by tick; with them all before `horizon` are complete."""
        notes = events[(events[:, 1] & 0xF0) == _NOTE_ON, 1:3]
        self._handed_over.update((status, pitch) for status, pitch in notes.tolist())
        records = np.zeros(len(events), _RECORD_TYPE)
        records["tick"] = events[:, 0]
        records["kind"] = Command.EVENT
        records["message"] = events[:, 1:]
        with self._commands:
            ticks = events[:, 0].tolist()
            self._to_come.extend(zip(ticks, map(np.void.tobytes, records), strict=True))
            self._horizon = horizon
            self._tell(records.tobytes() + _record(Command.HORIZON, horizon))

    def set_tempo(self, tick: int, tempo_bpm: float) -> None:
        """Changes the tempo from `tick` on, or from now on if the clock is past it."""
        with self._commands:
            self._tempo = RECORD.pack(tick, Command.TEMPO, 0, 0, 0, round(tempo_bpm * 1000))
            self._tell(self._tempo)

    def finish(self, tick: int) -> None:
        """Lets the player end by itself at `tick`."""
        with self._commands:
            self._finish_tick = tick
            self._tell(_record(Command.FINISH, tick))

    def stop(self) -> None:
        """Stops the player and waits until it has left."""
        with self._commands:
            self._leaving = True
            self._tell(_record(Command.QUIT))
            process = self._process
            assert process.stdin
            process.stdin.close()
        try:
            process.wait(_LEAVING_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._reader.join(_LEAVING_TIMEOUT_S)

    @property
    def ended(self) -> bool:
        """Whether the player has left, or died."""
        return self._ended

    @property
    def tick(self) -> int:
        """The tick the clock was last known to be at; 0 before the start."""
        tick, _ = self._answers.get(Answer.POSITION, (0, b""))
        return tick

    def wait(self, timeout_s: float) -> None:
        """Waits until the player has told something new, or left."""
        with self._changed:
            if not self._ended:
                self._changed.wait(timeout_s)

    def report(self) -> PlayerReport | None:
        """How the clock did; None if the player died without a word."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended, _LEAVING_TIMEOUT_S)
            _, text = self._answers.get(Answer.REPORT, (0, b""))
        return PlayerReport(**json.loads(text)) if text else None

    def _launch(self) -> "subprocess.Popen[bytes]":
        self._launched_s = time.monotonic()
        return subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            **_own_process_group(),
        )

    def _tell(self, records: bytes) -> None:
        """Writes to the player; whoever calls holds the lock."""
        stdin = self._process.stdin
        if stdin is None or stdin.closed:
            return
        try:
            _write_all(stdin, records)
        except OSError:
            return  # the player has gone; the reader thread notices

    def _attend(self) -> None:
        """Listens to the player, and to the next one should it die, until one leaves for good."""
        self._read_answers()
        while self._died() and self._replace():
            self._read_answers()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _read_answers(self) -> None:
        stdout = self._process.stdout
        assert stdout
        while len(record := _read_exactly(stdout, RECORD.size)) == RECORD.size:
            tick, kind, _, _, _, value = RECORD.unpack(record)
            text = b"" if kind == Answer.POSITION else _read_exactly(stdout, value)
            if kind == Answer.LOST:
                log.warning("%s", text.decode())
            with self._changed:
                self._answers[Answer(kind)] = (tick, text)
                self._changed.notify_all()
            if kind == Answer.POSITION:
                while self._to_come and self._to_come[0][0] < tick:
                    self._to_come.popleft()

    def _died(self) -> bool:
        """Whether the player left although nobody told it to, or could not even say goodbye."""
        if Answer.READY not in self._answers:
            return False
        if Answer.REPORT not in self._answers:
            return True
        tick, _ = self._answers[Answer.REPORT]
        return not (self._leaving or (self._finish_tick is not None and tick >= self._finish_tick))

    def _replace(self) -> bool:
        """Silences what the dead player left, and lets another one go on where it was.

        False if all is over anyway, or if players keep dying.
        """
        if self._outlives_player and Answer.REPORT not in self._answers:
            self._release()
        with self._commands:
            if self._leaving or time.monotonic() - self._launched_s < _LEAST_LIFE_S:
                return False
            log.warning("the player process died; another one goes on")
            self._answers.pop(Answer.REPORT, None)
            self._process = self._launch()
            at = self.tick
            events = b"".join(record for tick, record in self._to_come if tick >= at)
            self._tell(self._tempo + events + _record(Command.HORIZON, self._horizon))
            if self._finish_tick is not None:
                self._tell(_record(Command.FINISH, self._finish_tick))
            if self._started:
                self._tell(_start_record(at, _RESUME_DELAY_S))
        return True

    def _release(self) -> None:
        """Switches off, through another player, what one that died may have left sounding.

        Which notes it had sent nobody knows: all that were handed over are switched off.
        """
        records = [
            RECORD.pack(0, Command.SOUNDING, status, pitch, 0, 0)
            for status, pitch in sorted(self._handed_over)
        ]
        records.append(_record(Command.QUIT))
        try:
            subprocess.run(
                self._command,
                input=b"".join(records),
                stdout=subprocess.DEVNULL,
                timeout=_LEAVING_TIMEOUT_S,
                **_own_process_group(),
            )
        except (OSError, subprocess.TimeoutExpired):
            log.warning("the player died, and what it had sounding could not be switched off")


def _record(kind: Command, tick: int = 0) -> bytes:
    return RECORD.pack(tick, kind, 0, 0, 0, 0)


def _start_record(tick: int, delay_s: float) -> bytes:
    return RECORD.pack(tick, Command.START, 0, 0, 0, round(delay_s * 1e6))


def _own_process_group() -> Mapping[str, Any]:
    """Keeps the terminal's Ctrl-C from the player: the main process decides what it means."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _write_all(pipe: IO[bytes], content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[pipe.write(view) :]


def _read_exactly(pipe: IO[bytes], n_bytes: int) -> bytes:
    """The next `n_bytes`, or fewer where the pipe ends before."""
    content = b""
    while len(content) < n_bytes and (more := pipe.read(n_bytes - len(content))):
        content += more
    return content
