"""One performance from start to stop: where all live parts are made and wired together."""

import logging
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

from livedshl.bundle.model import Model
from livedshl.errors import CommandError, OutputError
from livedshl.live.loader import Loader
from livedshl.live.overview import Overview
from livedshl.live.performer import Performer, PlayerReport
from livedshl.live.port_watcher import PortWatcher
from livedshl.live.take import Take, new_take_path
from livedshl.outputs.choice import Output, choose_output
from livedshl.performance.commands import (
    ChoosePreset,
    Command,
    End,
    Panic,
    SetLatency,
    SetTempo,
    check,
)
from livedshl.performance.composer import Change, Composer
from livedshl.performance.composition import Chunk, Composition
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import Settings, model_of
from livedshl.performance.steering import Band
from livedshl.player.clock.source import ClockSettings, Sync
from livedshl.progress import Progress, unseen
from livedshl.units import TICKS_PER_BEAT

log = logging.getLogger(__name__)

# The composer keeps this far ahead of the clock: two segments, 2 s even at 240 BPM.
LOOKAHEAD_BEATS = 8
_READY_TIMEOUT_S = 20.0
_FIRST_NOTE_DELAY_S = 0.02  # in which the player takes in the first events
_POLL_S = 0.1
_WATCH_S = 0.02
CHANGING_S = 0.1  # in which a change is composed and handed over
_SHOWN_BARS = 8  # that were heard already


