"""Plays hours of music on a fast clock, through all of livedshl, and checks that nothing breaks."""

import time
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

from livedshl.bundle import SegmentLibrary
from livedshl.diagnostics.check import Check, expect_none, expect_same
from livedshl.diagnostics.ear import Ear, NoteCount
from livedshl.diagnostics.music_checks import Repetition, RuleKeeping
from livedshl.diagnostics.restless_user import RestlessUser, Wires
from livedshl.diagnostics.usage import Growth, Usage, usage_meter
from livedshl.errors import LivedshlError, OutputError
from livedshl.live.performer import PlayerReport
from livedshl.live.port_watcher import PortWatcher
from livedshl.live.session import Session
from livedshl.midi.file import read_events
from livedshl.midi.message import is_note_on
from livedshl.outputs.choice import Output, OutputKind
from livedshl.performance.chunk import Chunk
from livedshl.performance.settings import Settings, model_of
from livedshl.player.clock.source import ClockSettings
from livedshl.rendering import replay
from livedshl.units import seconds_to_ticks

_SAMPLES_PER_HOUR = 60


class Soak:
    """Observes a performance while it is composed, and checks it with the player's report.

    library: what it plays from. hours: how long it should last. usage: returns what is used now.
    tell: receives a line for each hour of music. steered: somebody steers it, so it may repeat and
    cut short what was composed.
    """

    def __init__(
        self,
        settings: Settings,
        library: SegmentLibrary,
        hours: float,
        usage: Callable[[], Usage],
        tell: Callable[[str], None],
        steered: bool = False,
    ) -> None:
        self._hours = hours
        self._ticks_per_hour = seconds_to_ticks(3600, settings.quarter_bpm)
        self._growth = Growth(usage)
        self._repetition = Repetition(settings.grid, settings.tempo_bpm)
        self._rules = RuleKeeping(library, settings.rules)
        self._composed = NoteCount()
        self._tell = tell
        self._steered = steered
        self._hour = 0.0
        self._began_s: float | None = None

    def observe(self, chunk: Chunk) -> None:
        """Takes in the next chunk."""
        self._began_s = self._began_s or time.monotonic()
        planned = chunk.provenance.planned
        self._repetition.hear(chunk.steps, planned)
        # What somebody played, and the tunes of another model, are not in the library.
        if not planned and not self._steered:
            self._rules.hear(chunk.provenance.segment, chunk.provenance.beat)
        for _, *message in chunk.events.tolist():
            self._composed.hear(*message)
        before, self._hour = self._hour, chunk.end_tick / self._ticks_per_hour
        if int(self._hour * _SAMPLES_PER_HOUR) > int(before * _SAMPLES_PER_HOUR):
            if self._hour < self._hours:  # the player leaves after the last chunk
                self._growth.sample(self._hour)
            if int(self._hour) > int(before):
                faults = [check.fault for check in self._composing() if check.fault]
                mb = self._growth.memory_mb
                self._tell(
                    f"Hour {int(self._hour)} of {self._hours:g} composed: {mb:.1f} MB, "
                    f"{self._achieved():.1f} times real time, {'; '.join(faults) or 'all well'}"
                )

    def checks(self, report: PlayerReport, speed: float, heard: NoteCount | None) -> list[Check]:
        """All checks. speed: what was asked for. heard: what arrived, if anything listened."""
        whole = self._hour > self._hours - 1 / _SAMPLES_PER_HOUR
        length = (
            f"{self._hour:.2f} of {self._hours:g} hours, {self._achieved():.1f} times real time"
        )
        lateness = (report.lateness_p50_ms, report.lateness_p99_ms, report.lateness_max_ms)
        late = "/".join(f"{milliseconds:.2f}" for milliseconds in lateness)
        too_fast = (
            f" ({speed:g} times the tempo is too fast for this machine, or it is too busy; "
            "try a lower speed)"
        )
        checks = [
            Check("music", length, None if whole else f"stopped after {length}"),
            *self._composing(),
            Check("lateness", f"{late} ms (median, 99 %, worst), {report.realtime} priority"),
            expect_none(report.jumps, "jumps", "time", "the clock stood still"),
            expect_none(report.underruns, "underruns", "time", "the composer was late", too_fast),
            expect_none(report.dropped, "dropped", "note", "left out, too late", too_fast),
        ]
        if whole:  # else some notes were composed but not played, or not to their end
            stuck = "had to be released at the end"
            checks.append(expect_none(report.unreleased, "stuck", "note", stuck))
            if not self._steered:
                checks.append(expect_same(self._composed.notes, "composed", report.notes, "played"))
        if heard:
            checks += [
                expect_same(report.notes, "played", heard.notes, "heard"),
                expect_none(heard.left_on, "left on", "note", "left on at the listening end"),
            ]
        if heard and not self._steered:  # a panic ends what does not sound as well
            stray = "heard that ended nothing"
            checks.append(expect_none(heard.stray_ends, "heard ends", "note-off", stray))
        return checks

    def _composing(self) -> list[Check]:
        growth = self._growth.checks()
        if self._steered:
            return growth
        stray_ends = self._composed.stray_ends
        return [
            *growth,
            self._repetition.check(),
            *self._rules.checks(),
            expect_none(stray_ends, "composed ends", "note-off", "that ended nothing"),
        ]

    def _achieved(self) -> float:
        """Hours of music in an hour."""
        assert self._began_s is not None
        return self._hour * 3600 / (time.monotonic() - self._began_s)


