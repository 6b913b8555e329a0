"""A take: keeps what is heard, in memory and in files."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from livedshl.errors import OutputError
from livedshl.live.take_files import LineFile
from livedshl.live.take_memory import TakeMemory, trace_of
from livedshl.performance.chunk import Chunk
from livedshl.performance.commands import SetTempo
from livedshl.performance.composer import Change
from livedshl.performance.settings import Settings

if TYPE_CHECKING:
    from livedshl.midi.recorder import Recorder
    from livedshl.performance.take_log import LogWriter

log = logging.getLogger(__name__)


class Take:
    """Keeps what is heard, chunk by chunk; a context manager.

    bundle: the folder of the model that plays. record: a MIDI file to record into, with its log
    beside it. trace: a file for where everything came from. Raises OutputError. If a disk is full,
    it logs a warning and gives up that file.
    """

    def __init__(
        self, settings: Settings, bundle: Path, record: Path | None, trace: Path | None
    ) -> None:
        self._memory = TakeMemory(settings)
        self._recorder: Recorder | None = None
        self._log: LogWriter | None = None
        self._trace: LineFile | None = None
        with ExitStack() as stack:
            if record:
                tracks = self._memory.tracks
                self._recorder = stack.enter_context(_recorder(record, settings, tracks))
                self._log = _log_writer(record, settings, bundle, stack)
            if trace:
                self._trace = stack.enter_context(closing(LineFile(trace)))
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
        if self._recorder:
            try:
                self._recorder.append(chunk.events)
            except OutputError as error:
                log.warning("%s; the music carries on", error)
                self._recorder = None
        if self._log:
            self._log.heard(chunk.end_tick)
        if self._trace:
            self._trace.write(trace_of([chunk]))

    def change(self, change: Change) -> None:
        """Adds a change, at its tick."""
        if self._log:
            self._log.changed(change)
        if change.band:
            self._memory.add_band(change.band)
            if self._recorder:
                self._recorder.name_tracks(self._memory.tracks)
        if isinstance(change.command, SetTempo):
            self._memory.set_tempo(change.tick, change.command.bpm)
            if self._recorder:
                self._recorder.set_tempo(change.tick, change.command.bpm)

    def cut(self, tick: int) -> None:
        """Removes everything from `tick` on, which was never heard."""
        if self._recorder:
            self._recorder.cut(tick)
        if self._log:
            self._log.end(tick)

    def save(self, path: Path, tick: int) -> None:
        """Writes the last bars up to `tick`, and their trace beside them. Raises OutputError."""
        self._memory.save(path, tick)


# What follows imports late: mido and msgspec take long to load, and the first note waits for it.


def _log_writer(record: Path, settings: Settings, bundle: Path, files: ExitStack) -> "LogWriter":
    from livedshl.performance.take_log import LogWriter, log_path

    lines = files.enter_context(closing(LineFile(log_path(record))))
    return LogWriter(lines, settings, bundle)


def _recorder(record: Path, settings: Settings, tracks: Mapping[int, str]) -> "Recorder":
    from livedshl.midi.recorder import Recorder

    return Recorder(record, settings.tempo_bpm, settings.grid, tracks)
