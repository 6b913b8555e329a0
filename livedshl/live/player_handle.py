"""The main process's end of the pipes to the player process."""

import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import IO

import numpy as np
from numpy.typing import NDArray

from livedshl.live.handover import Handover
from livedshl.player.ahead import PLAYER_MODULE
from livedshl.player.processes import module_command, start_process
from livedshl.player.protocol import (
    RECORD,
    Instruction,
    Reply,
    arguments_line,
    instruction_record,
    name_records,
    renamed,
)

RESUME_DELAY_S = 0.05


class PlayerHandle:
    """Instructs the player that runs now, and remembers everything for one that replaces it.

    Any thread may give instructions. launched_s: when this player started, by `time.monotonic`.
    arguments: the player's. ahead: one that runs already and waits for them.
    """

    def __init__(
        self,
        arguments: list[str],
        inherited: Sequence[int],
        ahead: "subprocess.Popen[bytes] | None" = None,
    ) -> None:
        self._arguments = arguments
        self._inherited = inherited
        self._lock = threading.Lock()  # one writer at a time; guards what follows
        self._handover = Handover()
        self._started = False
        self._leaving = False
        self.launched_s = time.monotonic()
        self._process = ahead or self._launch()
        if ahead:
            self._write(arguments_line(arguments))

    def rename(self, kind: Instruction, name: str) -> None:
        """Tells this player, and each that replaces it, what a port is called now.

        kind: OUTPUT_NAME or CLOCK_NAME.
        """
        with self._lock:
            self._arguments = renamed(self._arguments, kind, name)
            self._write(name_records(kind, name))

    def instruct(self, kind: Instruction, value: int = 0) -> None:
        """Gives an instruction that concerns this player only."""
        with self._lock:
            self._write(instruction_record(kind, value=value))

    def set(self, kind: Instruction, tick: int, value: int) -> None:
        """Gives a setting, which a later player needs as well."""
        with self._lock:
            self._write(self._handover.set(kind, tick, value))

    def send(self, events: NDArray[np.int64], horizon: int) -> None:
        """Hands over events, int64[n, 4], by tick. All before `horizon` are complete with them."""
        with self._lock:
            self._write(self._handover.add(events, horizon))

    def discard(self, tick: int) -> None:
        """Takes back the events from `tick` on, and the end."""
        with self._lock:
            self._write(self._handover.discard(tick))

    def start(self, tick: int, delay_s: float) -> None:
        """Lets `tick` sound in `delay_s` seconds."""
        with self._lock:
            self._started = True
            self._write(_start_record(tick, delay_s, resuming=False))

    def finish(self, tick: int) -> None:
        """Lets the player leave when it reaches `tick`."""
        with self._lock:
            self._handover.finish_tick = tick
            self._write(instruction_record(Instruction.FINISH, tick))

    def resume(self, tick: int, tempo_bpm: float | None, resuming: bool) -> None:
        """Lets a player that replaces another go on at `tick`, if the music had started.

        tempo_bpm: the tempo there, None for the one that was set last.
        """
        with self._lock:
            if not self._started:
                return
            start = _start_record(tick, RESUME_DELAY_S, resuming)
            if tempo_bpm is not None:
                value = round(tempo_bpm * 1000)
                start = instruction_record(Instruction.TEMPO, tick, value) + start
            self._write(start + self._handover.tempi_to_come)

    def forget_before(self, tick: int) -> None:
        """Forgets events that have been played."""
        with self._lock:
            self._handover.forget_before(tick)

    def replies(self) -> Iterator[tuple[Reply, int, tuple[int, ...], int, bytes]]:
        """What this player replies until it leaves: kind, tick, stamp, value and text."""
        stdout = self._process.stdout
        assert stdout
        while len(record := _read_exactly(stdout, RECORD.size)) == RECORD.size:
            tick, kind, *stamped, value = RECORD.unpack(record)
            text = b"" if kind == Reply.POSITION else _read_exactly(stdout, value)
            yield Reply(kind), tick, tuple(stamped), value, text

    def replace(self) -> bool:
        """Starts another player and tells it everything; False if it is time to leave."""
        with self._lock:
            if self._leaving:
                return False
            self._process = self._launch()
            self._write(self._handover.everything())
        return True

    def leave(self) -> None:
        """Tells the player to leave; no other will replace it."""
        with self._lock:
            self._leaving = True
            self._write(instruction_record(Instruction.QUIT))
            stdin = self._process.stdin
            assert stdin
            stdin.close()

    def wait(self, timeout_s: float | None = None) -> None:
        """Waits until the process has left, and kills it if that takes too long."""
        process = self._process
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def kill(self) -> None:
        """Kills the process."""
        self._process.kill()

    @property
    def leaving(self) -> bool:
        """Whether the player has been told to leave."""
        return self._leaving

    @property
    def finish_tick(self) -> int | None:
        """Where the player leaves of its own accord."""
        return self._handover.finish_tick

    def releasing(self) -> bytes:
        """Instructions that switch off whatever this player may have left sounding, and leave."""
        return self._handover.releasing() + instruction_record(Instruction.QUIT)

    def _launch(self) -> "subprocess.Popen[bytes]":
        self.launched_s = time.monotonic()
        return start_process(module_command(PLAYER_MODULE, self._arguments), self._inherited)

    def _write(self, records: bytes) -> None:
        """Writes to the player; the caller holds the lock."""
        stdin = self._process.stdin
        if stdin is None or stdin.closed:
            return
        with suppress(OSError):  # the player has gone, which the supervisor notices
            _write_all(stdin, records)


def _start_record(tick: int, delay_s: float, resuming: bool) -> bytes:
    return RECORD.pack(tick, Instruction.START, resuming, 0, 0, round(delay_s * 1e6))


def _write_all(pipe: IO[bytes], content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[pipe.write(view) :]


def _read_exactly(pipe: IO[bytes], n_bytes: int) -> bytes:
    """The next `n_bytes`, or fewer if the pipe ends before."""
    content = b""
    while len(content) < n_bytes and (more := pipe.read(n_bytes - len(content))):
        content += more
    return content