def soak(
    settings: Settings,
    *,
    hours: float,
    speed: float,
    trace: Path | None = None,
    steered: bool = False,
    tell: Callable[[str], None],
) -> list[Check]:
    """Plays hours of music `speed` times as fast as written.

    It plays to its own MIDI input where the system has MIDI. steered: a `RestlessUser` steers it,
    and its take is replayed and compared in the end. Raises LivedshlError.
    """
    usage = usage_meter()
    bars = ceil(hours * 60 * settings.tempo_bpm / settings.grid.bar_beats)
    settings = replace(settings, bars=bars)
    watcher = Soak(settings, model_of(settings).bundle.library, hours, usage, tell, steered)
    with ExitStack() as stack:
        ear = take = user = None
        output = Output(OutputKind.NOWHERE, "", "")
        try:
            ear = stack.enter_context(Ear())
            output = Output(OutputKind.PORT, ear.port, "")
            tell(f"Playing to its own MIDI input {ear.port}.")
        except LivedshlError as error:
            if steered:
                raise  # the user needs wires too
            tell(f"Playing to nowhere, because nothing can listen: {error}")
        if steered:
            take = Path(stack.enter_context(TemporaryDirectory())) / "take.mid"
        ports = stack.enter_context(PortWatcher())
        session = Session(
            settings, output,
            clock=ClockSettings(speed=speed), watcher=ports, record=take, trace=trace,
            observe=watcher.observe,
        )  # fmt: skip
        if steered:
            wires = stack.enter_context(Wires(session, ports, tell))
            user = RestlessUser(session, wires, settings, speed)
        with user or nullcontext():
            report = session.run()
        if ear:
            ear.stop()
        if report is None:
            raise OutputError("stopped before anything was played")
        checks = watcher.checks(report, speed, ear.account if ear else None)
        if user and take:
            checks += [user.check(), *_take_checks(take, report.notes + report.dropped, tell)]
        return checks


def _take_checks(take: Path, notes: int, tell: Callable[[str], None]) -> list[Check]:
    """Whether these notes are in the take, and whether its log plays the same again.

    notes: how many were played, or left out because they came too late.
    """
    tell("Replaying the take.")
    events = read_events(take).tolist()
    recorded = sum(is_note_on(status, velocity) for _, status, _, velocity in events)
    same = replay(take).same
    return [
        expect_same(notes, "played or left out", recorded, "recorded"),
        Check("replay", "equal, byte for byte" if same else "differs",
              None if same else "the replay of the take differs from it"),
    ]  # fmt: skip
