"""A take: keeps what is heard, in memory and in files."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from livedshl.errors import OutputError
from livedshl.files import write_beside
from livedshl.live.take_files import LineFile, all_beside, create_file, log_beside
from livedshl.live.take_memory import TakeMemory, trace_of
from livedshl.music import ChordVocabulary
from livedshl.performance.chunk import Chunk
from livedshl.performance.commands import SetTempo
from livedshl.performance.composer import Change
from livedshl.performance.excerpt import excerpt
from livedshl.performance.settings import Settings

if TYPE_CHECKING:
    from livedshl.midi.recorder import Recorder
    from livedshl.performance.take_log import LogWriter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Tempi:
    """What no command says of the tempo, each from a tick on.

    heard: of a clock from outside, in BPM. slowing: shares of the tempo that is asked for.
    """

    heard: list[tuple[int, float]] = field(default_factory=list)
    slowing: list[tuple[int, float]] = field(default_factory=list)


class Take:
    """Keeps what is heard, chunk by chunk; a context manager.

    bundle: the folder of the model that plays. record: a MIDI file to record into, with its log
    beside it. trace: a file for where everything came from. Files that are there stay: the take
    gets a number, unless `overwrite` is true. If a disk is full, it logs a warning and gives up
    that file. Raises OutputError.

    recording: the MIDI file that it records into, if any.
    """

    def __init__(
        self,
        settings: Settings,
        bundle: Path,
        record: Path | None,
        trace: Path | None,
        overwrite: bool = False,
    ) -> None:
        self.recording: Path | None = None
        self._settings = settings
        self._bundle = bundle
        self._memory = TakeMemory(settings)
        self._changes: list[Change] = []
        self._tempi = _Tempi()
        self._recorder: Recorder | None = None
        self._log: LogWriter | None = None
        self._trace: LineFile | None = None
        with ExitStack() as stack:
            if record:
                self.recording = create_file(record, overwrite, log_beside)
                tracks = self._memory.tracks
                self._recorder = stack.enter_context(_recorder(self.recording, settings, tracks))
                self._log = _log_writer(self.recording, settings, bundle, stack)
            if trace:
                lines = LineFile(create_file(trace, overwrite))
                self._trace = stack.enter_context(closing(lines))
            self._open = stack.pop_all()

    def __enter__(self) -> "Take":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def append(self, chunk: Chunk, changes: Sequence[Change]) -> None:
        """Adds a chunk that is heard, and the changes up to its start."""
        for change in changes:
            self.change(change)
        self._memory.append(chunk)
        if chunk.slowing:
            self._tempi.slowing.extend(chunk.slowing)
            self._tell_tempi()
        if self._recorder:
            try:
                self._recorder.append(chunk.events, chunk.signs)
            except OutputError as error:
                log.warning("%s; the music carries on", error)
                self._recorder = None
        if self._log:
            self._log.heard(chunk.end_tick)
        if self._trace:
            self._trace.write(trace_of([chunk]))

    def change(self, change: Change) -> None:
        """Adds a change, at its tick."""
        self._changes.append(change)
        if self._log:
            self._log.changed(change)
        if change.band:
            self._memory.add_band(change.band)
            if self._recorder:
                self._recorder.name_tracks(self._memory.tracks)
        # In a Link session the wish comes back as the tempo that is heard.
        if isinstance(change.command, SetTempo) and self._recorder and not self._tempi.heard:
            if self._tempi.slowing:
                self._tell_tempi()
            else:
                self._recorder.set_tempo(change.tick, change.command.bpm)

    def hear_tempo(self, tick: int, tempo_bpm: float) -> None:
        """A clock from outside had this tempo from `tick` on, in beats of the metre."""
        if not self._tempi.heard and self._recorder:
            self._recorder.set_tempi(())
        self._tempi.heard.append((tick, tempo_bpm))
        if self._log:
            self._log.tempo(tick, tempo_bpm)
        if self._recorder:
            self._recorder.set_tempo(tick, tempo_bpm)

    def cut(self, tick: int) -> None:
        """Removes everything from `tick` on, which was never heard."""
        if self._recorder:
            self._recorder.cut(tick)
        if self._log:
            self._log.end(tick)

    def save(self, path: Path, tick: int, chords: ChordVocabulary) -> Path:
        """Writes the last bars up to `tick`, and beside them their lead sheet, log and trace.

        chords: what the chord numbers in the steps stand for.
        Returns the file: `path`, or that with a number if it is there already. Raises OutputError.
        """
        from livedshl.live.written_bars import written_bars
        from livedshl.midi.file import write_midi  # late, as it loads mido
        from livedshl.performance.replay import tempi_of
        from livedshl.performance.take_log import TakeLog, log_path, log_text, manifest_digest

        last = self._memory.last_bars(tick)
        if last is None:
            raise OutputError("nothing has been played yet that could be saved")
        settings = self._settings
        kept = TakeLog(
            settings, self._bundle, manifest_digest(self._bundle),
            tuple(change for change in self._changes if change.tick < last.end_tick),
            last.chunks[-1].end_tick, last.end_tick, last.chunks[0].start_tick,
            tuple(self._tempi.heard),
        )  # fmt: skip
        part = excerpt(
            last.chunks,
            last.before,
            last.end_tick,
            settings.tempo_bpm,
            tempi_of(kept, self._tempi.slowing),
        )
        path = create_file(path, overwrite=False, beside=all_beside)
        sheet = written_bars(
            last.chunks, 0, chords.classes, settings.grid, part.tempo_bpm,
            title=path.stem, creator=f"livedshl, seed {settings.seed}",
        )  # fmt: skip
        try:
            write_midi(
                path, part.events, part.tempo_bpm, settings.grid, self._memory.tracks,
                part.tempi_bpm, signs=part.signs,
            )  # fmt: skip
            write_beside(log_path(path), log_text(kept).encode())
            write_beside(path.with_suffix(".jsonl"), trace_of(last.chunks).encode())
            if sheet:
                write_beside(path.with_suffix(".musicxml"), sheet[1])
        except OSError as error:
            raise OutputError(f"cannot be saved ({error.strerror})", where=str(path)) from error
        return path

    def _tell_tempi(self) -> None:
        """Tells the recorder how the tempo falls; a clock from outside has its own way."""
        from livedshl.performance.replay import tempi_asked_for
        from livedshl.performance.tempo import tempo_map

        if self._recorder and not self._tempi.heard:
            asked = tempi_asked_for(self._changes)
            self._recorder.set_tempi(
                tempo_map(self._settings.tempo_bpm, asked, self._tempi.slowing)
            )


# What follows imports late: mido and msgspec take long to load, and the first note waits for it.


def _log_writer(record: Path, settings: Settings, bundle: Path, files: ExitStack) -> "LogWriter":
    from livedshl.performance.take_log import LogWriter, log_path

    lines = files.enter_context(closing(LineFile(log_path(record))))
    return LogWriter(lines, settings, bundle)


def _recorder(record: Path, settings: Settings, tracks: Mapping[int, str]) -> "Recorder":
    from livedshl.midi.recorder import Recorder

    return Recorder(record, settings.tempo_bpm, settings.grid, tracks)
