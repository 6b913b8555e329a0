"""One performance from start to stop: all live parts are made and wired together here."""

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from livedshl.bundle.model import Model
from livedshl.errors import CommandError, OutputError
from livedshl.live.at_hand import AtHand
from livedshl.live.feasible import band_for, check_with_clock, chosen
from livedshl.live.hearing import Hearing
from livedshl.live.opening import Opening
from livedshl.live.performer import Performer, PlayerReport
from livedshl.live.port_watcher import PortWatcher
from livedshl.live.signals import handling_signals
from livedshl.live.snapshot import Snapshot
from livedshl.live.take_files import check_take_files, new_take_path
from livedshl.outputs.choice import Output, choose_output
from livedshl.performance.chunk import Chunk
from livedshl.performance.command_checks import checked
from livedshl.performance.commands import (
    Choose,
    ChooseModel,
    Command,
    End,
    FollowChart,
    PlaySong,
    SetChart,
    SetTempo,
    Undo,
    UseModel,
    Vary,
)
from livedshl.performance.material import NamedModel
from livedshl.performance.settings import Settings
from livedshl.player.clock.source import ClockSettings, Sync
from livedshl.progress import Progress, unseen

if TYPE_CHECKING:
    from livedshl.live.composing import ComposerThread

_READY_TIMEOUT_S = 20.0
_POLL_S = 0.1
_WATCH_S = 0.02
_SHARED = (Sync.LINK, Sync.JACK)  # clocks whose tempo all who share them may set


@dataclass(frozen=True, slots=True)
class _Calls:
    """What a session calls, as its docstring says."""

    observe: Callable[[Chunk], None]
    on_begin: Callable[[Hearing], None]
    on_ending: Callable[[], None]


