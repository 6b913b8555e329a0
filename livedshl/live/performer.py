"""The main process's handle on the player process."""

import json
import logging
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from livedshl.errors import OutputError
from livedshl.live.handover import Handover
from livedshl.live.port_watch import PortWatch
from livedshl.outputs.choice import Output, OutputKind
from livedshl.outputs.watch import INPUT, PortNews
from livedshl.player.clock.source import ClockSettings, Sync
from livedshl.player.lateness import Lateness
from livedshl.player.processes import module_command, own_process_group, start_process
from livedshl.player.protocol import (
    RECORD,
    Instruction,
    Reply,
    instruction_record,
    player_arguments,
    seconds_since,
)
from livedshl.units import seconds_to_ticks

_LEAVING_TIMEOUT_S = 5.0
_RESUME_DELAY_S = 0.05
# So many players in a row that lived shorter than that show that the next one would only die too.
_LEAST_LIFE_S = 2.0
_MOST_YOUNG_DEATHS = 5
# A player answers every 50 ms; one that is silent for so many checks hangs. Checks are counted, not
# seconds: a main process that was suspended itself must not take the blame to the player.
_CHECK_PERIOD_S = 0.5
_SILENT_CHECKS = 4
_OPENING_CHECKS = 60  # of a player that has not opened its output yet
_RETRY_S = 0.5  # between players that cannot open the port
_PLAYER = "livedshl.player.process"
_NOT_STARTED = b"the player process did not start; `livedshl doctor` shows what is missing"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PlayerReport:
    """How the clock did.

    realtime: the scheduling class that the system granted. lateness_*_ms: of events behind their
    deadlines, median, 99th percentile and worst. underruns: times the composer was late. dropped:
    notes left out because they came too late. notes: notes played. unreleased: notes that still
    sounded when it left, and were switched off then. jumps: times the clock had stood still.
    """

    realtime: str
    lateness_p50_ms: float
    lateness_p99_ms: float
    lateness_max_ms: float
    underruns: int
    dropped: int
    notes: int
    unreleased: int
    jumps: int


