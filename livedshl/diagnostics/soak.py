"""Plays hours of music through the real pipeline, on a fast clock, and checks what only hours show.

Nothing here grows with the length of the music: what is checked is checked as it comes.
"""

import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.errors import LivedshlError, MissingDependencyError, OutputError
from livedshl.improviser import ContinuationRules
from livedshl.live.performer import PlayerReport
from livedshl.live.session import Session
from livedshl.midi.message import is_note_on
from livedshl.midi.sounding import Sounding
from livedshl.music import Grid
from livedshl.music.segments import CHORD
from livedshl.outputs.choice import Output, OutputKind
from livedshl.outputs.missing import install_extra
from livedshl.outputs.ports import open_input, output_names
from livedshl.performance.chunk import Chunk
from livedshl.performance.settings import Settings, model_of
from livedshl.player.clock.source import ClockSettings
from livedshl.units import seconds_to_ticks

MOST_MB_PER_HOUR = 1.0
_WARM_UP_H = 1.0
_SAMPLES_PER_HOUR = 60
_LEAST_SAMPLES = 60  # over less than an hour the slope says more of single pages than of growth
_REPEATED_BARS = 8
_REPEAT_MINUTES = 10
_LISTENING_PERIOD_S = 0.02
_LAST_WORDS_S = 0.3  # what was sent last may still be on the wire


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at. found: how it was. fault: what is wrong with it, None if nothing is."""

    name: str
    found: str
    fault: str | None = None


class MemoryGrowth:
    """Whether memory grows once the first hour of music is over."""

    def __init__(self) -> None:
        self._last_mb = 0.0
        self._n = 0
        # Sums over the samples, as the method of least squares needs them.
        self._x = self._y = self._xx = self._xy = 0.0

    def sample(self, hour: float, mb: float) -> None:
        """Takes in how much memory is in use at an hour of the music."""
        self._last_mb = mb
        if hour < _WARM_UP_H:
            return
        self._n += 1
        self._x += hour
        self._y += mb
        self._xx += hour * hour
        self._xy += hour * mb

    @property
    def mb_per_hour(self) -> float | None:
        """The slope of the straight line through the samples; None if they are too few."""
        if self._n < _LEAST_SAMPLES:
            return None
        spread = self._xx - self._x**2 / self._n
        return (self._xy - self._x * self._y / self._n) / spread

    def check(self) -> Check:
        """Whether it is flat."""
        slope = self.mb_per_hour
        if slope is None:
            return Check("memory", f"{self._last_mb:.1f} MB; growth shows from two hours on")
        found = f"{self._last_mb:.1f} MB, {slope:+.3f} MB an hour after the first"
        grows = slope >= MOST_MB_PER_HOUR
        return Check("memory", found, f"memory grows by {slope:.2f} MB an hour" if grows else None)


class Repetition:
    """Whether eight bars of the melody, from one bar line to another, come again too soon.

    Bars that the form brings back are meant to.
    """

    def __init__(self, grid: Grid, tempo_bpm: float) -> None:
        self._soon_bars = _REPEAT_MINUTES * tempo_bpm / grid.bar_beats
        self._bar_bytes = grid.bar_steps * CHORD  # pitch and articulated, a byte each
        self._window_bytes = _REPEATED_BARS * self._bar_bytes
        self._bar_steps = grid.bar_steps
        self._heard = b""  # from the bar line at which the next window starts
        self._planned = b""  # as well, a byte a step
        self._bar = 0
        self._windows: deque[tuple[int, int]] = deque()  # bar and hash of those not long ago
        self._last_bar: dict[int, int] = {}  # by hash
        self._first = ""
        self.repeats = 0

    def hear(self, steps: NDArray[np.int8], planned: bool = False) -> None:
        """Takes in the next steps, int8[n, 3], and whether a plan brings them back."""
        self._heard += steps[:, :CHORD].tobytes()
        self._planned += bytes([planned]) * len(steps)
        while len(self._heard) >= self._window_bytes:
            if not any(self._planned[: _REPEATED_BARS * self._bar_steps]):
                self._compare(hash(self._heard[: self._window_bytes]))
            self._heard = self._heard[self._bar_bytes :]
            self._planned = self._planned[self._bar_steps :]
            self._bar += 1

    def check(self) -> Check:
        """Whether none came again."""
        found = f"{self.repeats} windows of {_REPEATED_BARS} bars came again"
        return Check(
            f"repeats in {_REPEAT_MINUTES} min",
            found,
            f"{found}, {self._first}" if self.repeats else None,
        )

    def _compare(self, window: int) -> None:
        while self._windows and self._bar - self._windows[0][0] > self._soon_bars:
            bar, old = self._windows.popleft()
            if self._last_bar[old] == bar:
                del self._last_bar[old]
        if window in self._last_bar:
            self.repeats += 1
            before = self._last_bar[window] + 1
            self._first = self._first or f"first those of bar {before} at bar {self._bar + 1}"
        self._windows.append((self._bar, window))
        self._last_bar[window] = self._bar


class RuleKeeping:
    """Whether song cap and recency are kept, counted anew from the segments that were played."""

    def __init__(self, library: SegmentLibrary, rules: ContinuationRules) -> None:
        self._library = library
        self._rules = rules
        self._window: deque[list[int]] = deque(maxlen=rules.window)
        self._recency = rules.recency_in(library)
        self._recent: deque[int] = deque(maxlen=self._recency)
        self._first_over_cap = self._first_return = ""
        self.over_cap = 0
        self.returns = 0

    def hear(self, segment: int, beat: int) -> None:
        """Takes in the segment that starts at a beat of the music."""
        content = int(self._library.content_ids[segment])
        self._window.append(self._library.songs_with(content).tolist())
        counts = Counter(song for songs in self._window for song in songs)
        song, count = counts.most_common(1)[0]
        where = f"at beat {beat}"
        if count > self._rules.song_cap:
            self.over_cap += 1
            title = self._library.tunes[song].title
            self._first_over_cap = self._first_over_cap or f"first by {title!r} {where}"
        if content in self._recent:
            self.returns += 1
            self._first_return = self._first_return or f"first {where}"
        self._recent.append(content)

    def checks(self) -> list[Check]:
        """Whether either was broken."""
        cap, window = self._rules.song_cap, self._rules.window
        over = f"{self.over_cap} segments over {cap} in {window} of one song"
        returned = f"{self.returns} contents came again within {self._recency} segments"
        return [
            Check("song cap", over, f"{over}, {self._first_over_cap}" if self.over_cap else None),
            Check(
                "recency", returned, f"{returned}, {self._first_return}" if self.returns else None
            ),
        ]


class NoteCount:
    """How many notes are struck, and whether each ends."""

    def __init__(self) -> None:
        self._sounding = Sounding()
        self.notes = 0
        self.stray_ends = 0  # note-offs of notes that did not sound

    def hear(self, status: int, pitch: int, velocity: int) -> None:
        """Takes in a channel message; only notes count."""
        self.notes += is_note_on(status, velocity)
        self.stray_ends += not self._sounding.hear(status, pitch, velocity)

    @property
    def left_on(self) -> int:
        """How many notes sound."""
        return len(self._sounding)


class Ear:
    """A MIDI input of our own that a player can play to; a context manager.

    port: the name under which others find it. Raises OutputError or MissingDependencyError where
    there is no MIDI.
    """

    def __init__(self) -> None:
        before = output_names()
        self._input = open_input("")
        self.account = NoteCount()
        self._left = Event()
        self._thread = Thread(target=self._listen, name="ear", daemon=True)
        new = [name for name in output_names() if name not in before]
        if not new:
            self._input.close()
            raise OutputError("the MIDI system does not list the input that was made")
        self.port = new[0]

    def __enter__(self) -> "Ear":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._input.close()

    def stop(self) -> None:
        """Listens no more, once what is on its way has come."""
        self._left.set()
        self._thread.join()

    def _listen(self) -> None:
        until = None
        while until is None or time.monotonic() < until:
            for message, _ in self._input.receive():
                if len(message) == 3:
                    self.account.hear(*message)
            time.sleep(_LISTENING_PERIOD_S)
            if until is None and self._left.is_set():
                until = time.monotonic() + _LAST_WORDS_S


class Soak:
    """Looks on while a performance is composed, and judges it with what the player reports.

    library: what is played from. hours: how long the performance is to be. resident_mb: tells the
    memory in use. tell: gets a line an hour of music.
    """

    def __init__(
        self,
        settings: Settings,
        library: SegmentLibrary,
        hours: float,
        resident_mb: Callable[[], float],
        tell: Callable[[str], None],
    ) -> None:
        self._hours = hours
        self._ticks_per_hour = seconds_to_ticks(3600, settings.quarter_bpm)
        self._memory = MemoryGrowth()
        self._repetition = Repetition(settings.grid, settings.tempo_bpm)
        self._rules = RuleKeeping(library, settings.rules)
        self._composed = NoteCount()
        self._resident_mb = resident_mb
        self._tell = tell
        self._hour = 0.0
        self._began_s: float | None = None

    def observe(self, chunk: Chunk) -> None:
        """Takes in what one hop adds."""
        self._began_s = self._began_s or time.monotonic()
        planned = chunk.provenance.planned
        self._repetition.hear(chunk.steps, planned)
        if not planned:
            self._rules.hear(chunk.provenance.segment, chunk.provenance.beat)
        for _, *message in chunk.events.tolist():
            self._composed.hear(*message)
        before, self._hour = self._hour, chunk.end_tick / self._ticks_per_hour
        if int(self._hour * _SAMPLES_PER_HOUR) > int(before * _SAMPLES_PER_HOUR):
            mb = self._resident_mb()
            self._memory.sample(self._hour, mb)
            if int(self._hour) > int(before):
                faults = [check.fault for check in self._composing() if check.fault]
                self._tell(
                    f"Hour {int(self._hour)} of {self._hours:g} composed: {mb:.1f} MB, "
                    f"{self._achieved():.1f} times real time, {'; '.join(faults) or 'all well'}"
                )

    def checks(self, report: PlayerReport, speed: float, heard: NoteCount | None) -> list[Check]:
        """What was found. speed: as asked for. heard: at the listening end, if there is one."""
        whole = self._hour > self._hours - 1 / _SAMPLES_PER_HOUR
        length = (
            f"{self._hour:.2f} of {self._hours:g} hours, {self._achieved():.1f} times real time"
        )
        lateness = (report.lateness_p50_ms, report.lateness_p99_ms, report.lateness_max_ms)
        late = "/".join(f"{milliseconds:.2f}" for milliseconds in lateness)
        too_fast = (
            f"; {speed:g} times the tempo is too fast for this machine, or it is too busy: "
            "try a lower --speed"
        )
        checks = [
            Check("music", length, None if whole else f"stopped after {length}"),
            *self._composing(),
            Check("lateness", f"{late} ms (median, 99 %, worst), {report.realtime} priority"),
            _none(report.jumps, "jumps", "times the clock stood still"),
            _none(report.underruns, "underruns", "times the composer was late", too_fast),
            _none(report.dropped, "dropped", "notes left out, too late", too_fast),
        ]
        if whole:  # else there are notes that were composed and not played, or not to their end
            checks += [
                _none(report.unreleased, "stuck", "notes had to be released at the end"),
                _same(self._composed.notes, "composed", report.notes, "played"),
            ]
        if heard:
            checks += [
                _same(report.notes, "played", heard.notes, "heard"),
                _none(heard.left_on, "left on", "notes still sound at the listening end"),
                _none(heard.stray_ends, "heard ends", "note-offs heard of what was not on"),
            ]
        return checks

    def _composing(self) -> list[Check]:
        composed = self._composed
        return [
            self._memory.check(),
            self._repetition.check(),
            *self._rules.checks(),
            _none(composed.stray_ends, "composed ends", "note-offs of what was not on"),
        ]

    def _achieved(self) -> float:
        """Hours of music an hour."""
        assert self._began_s is not None
        return self._hour * 3600 / (time.monotonic() - self._began_s)


def soak(
    settings: Settings,
    *,
    hours: float,
    speed: float,
    trace: Path | None = None,
    tell: Callable[[str], None],
) -> list[Check]:
    """Plays hours of music `speed` times as fast as written.

    It is played to a MIDI input of our own where the system has MIDI. Raises LivedshlError.
    """
    resident_mb = _memory_meter()
    bars = ceil(hours * 60 * settings.tempo_bpm / settings.grid.bar_beats)
    settings = replace(settings, bars=bars)
    watcher = Soak(settings, model_of(settings).bundle.library, hours, resident_mb, tell)
    with ExitStack() as stack:
        ear = None
        output = Output(OutputKind.NOWHERE, "", "")
        try:
            ear = stack.enter_context(Ear())
            output = Output(OutputKind.PORT, ear.port, "")
            tell(f"Plays to its own MIDI input {ear.port}.")
        except LivedshlError as error:
            tell(f"Plays to nowhere, as nothing can listen: {error}.")
        session = Session(
            settings, output,
            timing=ClockSettings(speed=speed), trace=trace, observe=watcher.observe,
        )  # fmt: skip
        report = session.run()
        if ear:
            ear.stop()
    if report is None:
        raise OutputError("stopped before anything was played")
    return watcher.checks(report, speed, ear.account if ear else None)


def _none(count: int, name: str, what: str, why: str = "") -> Check:
    found = f"{count} {what}"
    return Check(name, str(count), f"{found}{why}" if count else None)


def _same(count: int, what: str, other: int, other_what: str) -> Check:
    found = f"{count} notes {what}, {other} {other_what}"
    return Check(other_what, found, None if count == other else found)


def _memory_meter() -> Callable[[], float]:
    """Tells the resident memory, in MB, of this process and those it has started."""
    try:
        import psutil
    except ImportError:
        raise MissingDependencyError(
            f"psutil is missing, with which soak measures memory; {install_extra('dev')}"
        ) from None
    this: Any = psutil.Process()

    def resident_mb() -> float:
        total = 0
        for process in (this, *this.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):  # it has just left
                total += process.memory_info().rss
        return total / 1e6

    return resident_mb