class Session:
    """Plays one performance; made for one `run`.

    output: where it plays; or port: words of a MIDI port's name; or else the best output there is.
    timing: what drives the clock, if not livedshl itself. watcher: watches the ports; without one,
    the performer starts its own. record, trace: files to write.
    progress: told, from the loader thread, how far loading is.
    observe: given each chunk, on the composer thread, when it is heard.
    on_ending: told that the music comes to its end because somebody wished so.

    What may be done from any thread: `send`, `overview`, `save`, `end` and `stop`.
    """

    def __init__(
        self,
        settings: Settings,
        output: Output | None = None,
        *,
        port: str | None = None,
        timing: ClockSettings | None = None,
        watcher: PortWatcher | None = None,
        record: Path | None = None,
        trace: Path | None = None,
        progress: Progress = unseen,
        observe: Callable[[Chunk], None] = lambda chunk: None,
        on_ending: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._output = output or choose_output(port=port, synth=False, soundfont=None)
        self._timing = replace(timing or ClockSettings(), bar_ticks=settings.grid.bar_ticks)
        self._watcher = watcher
        self._loader = Loader(lambda told: model_of(settings, told), progress)
        self._record = record
        self._trace = trace
        self._observe = observe
        self._on_ending = on_ending
        self._stop = threading.Event()
        self._ending = threading.Event()
        self._performer: Performer | None = None
        self._composing: _ComposerThread | None = None

    def send(self, command: Command) -> None:
        """Obeys a command where in the music it acts. Raises CommandError or PresetError."""
        composing = self._composing
        check(command, self._band.names, self._settings.key.mode)
        band = self._other_band(command.name) if isinstance(command, ChoosePreset) else None
        if composing is None:
            raise CommandError("the music has not begun yet")
        if isinstance(command, SetTempo) and self._timing.sync is Sync.CLOCK:
            raise CommandError("the MIDI clock sets the tempo", where="tempo")
        if isinstance(command, End):
            self._ending.set()
        composing.change(command, band)

    def tick_at(self, time_s: float) -> int:
        """The tick that sounds at a time of `time.perf_counter`; 0 until there is music."""
        return self._performer.tick_at(time_s) if self._performer else 0

    @property
    def has_begun(self) -> bool:
        """Whether there was music, and what is to be recorded has its file."""
        return self._composing is not None

    def overview(self) -> Overview | None:
        """The performance as it stands; None until there is music."""
        return self._composing.overview() if self._composing else None

    def save(self) -> Path:
        """Writes the last bars that were heard into a file of their own, and their trace beside.

        Returns the file. Raises OutputError.
        """
        if self._composing is None:
            raise OutputError("nothing has been played yet that could be saved")
        path = new_take_path()
        self._composing.save(path)
        return path

    def end(self) -> None:
        """Lets the music come to its end; stops it where there is none yet."""
        if self._composing is None:
            self._stop.set()
        else:
            self.send(End())

    def stop(self) -> None:
        """Stops it now."""
        self._stop.set()

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Takes the signals to the process: `run` does so itself on the main thread.

        While there is music, the first Ctrl-C only brings it to its end. The next stops it, as
        SIGTERM and SIGHUP do.
        """

        def handle(number: int, frame: FrameType | None) -> None:
            if number == signal.SIGINT:
                self._interrupt()
            else:
                self.stop()

        names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # some only on some systems
        numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
        before = {number: signal.signal(number, handle) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def run(self) -> PlayerReport | None:
        """Plays until the last bar, a stop or an error; every note is off on return.

        None if it was stopped before the player could say anything. Raises LivedshlError.
        """
        with ExitStack() as stack:
            if threading.current_thread() is threading.main_thread():
                stack.enter_context(self.signals())
            # Last in, first out: whatever happens, the notes go off before files are closed.
            files = stack.enter_context(ExitStack())
            performer = stack.enter_context(
                Performer(self._output, self._timing, self._settings.quarter_bpm, self._watcher)
            )
            self._performer = performer
            self._loader.start()
            performer.wait_ready(_READY_TIMEOUT_S)
            loaded = self._await_index()
            if loaded is None:
                return None
            folder = loaded.bundle.folder
            take = files.enter_context(Take(self._settings, folder, self._record, self._trace))
            composing = _ComposerThread(
                self._settings, loaded, performer, take, self._observe, self._timing, self._stop
            )
            stack.callback(composing.stop)
            composing.start()
            self._composing = composing
            told = False
            while not (self._stop.is_set() or performer.ended):
                time.sleep(_WATCH_S)  # `wait` would hold a lock that a signal's handler wants
                if self._ending.is_set() and not performer.position.running:
                    break  # whoever drives the clock may never start it again
                if self._ending.is_set() and not told:
                    told = True
                    self._on_ending()
            cut_tick = None if performer.ended else performer.tick
            composing.stop()
            composing.close(cut_tick)
            if performer.ended and not composing.finished:
                raise OutputError("the player process died; start livedshl again")
            if self._watcher:
                self._watcher.stop()
            performer.stop()
            return performer.report()

    @property
    def _band(self) -> Band:
        return self._composing.band if self._composing else self._settings.band

    def _other_band(self, name: str) -> Band:
        preset = load_preset(name)
        if preset.metre and preset.metre != str(self._settings.grid):
            raise CommandError(
                f"{name} is for {preset.metre}, the music is in {self._settings.grid}",
                where="preset",
            )
        return Band.of(preset)

    def _interrupt(self) -> None:
        if self._composing is None or self._ending.is_set():
            self.stop()
        else:
            self.end()

    def _await_index(self) -> Model | None:
        """The index, or None if a stop comes first."""
        while not self._stop.is_set():
            try:
                return self._loader.result(_POLL_S)
            except TimeoutError:
                if self._loader.done:
                    raise  # it was loading that timed out, not waiting
        return None


class _ComposerThread:
    """Keeps the player supplied, `LOOKAHEAD_BEATS` ahead of its clock, until the last bar.

    finished: whether the last bar has been handed over. band: who plays.
    """

    def __init__(
        self,
        settings: Settings,
        loaded: Model,
        performer: Performer,
        take: Take,
        observe: Callable[[Chunk], None],
        timing: ClockSettings,
        session_stop: threading.Event,
    ) -> None:
        self.finished = False
        self.band = settings.band
        self._settings = settings
        self._grid = settings.grid
        composition = Composition(loaded.bundle, loaded.index, settings)
        self._chords = composition.chords
        self._composer = Composer(composition, self._grid.bar_ticks)
        self._performer = performer
        self._take = take
        self._observe = observe
        self._timing = timing
        # A fast clock gets as many seconds in hand as one at the written tempo.
        self._lookahead_ticks = round(LOOKAHEAD_BEATS * timing.speed * TICKS_PER_BEAT)
        hop_ticks = self._grid.hop_beats * self._grid.beat_ticks
        self._head_start_ticks = round(hop_ticks * timing.speed)
        self._session_stop = session_stop
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._started = False
        self._wanted: deque[tuple[Command, Band | None]] = deque()  # changes, from any thread
        self._coming: deque[Chunk] = deque()  # composed, but not heard yet
        self._latency_ms = timing.latency_s * 1e3
        self._tempo_bpm = settings.tempo_bpm
        self._shown: tuple[Chunk, ...] = ()
        self._steering = composition.steering
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

    def change(self, command: Command, band: Band | None) -> None:
        """Takes in a command, from any thread. band: the band of a chosen preset."""
        self._wanted.append((command, band))
        self.band = band or self.band
        self._performer.wake()

    def overview(self) -> Overview:
        """The performance as it stands."""
        performer, tempo_bpm = self._performer, self._tempo_bpm
        quarter_bpm = performer.position.tempo_bpm / self._timing.speed
        if quarter_bpm and self._timing.sync is not Sync.INTERNAL:  # others decide it
            tempo_bpm = round(self._grid.beat_bpm(quarter_bpm), 1)
        return Overview(
            tick=performer.tick_at(time.perf_counter()),
            quarter_bpm=quarter_bpm,
            grid=self._grid,
            sync=self._timing.sync,
            latency_ms=self._latency_ms,
            steering=replace(self._steering, tempo_bpm=tempo_bpm),
            chunks=self._shown,
            chords=self._chords,
            lateness=performer.lateness,
        )

    def save(self, path: Path) -> None:
        """Writes the last bars that were heard. Raises OutputError."""
        self._take.save(path, self._performer.tick)

    def close(self, cut_tick: int | None) -> None:
        """Completes the take once composing has stopped: where it is cut off, or to its end."""
        self._keep_until(self._composer.tick if cut_tick is None else cut_tick)
        if cut_tick is not None:
            self._take.cut(cut_tick)

    def _run(self) -> None:
        try:
            self._supply()
        except BaseException as error:  # the main thread raises it again
            self._error = error
            self._session_stop.set()

    def _supply(self) -> None:
        """Until it is stopped: even after the last bar somebody may wish another end."""
        while not (self._stop.is_set() or self._performer.ended):
            while self._wanted:
                self._obey(*self._wanted.popleft())
            ahead = self._composer.tick - self._lookahead_ticks
            if not self._composer.over and (ahead <= 0 or self._performer.tick >= ahead):
                self._hand_over(self._composer.compose())
            else:
                self._performer.wait(_POLL_S)
            if self._started:
                self._keep_until(self._performer.tick + 1)

    def _hand_over(self, chunk: Chunk) -> None:
        self._performer.send(chunk.events, chunk.end_tick)
        self._coming.append(chunk)
        self._show()
        if not chunk.goes_on:
            bar = chunk.start_tick // self._grid.bar_ticks + 1
            log.info("bar %d: %s", bar, chunk.provenance.in_words())
        if not self._started and (chunk.end_tick >= self._head_start_ticks or self._composer.over):
            self._started = True
            quarter_bpm = self._grid.quarter_bpm(self._tempo_bpm)
            self._performer.start(0, quarter_bpm, _FIRST_NOTE_DELAY_S)
        if self._composer.over:
            self.finished = True
            self._performer.finish(chunk.end_tick)

    def _obey(self, command: Command, band: Band | None) -> None:
        performer = self._performer
        change = Change(self._earliest_tick(), command, band)
        match command:
            case Panic():
                performer.panic()
            case SetLatency(ms):
                self._latency_ms = ms
                performer.set_latency(ms / 1e3)
            case SetTempo(bpm):
                beat_ticks = self._grid.beat_ticks
                change = replace(change, tick=-(-change.tick // beat_ticks) * beat_ticks)
                self._tempo_bpm = bpm
                performer.set_tempo(change.tick, self._grid.quarter_bpm(bpm))
            case _:
                self._compose_anew(change)
                return
        self._take.change(change)

    def _compose_anew(self, change: Change) -> None:
        """Takes back what was composed from where on the change acts."""
        tick = self._composer.change(change)
        if self._coming and tick < self._coming[-1].end_tick:
            self._performer.discard(tick)
            self.finished = False
            while self._coming and self._coming[-1].start_tick >= tick:
                self._coming.pop()
            self._show()

    def _earliest_tick(self) -> int:
        """What comes before can no longer be changed: it may have been sent already."""
        if not self._started:
            return 0
        ahead_s = CHANGING_S + max(0.0, self._latency_ms / 1e3)
        return self._performer.tick_at(time.perf_counter() + ahead_s)

    def _keep_until(self, tick: int) -> None:
        """Keeps the chunks that begin before `tick`: they are heard."""
        while self._coming and self._coming[0].start_tick < tick:
            chunk = self._coming.popleft()
            self._take.append(chunk, self._composer.keep_before(chunk.start_tick + 1))
            self._observe(chunk)

    def _show(self) -> None:
        """Publishes what is to be seen."""
        self._chords = self._composer.chords  # first: the chunks' steps need them
        heard = [chunk for chunk in self._shown if chunk.start_tick < self._coming_tick]
        since = self._coming_tick - _SHOWN_BARS * self._grid.bar_ticks
        self._shown = (*(chunk for chunk in heard if chunk.end_tick > since), *self._coming)
        self._steering = self._composer.steering

    @property
    def _coming_tick(self) -> int:
        return self._coming[0].start_tick if self._coming else self._composer.tick