class Performer:
    """Starts a player process on an output and talks to it; a context manager.

    Leaving the context stops the player, which switches off everything that sounds. If the player
    dies or hangs before it is told to leave, another one switches off in its place what sounds,
    and goes on with the music. A MIDI port that goes and comes back is opened again. Commands may
    come from any thread. tempo_bpm: of an Ableton Link session that nobody else is in.

    lateness: of everything that was sent, by whichever player.
    """

    def __init__(
        self, output: Output, timing: ClockSettings | None = None, tempo_bpm: float = 120.0
    ) -> None:
        self._output = output
        self._timing = timing or ClockSettings()
        self.lateness = Lateness.shared()
        arguments = player_arguments(
            output.kind.value, output.name, self._timing, tempo_bpm, self.lateness.handle
        )
        self._command = module_command(_PLAYER, arguments)
        self._commands = threading.Lock()  # one writer at a time; guards what follows
        self._leaving = False
        self._handover = Handover()
        self._started = False
        self._process = self._launch()
        self._changed = threading.Condition()  # guards what follows
        self._answers: dict[Reply, tuple[int, bytes]] = {}
        self._tempo_bpm = 0.0  # at the last position, 0 while the clock stood still
        self._positioned_s = 0.0
        self._n_answers = 0
        self._replacing = False
        self._young_deaths = 0
        self._ended = False
        self._watches: list[PortWatch] = []
        self._away = False  # whether the port is not there
        self._clock_away = False  # whether the clock's is not, and nothing else opens it again
        self._all_done = threading.Event()
        self._reader = threading.Thread(target=self._attend, name="performer", daemon=True)
        self._reader.start()
        threading.Thread(target=self._guard, name="watchdog", daemon=True).start()

    def __enter__(self) -> "Performer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait_ready(self, timeout_s: float) -> None:
        """Waits until the output is open. Raises OutputError, saying why, if it cannot be."""
        with self._changed:
            self._changed.wait_for(lambda: Reply.READY in self._answers or self._ended, timeout_s)
            if Reply.READY in self._answers and not self._ended:
                return
            _, why = self._answers.get(Reply.FAILED, (0, _NOT_STARTED))
        raise OutputError(why.decode())

    def start(self, tick: int, tempo_bpm: float, delay_s: float) -> None:
        """Lets `tick` sound in `delay_s` seconds, or when whoever drives the clock says."""
        self.set_tempo(tick, tempo_bpm)
        with self._commands:
            self._started = True
            self._tell(_start_record(tick, delay_s, resuming=False))
        if self._is_port_watched:
            kind = self._output.kind.value
            self._watches.append(PortWatch(kind, self._output.name, self._hear_of_port))
        if self._timing.port:
            self._watches.append(PortWatch(INPUT, self._timing.port, self._hear_of_clock))

    def send(self, events: NDArray[np.int64], horizon: int) -> None:
        """Hands over events, int64[n, 4], by tick; with them all before `horizon` are complete."""
        with self._commands:
            self._tell(self._handover.add(events, horizon))

    def discard(self, tick: int) -> None:
        """Takes back the events from `tick` on, and the end: others will be handed over."""
        with self._commands:
            self._tell(self._handover.discard(tick))

    def panic(self) -> None:
        """Switches off everything at once; the music goes on with its next notes."""
        with self._commands:
            self._tell(instruction_record(Instruction.PANIC))

    def set_tempo(self, tick: int, tempo_bpm: float) -> None:
        """Changes the tempo from `tick` on, or from now on if the clock is past it."""
        tempo_bpm *= self._timing.speed
        self._set(Instruction.TEMPO, tick, round(tempo_bpm * 1000))

    def set_latency(self, latency_s: float) -> None:
        """Sends everything that much earlier than the beat from now on; negative: later."""
        self._set(Instruction.LATENCY, 0, round(latency_s * 1e6))

    def finish(self, tick: int) -> None:
        """Lets the player end by itself at `tick`."""
        with self._commands:
            self._handover.finish_tick = tick
            self._tell(instruction_record(Instruction.FINISH, tick))

    def stop(self) -> None:
        """Stops the player and waits until it has left."""
        for watch in self._watches:
            watch.stop()
        with self._commands:
            self._leaving = True
            self._tell(instruction_record(Instruction.QUIT))
            process = self._process
            assert process.stdin
            process.stdin.close()
        try:
            process.wait(_LEAVING_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._reader.join(_LEAVING_TIMEOUT_S)
        for watch in self._watches:
            watch.wait()
        self.lateness.close()

    @property
    def ended(self) -> bool:
        """Whether the player has left, or died."""
        return self._ended

    @property
    def tick(self) -> int:
        """The tick the clock was last known to be at; 0 before the start."""
        tick, _ = self._answers.get(Reply.POSITION, (0, b""))
        return tick

    @property
    def running(self) -> bool:
        """Whether the clock was running when the player last told."""
        return self._tempo_bpm > 0

    def tick_at(self, time_s: float) -> int:
        """The tick the clock is at, at a time of `time.perf_counter`; it may stand still."""
        passed_s = time_s - self._positioned_s
        return self.tick + round(seconds_to_ticks(passed_s, self._tempo_bpm))

    @property
    def quarter_bpm(self) -> float:
        """The tempo of the clock when the player last told, 0 while it stood still."""
        return self._tempo_bpm

    def wait(self, timeout_s: float) -> None:
        """Waits until the player has told something new, or left, or somebody calls `wake`."""
        with self._changed:
            if not self._ended:
                self._changed.wait(timeout_s)

    def wake(self) -> None:
        """Ends the waiting of `wait`."""
        with self._changed:
            self._changed.notify_all()

    def report(self) -> PlayerReport | None:
        """How the clock did; None if the player died without a word."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended, _LEAVING_TIMEOUT_S)
            _, text = self._answers.get(Reply.REPORT, (0, b""))
        if not text:
            return None
        return PlayerReport(
            lateness_p50_ms=self.lateness.quantile_ms(0.50),
            lateness_p99_ms=self.lateness.quantile_ms(0.99),
            lateness_max_ms=self.lateness.worst_ms,
            **json.loads(text),
        )

    def _launch(self) -> "subprocess.Popen[bytes]":
        self._launched_s = time.monotonic()
        return start_process(self._command, self.lateness.inherited)

    def _set(self, command: Instruction, tick: int, value: int) -> None:
        """Tells a setting, which a later player will be told as well."""
        with self._commands:
            self._tell(self._handover.set(command, tick, value))

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
        self._all_done.set()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _read_answers(self) -> None:
        stdout = self._process.stdout
        assert stdout
        while len(record := _read_exactly(stdout, RECORD.size)) == RECORD.size:
            tick, kind, *stamped, value = RECORD.unpack(record)
            text = b"" if kind == Reply.POSITION else _read_exactly(stdout, value)
            with self._changed:
                if kind == Reply.POSITION:
                    now_s = time.perf_counter()
                    self._tempo_bpm = value / 1000
                    self._positioned_s = now_s - seconds_since(stamped, now_s)
                    # A player that takes another's place does not know yet where the music is.
                    tick = max(tick, self.tick)
                self._answers[Reply(kind)] = (tick, text)
                self._n_answers += 1
                self._changed.notify_all()
            if kind == Reply.POSITION:
                with self._commands:
                    self._handover.forget_before(tick)
            elif kind == Reply.READY and self._replacing:
                with self._commands:
                    if self._started:
                        self._tell(self._resuming())
            elif kind == Reply.LOST:
                log.warning("%s", text.decode())
            elif kind == Reply.REOPENED:
                log.warning("%s is back", self._output.name)

    def _resuming(self) -> bytes:
        """Tells a player that takes the place of another where to go on.

        It is where that one was; but whoever else drives the clock has gone on meanwhile, and
        may have left the tempo that the user wanted.
        """
        if self._timing.sync is Sync.INTERNAL:
            return _start_record(self.tick, _RESUME_DELAY_S, resuming=True)
        if not self._tempo_bpm:  # it stood still
            return _start_record(self.tick, _RESUME_DELAY_S, resuming=False)
        passed_s = time.perf_counter() - self._positioned_s + _RESUME_DELAY_S
        tick = self.tick + round(seconds_to_ticks(passed_s, self._tempo_bpm))
        tempo = RECORD.pack(tick, Instruction.TEMPO, 0, 0, 0, round(self._tempo_bpm * 1000))
        return tempo + _start_record(tick, _RESUME_DELAY_S, resuming=True)

    def _guard(self) -> None:
        """Ends a player that hangs; whoever waits for it to take a command goes on then."""
        n_answers, silent = -1, 0
        while not self._all_done.wait(_CHECK_PERIOD_S):
            silent = silent + 1 if self._n_answers == n_answers else 0
            n_answers = self._n_answers
            if silent == (_SILENT_CHECKS if Reply.READY in self._answers else _OPENING_CHECKS):
                log.warning("the player process hangs and is ended")
                self._process.kill()

    def _hear_of_port(self, news: PortNews) -> None:
        if news is PortNews.THERE:
            told = instruction_record(Instruction.REOPEN)
        else:
            told = instruction_record(Instruction.GONE, value=news is PortNews.DIED)
            if not self._away:
                log.warning("%s has gone; the music goes on until it is back", self._output.name)
        self._away = news is not PortNews.THERE
        with self._commands:
            self._tell(told)

    def _hear_of_clock(self, news: PortNews) -> None:
        """Of the input of a MIDI clock. The player opens it again with a port of the same system
        that has died.
        """
        if news is PortNews.THERE and self._clock_away:
            with self._commands:
                self._tell(instruction_record(Instruction.FOLLOW))
        self._clock_away = news is PortNews.GONE or (
            news is PortNews.DIED and not self._is_port_watched
        )
        if self._clock_away:
            log.warning("%s has gone; it is followed again when it is back", self._timing.port)

    @property
    def _is_port_watched(self) -> bool:
        return self._output.kind in (OutputKind.PORT, OutputKind.VIRTUAL)

    def _died(self) -> bool:
        """Whether the player left although nobody told it to, or could not even say goodbye."""
        if Reply.READY not in self._answers:
            return self._replacing  # the port may be away; another one may find it again
        if Reply.REPORT not in self._answers:
            return True
        tick, _ = self._answers[Reply.REPORT]
        finish_tick = self._handover.finish_tick
        return not (self._leaving or (finish_tick is not None and tick >= finish_tick))

    def _replace(self) -> bool:
        """Silences what the dead player left, and lets another one go on where it was.

        False if all is over anyway, or if players keep dying.
        """
        self._process.wait()
        if Reply.FAILED in self._answers:
            self._all_done.wait(_RETRY_S)
        else:
            young = time.monotonic() - self._launched_s < _LEAST_LIFE_S
            self._young_deaths = self._young_deaths + 1 if young else 0
            if self._leaving or self._young_deaths == _MOST_YOUNG_DEATHS:
                self._release_left_over()
                return False
            log.warning("the player process died; another one goes on")
        with self._commands:
            if self._leaving:
                return False
            self._replacing = True
            for answer in (Reply.READY, Reply.FAILED, Reply.REPORT):
                self._answers.pop(answer, None)
            self._process = self._launch()
            self._tell(self._handover.everything())
        return True

    def _release_left_over(self) -> None:
        """Switches off, through another player, what the last one may have left sounding.

        Only a port of another program goes on sounding when the player is no more.
        """
        if self._output.kind is not OutputKind.PORT or Reply.REPORT in self._answers:
            return
        arguments = player_arguments(
            self._output.kind.value, self._output.name, ClockSettings(), 120.0
        )
        try:
            subprocess.run(
                module_command(_PLAYER, arguments),
                input=self._handover.releasing() + instruction_record(Instruction.QUIT),
                stdout=subprocess.DEVNULL,
                timeout=_LEAVING_TIMEOUT_S,
                **own_process_group(),
            )
        except (OSError, subprocess.TimeoutExpired):
            log.warning("the player died, and what it had sounding could not be switched off")


def _start_record(tick: int, delay_s: float, resuming: bool) -> bytes:
    return RECORD.pack(tick, Instruction.START, resuming, 0, 0, round(delay_s * 1e6))


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
