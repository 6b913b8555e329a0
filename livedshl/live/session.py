"""One performance from start to stop: where all live parts are made and wired together."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import IO

from livedshl.errors import OutputError
from livedshl.live.composer import Chunk, Settings, compose
from livedshl.live.loader import LoadedIndex, Loader, Progress
from livedshl.live.performer import Performer, PlayerReport
from livedshl.live.rendering import trace_line
from livedshl.live.sync import Timing
from livedshl.outputs.choice import Output
from livedshl.outputs.recorder import Recorder
from livedshl.units import TICKS_PER_BEAT

log = logging.getLogger(__name__)

# The composer keeps this far ahead of the clock: two segments, 2 s even at 240 BPM.
LOOKAHEAD_BEATS = 8
_READY_TIMEOUT_S = 20.0
_FIRST_NOTE_DELAY_S = 0.02  # in which the player takes in the first events
_POLL_S = 0.1


class Session:
    """Plays one performance; made for one `run`.

    prepare: delivers the bundle's folder, on the loader thread. timing: what drives the clock, if
    not livedshl itself. record, trace: files to write.
    progress: told, from the loader thread, how far loading is.
    observe: given each chunk, on the composer thread, when it has been handed to the player.
    on_ending: told that Ctrl-C has been taken as a wish to end.
    """

    def __init__(
        self,
        settings: Settings,
        output: Output,
        prepare: Callable[[Progress], Path],
        *,
        timing: Timing | None = None,
        record: Path | None = None,
        trace: Path | None = None,
        progress: Progress = lambda stage, share: None,
        observe: Callable[[Chunk], None] = lambda chunk: None,
        on_ending: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._output = output
        self._timing = replace(timing or Timing(), bar_ticks=settings.grid.bar_ticks)
        self._loader = Loader(prepare, progress)
        self._record = record
        self._trace = trace
        self._observe = observe
        self._on_ending = on_ending
        self._performer: Performer | None = None

    def set_latency(self, latency_s: float) -> None:
        """Plays that much earlier than the beat from now on, negative: later; from any thread."""
        if self._performer:
            self._performer.set_latency(latency_s)

    def run(self) -> PlayerReport | None:
        """Plays until the last bar, a stop signal or an error; every note is off on return.

        While there is music, the first Ctrl-C only brings it to its end; the next stops it.
        None if it was stopped before the player could say anything. Must run on the main thread.
        Raises LivedshlError.
        """
        with ExitStack() as stack:
            ending = _Ending()
            stop = stack.enter_context(_stop_signals(ending))
            recorder, trace = self._open_files(stack)
            # Last in, first out: whatever happens, the notes go off before files are closed.
            performer = stack.enter_context(
                Performer(self._output, self._timing, self._settings.quarter_bpm)
            )
            self._performer = performer
            self._loader.start()
            performer.wait_ready(_READY_TIMEOUT_S)
            loaded = self._await_index(stop)
            if loaded is None:
                return None
            composer = _ComposerThread(
                self._settings,
                loaded,
                performer,
                recorder,
                trace,
                self._observe,
                self._timing,
                stop,
                ending.wanted.is_set,
            )
            stack.callback(composer.stop)
            composer.start()
            ending.possible = True
            told = False
            while not (stop.is_set() or performer.ended):
                stop.wait(_POLL_S)
                if ending.wanted.is_set() and not performer.running:
                    break  # whoever drives the clock may never start it again
                if ending.wanted.is_set() and not told:
                    told = True
                    self._on_ending()
            if recorder and not performer.ended:
                recorder.cut(performer.tick)
            composer.stop()
            if performer.ended and not composer.finished:
                raise OutputError("the player process died; start livedshl again")
            performer.stop()
            return performer.report()

    def _open_files(self, stack: ExitStack) -> tuple[Recorder | None, IO[str] | None]:
        recorder = trace = None
        if self._record:
            names = {part.channel: part.name for part in self._settings.parts}
            recorder = Recorder(self._record, self._settings.tempo_bpm, self._settings.grid, names)
            stack.enter_context(recorder)
        if self._trace:
            try:
                trace = stack.enter_context(
                    self._trace.open("w", encoding="utf-8", buffering=1)  # a line at a time
                )
            except OSError as error:
                raise OutputError(f"{self._trace}: cannot be written ({error.strerror})") from error
        return recorder, trace

    def _await_index(self, stop: threading.Event) -> LoadedIndex | None:
        """The index, or None if a stop signal comes first."""
        while not stop.is_set():
            try:
                return self._loader.result(_POLL_S)
            except TimeoutError:
                if self._loader.done:
                    raise  # it was loading that timed out, not waiting
        return None


class _ComposerThread:
    """Keeps the player supplied, `LOOKAHEAD_BEATS` ahead of its clock, until the last bar."""

    def __init__(
        self,
        settings: Settings,
        loaded: LoadedIndex,
        performer: Performer,
        recorder: Recorder | None,
        trace: IO[str] | None,
        observe: Callable[[Chunk], None],
        timing: Timing,
        session_stop: threading.Event,
        is_ending: Callable[[], bool],
    ) -> None:
        self._settings = settings
        self._loaded = loaded
        self._performer = performer
        self._recorder = recorder
        self._trace = trace
        self._observe = observe
        # A fast clock gets as many seconds in hand as one at the written tempo.
        self._lookahead_ticks = round(LOOKAHEAD_BEATS * timing.speed * TICKS_PER_BEAT)
        hop_ticks = settings.grid.hop_beats * settings.grid.beat_ticks
        self._head_start_ticks = round(hop_ticks * timing.speed)
        self._session_stop = session_stop
        self._is_ending = is_ending
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self.finished = False
        self._thread = threading.Thread(target=self._run, name="composer")

    def start(self) -> None:
        """Starts composing."""
        self._thread.start()

    def stop(self) -> None:
        """Stops composing. Raises what went wrong meanwhile, once."""
        self._stop.set()
        self._thread.join()
        error, self._error = self._error, None
        if error:
            raise error

    def _run(self) -> None:
        try:
            self._supply()
        except BaseException as error:  # the main thread raises it again
            self._error = error
            self._session_stop.set()

    def _supply(self) -> None:
        started = False
        loaded = self._loaded
        for chunk in compose(loaded.bundle, loaded.index, self._settings, self._is_ending):
            self._hand_over(chunk)
            if not started and chunk.end_tick >= self._head_start_ticks:
                started = True
                self._begin()
            self._wait_for_clock(chunk.end_tick - self._lookahead_ticks)
            if self._stop.is_set():
                return
        if not started:
            self._begin()
        self.finished = True
        self._performer.finish(chunk.end_tick)

    def _begin(self) -> None:
        self._performer.start(0, self._settings.quarter_bpm, _FIRST_NOTE_DELAY_S)

    def _hand_over(self, chunk: Chunk) -> None:
        self._performer.send(chunk.events, chunk.end_tick)
        if self._recorder:
            self._recorder.append(chunk.events)
        if self._trace:
            self._trace.write(trace_line(chunk))
        self._observe(chunk)
        log.info("%s", _story(chunk, self._settings.grid.bar_ticks))

    def _wait_for_clock(self, tick: int) -> None:
        while tick > 0 and self._performer.tick < tick and not self._performer.ended:
            if self._stop.is_set():
                return
            self._performer.wait(_POLL_S)


def _story(chunk: Chunk, bar_ticks: int) -> str:
    """A line that tells where a chunk came from."""
    trace = chunk.trace
    bar = chunk.start_tick // bar_ticks + 1
    found = "the opening"
    if trace["hamming"] is not None:
        found = f"Hamming distance {trace['hamming']}, one of {trace['ties']:,}"
    return f"bar {bar}: {trace['song']}, beat {trace['song_beat']} ({found})"


class _Ending:
    """Whether the music is to come to its end, and whether there is any yet."""

    def __init__(self) -> None:
        self.wanted = threading.Event()
        self.possible = False


@contextmanager
def _stop_signals(ending: _Ending) -> Iterator[threading.Event]:
    """An event that Ctrl-C, SIGTERM and SIGHUP set, instead of what they do otherwise.

    Ctrl-C first wants an ending, if that is possible.
    """
    stop = threading.Event()

    def handle(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and ending.possible and not ending.wanted.is_set():
            ending.wanted.set()
        else:
            stop.set()

    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # some only on some systems
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