class Session:
    """Plays one performance; made for one `run`.

    output: where it plays; or port: words of a MIDI port's name; or else the best output there is.
    clock: what drives the clock, if not livedshl itself. watcher: watches the ports; without one,
    the performer starts its own. record, trace: files to write; if one is there already, the new
    one gets a number, unless `overwrite` is true. charts: folders whose charts can be chosen.
    progress: called from the loader thread while the model loads.
    observe: called on the composer thread with each chunk when it is heard.
    on_begin: called when everything is open and the first note is about to sound.
    on_ending: called when the music heads for its end because somebody asked for it.

    Any thread may call `send`, `snapshot`, `save`, `end` and `stop`.
    """

    def __init__(
        self,
        settings: Settings,
        output: Output | None = None,
        *,
        port: str | None = None,
        clock: ClockSettings | None = None,
        watcher: PortWatcher | None = None,
        record: str | Path | None = None,
        trace: str | Path | None = None,
        overwrite: bool = False,
        charts: Iterable[Path] = (),
        progress: Progress = unseen,
        observe: Callable[[Chunk], None] = lambda chunk: None,
        on_begin: Callable[[Hearing], None] = lambda hearing: None,
        on_ending: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._clock = replace(
            clock or ClockSettings(),
            bar_ticks=settings.grid.bar_ticks,
            beat_ticks=settings.grid.beat_ticks,
        )
        output = output or choose_output(port=port, synth=False, soundfont=None)
        self._open_player = partial(Performer, output, self._clock, settings.quarter_bpm, watcher)
        self._files = _path(record), _path(trace), overwrite
        self._at_hand = AtHand(settings, charts, Opening(settings, progress, self._use))
        self._calls = _Calls(observe, on_begin, on_ending)
        self._stop = threading.Event()
        self._ending = threading.Event()
        self._composing: ComposerThread | None = None
        self._keys: tuple[int, ...] = ()

    def send(self, command: Command, from_tick: int = 0) -> Command:
        """Obeys a command where in the music it acts, from `from_tick` on.

        Returns it with its part as the band spells it; of `Undo`, the command that undoes the last
        change; of `Choose`, `Vary` and `SetChart`, the one that says what comes. Another model is
        opened first. Raises LivedshlError.
        """
        composing = self._composing
        if composing is None:
            raise CommandError("the music has not begun yet")
        history = composing.history
        if isinstance(command, Undo):
            command, band = history.undo()
            composing.command(command, band, from_tick)
            return command
        if isinstance(command, ChooseModel):
            self._at_hand.models.open(self._at_hand.model(command.name))
            return command
        if isinstance(command, SetChart):
            command = FollowChart(self._at_hand.chart(command.text, history.chart))
        command = checked(command, composing.band.names, self._settings.key.mode)
        check_with_clock(command, self._clock.sync)
        if isinstance(command, Choose):
            command = chosen(command, composing.snapshot().choices)
        elif isinstance(command, Vary):
            command = history.varied(command)
        tunes = self._at_hand.models.folder_of(composing.snapshot().steering.model)
        band = band_for(command, self._settings, tunes)
        if isinstance(command, PlaySong):
            song = self._settings.song(command.number)
            history.begin_song(command, band, song)
        elif not (isinstance(command, SetTempo) and self._clock.sync in _SHARED):
            history.add(command, band)  # the tempo is everybody's
        if isinstance(command, End):
            self._ending.set()
        composing.command(command, band, from_tick)
        return command

    def tick_at(self, time_s: float) -> int:
        """The tick that sounds at a time of `time.perf_counter`; 0 until there is music."""
        return self._composing.tick_at(time_s) if self._composing else 0

    @property
    def has_begun(self) -> bool:
        """Whether there was music."""
        return self._composing is not None

    @property
    def recording(self) -> Path | None:
        """The file that it records into; None without one, or until there is music."""
        return self._composing.recording if self._composing else None

    def snapshot(self) -> Snapshot | None:
        """The performance as it stands; None until there is music."""
        if self._composing is None:
            return None
        return self._at_hand.listed_in(replace(self._composing.snapshot(), keys=self._keys))

    def show_keys(self, pitches: tuple[int, ...]) -> None:
        """Shows in every snapshot which keys the player who is listened to holds down."""
        self._keys = pitches

    def save(self) -> Path:
        """Writes the last bars that were heard into a new file, with lead sheet, log and trace.

        It goes into the folder `livedshl` of the user's music. Returns the file. Raises
        OutputError.
        """
        if self._composing is None:
            raise OutputError("nothing has been played yet that could be saved")
        return self._composing.save(new_take_path())

    def end(self) -> None:
        """Ends the music at the next cadence; stops at once if there is no music yet."""
        if self._composing is None:
            self.stop()
        else:
            self.send(End())

    def stop(self) -> None:
        """Stops now."""
        self._stop.set()

    def signals(self) -> AbstractContextManager[None]:
        """Handles the signals to the process; on the main thread `run` does so itself.

        The first Ctrl-C ends the music. The next stops it, as SIGTERM and SIGHUP do.
        """
        return handling_signals(self._interrupt, self.stop)

    def run(self) -> PlayerReport | None:
        """Plays until the last bar, a stop or an error; every note is off on return.

        Returns None if it was stopped before the player could report. Raises LivedshlError.
        """
        check_take_files(*self._files[:2])
        with ExitStack() as stack:
            if threading.current_thread() is threading.main_thread():
                stack.enter_context(self.signals())
            # Last in, first out: whatever happens, the notes go off before files are closed.
            files = stack.enter_context(ExitStack())
            performer = stack.enter_context(self._open_player())
            self._at_hand.models.first.start()
            # Here, because the player's process takes a tenth of a second to start: the first
            # note would wait as much longer for imports at the top.
            from livedshl.live.composing import ComposerThread
            from livedshl.live.take import Take
            from livedshl.performance.succession import Succession

            model = self._await_model()
            if model is None:
                return None
            others = self._at_hand.models
            composition = Succession(
                model.bundle, model.index, self._settings, others.opened, others.groundwork
            )
            if not self._await_player(performer):
                return None
            take = files.enter_context(Take(self._settings, model.bundle.folder, *self._files))
            composing = ComposerThread(
                self._settings,
                composition,
                performer,
                take,
                observe=self._calls.observe,
                clock=self._clock,
                failed=self._stop,
            )
            stack.callback(composing.stop)
            self._composing = composing  # who hears that it begins may send a command at once
            self._calls.on_begin(performer.hearing)
            composing.start()
            self._at_hand.start()
            self._await_end(performer)
            left = performer.ended
            composing.stop()
            performer.stop()  # before the take is closed, which wants the last message sent
            came_to_its_end = left and composing.finished
            composing.close(None if came_to_its_end else performer.ended_tick)
            if left and not came_to_its_end:
                raise OutputError("the player process died", remedy="Start livedshl again")
            return performer.report()

    def _use(self, model: NamedModel) -> None:
        """Plays from a model that is open."""
        if self._composing:
            command = UseModel(model)
            self._composing.history.add(command, None)
            self._composing.command(command, None)

    def _await_end(self, performer: Performer) -> None:
        told = False
        while not (self._stop.is_set() or performer.ended):
            time.sleep(_WATCH_S)  # `wait` would hold a lock that a signal's handler wants
            if not self._ending.is_set():
                continue
            if not performer.position.running:
                return  # a clock from outside may never run again
            if not told:
                told = True
                self._calls.on_ending()

    def _interrupt(self) -> None:
        if self._ending.is_set():
            self.stop()
        else:
            self.end()

    def _await_player(self, performer: Performer) -> bool:
        """Waits until the player is ready; False if a stop comes first. Raises OutputError."""
        deadline_s = time.monotonic() + _READY_TIMEOUT_S
        while not (self._stop.is_set() or performer.ready):
            if performer.ended or time.monotonic() > deadline_s:
                performer.wait_ready(0.0)  # which says why
            performer.wait(_POLL_S)
        return not self._stop.is_set()

    def _await_model(self) -> Model | None:
        """The model, or None if a stop comes first."""
        loader = self._at_hand.models.first
        while not self._stop.is_set():
            try:
                return loader.result(_POLL_S)
            except TimeoutError:
                if loader.done:
                    raise  # loading itself timed out, not this wait
        return None


def _path(name: str | Path | None) -> Path | None:
    return None if name is None else Path(name)
