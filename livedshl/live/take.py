"""A take: what was heard, kept as it comes."""

import logging
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, closing, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from livedshl.arranger import Mixer
from livedshl.errors import OutputError
from livedshl.files import write_beside
from livedshl.midi.events import TICK, Events, events_of
from livedshl.midi.message import setting_of
from livedshl.midi.sounding import cut_events
from livedshl.performance.chunk import Chunk
from livedshl.performance.commands import SetTempo
from livedshl.performance.composer import Change
from livedshl.performance.settings import Settings
from livedshl.performance.steering import track_names

if TYPE_CHECKING:
    from livedshl.midi.recorder import Recorder
    from livedshl.performance.take_log import LogWriter

log = logging.getLogger(__name__)

# What writes MIDI files is imported where it is needed: the first note does not wait for it.

SAVED_BARS = 32  # that are always remembered


def new_take_path() -> Path:
    """A file of its own, in the working folder, for what is kept of a performance."""
    return Path(datetime.now().strftime("livedshl-%Y-%m-%d-%H%M%S.mid"))


class Take:
    """Keeps what is heard, chunk by chunk; a context manager.

    record: a MIDI file to record everything into, its log beside it. trace: a file that tells where
    everything came from. bundle: the folder of that which is played. Raises OutputError. A file
    that takes no more, on a disk that is full, is given up with a warning.
    """

    def __init__(
        self, settings: Settings, bundle: Path, record: Path | None, trace: Path | None
    ) -> None:
        self._settings = settings
        self._grid = settings.grid
        self._names = track_names(settings.parts)
        self._memory = _Memory(SAVED_BARS * self._grid.bar_ticks)
        self._tempo_changes: list[tuple[int, float]] = []
        self._recorder: Recorder | None = None
        self._log: LogWriter | None = None
        self._trace: _Lines | None = None
        with ExitStack() as stack:
            if record:
                self._recorder = stack.enter_context(_recorder(record, settings, self._names))
                self._log = _log_writer(record, settings, bundle, stack)
            if trace:
                self._trace = stack.enter_context(closing(_Lines(trace)))
            self._open = stack.pop_all()

    def __enter__(self) -> "Take":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def append(self, chunk: Chunk, changes: Sequence[Change]) -> None:
        """Goes on by a chunk that is heard, and what was changed up to its start."""
        for change in changes:
            self.change(change)
        self._memory.append(chunk)
        if self._recorder:
            try:
                self._recorder.append(chunk.events)
            except OutputError as error:
                log.warning("%s; the music goes on", error)
                self._recorder = None
        if self._log:
            self._log.heard(chunk.end_tick)
        if self._trace:
            self._trace.write(_trace_of([chunk]))

    def change(self, change: Change) -> None:
        """A control is obeyed at the tick of the change."""
        if self._log:
            self._log.changed(change)
        if change.band:
            self._names = {**track_names(change.band.parts), **self._names}
            if self._recorder:
                self._recorder.name_tracks(self._names)
        if isinstance(change.command, SetTempo):
            self._tempo_changes.append((change.tick, change.command.bpm))
            if self._recorder:
                self._recorder.set_tempo(change.tick, change.command.bpm)

    def cut(self, tick: int) -> None:
        """What was recorded from `tick` on was never heard."""
        if self._recorder:
            self._recorder.cut(tick)
        if self._log:
            self._log.end(tick)

    def save(self, path: Path, tick: int) -> None:
        """Writes the last `SAVED_BARS` up to `tick`, and their trace beside. Raises OutputError."""
        from livedshl.midi.file import write_midi

        chunks, instruments = self._memory.last(tick)
        if not chunks:
            raise OutputError("nothing has been played yet that could be saved")
        start = chunks[0].start_tick
        events = np.concatenate([instruments, *(chunk.events for chunk in chunks)])
        events = Mixer().mix(cut_events(events, tick), ())  # without the ends of earlier notes
        events[:, TICK] = np.maximum(events[:, TICK] - start, 0)
        changes = [(at, bpm) for at, bpm in self._tempo_changes if at < tick]
        before = [bpm for at, bpm in changes if at <= start]
        tempo_bpm = before[-1] if before else self._settings.tempo_bpm
        after = [(at - start, bpm) for at, bpm in changes if at > start]
        try:
            write_midi(path, events, tempo_bpm, self._grid, self._names, after)
            write_beside(path.with_suffix(".jsonl"), _trace_of(chunks).encode())
        except OSError as error:
            raise OutputError(f"{path}: cannot be saved ({error.strerror})") from error


class _Memory:
    """The chunks heard last, and what the channels were set to before them."""

    def __init__(self, ticks: int) -> None:
        self._ticks = ticks
        self._chunks: deque[Chunk] = deque()
        self._instruments: dict[tuple[int, int], list[int]] = {}

    def append(self, chunk: Chunk) -> None:
        self._chunks.append(chunk)
        while self._chunks[0].end_tick <= chunk.start_tick - self._ticks:
            for event in self._chunks.popleft().events.tolist():
                _, status, data1, _ = event
                if setting := setting_of(status, data1):
                    self._instruments[setting] = event

    def last(self, tick: int) -> tuple[list[Chunk], Events]:
        """The chunks of the last ticks before `tick`, and what the channels are set to first."""
        chunks = [c for c in tuple(self._chunks) if tick - self._ticks <= c.start_tick < tick]
        instruments = events_of(self._instruments.values())
        return chunks, instruments


def _trace_of(chunks: Iterable[Chunk]) -> str:
    """The lines of a trace, one for each passage that begins."""
    from livedshl.improviser.trace_file import trace_line

    return "".join(trace_line(chunk.provenance) for chunk in chunks if not chunk.continues)


def _log_writer(record: Path, settings: Settings, bundle: Path, files: ExitStack) -> "LogWriter":
    from livedshl.performance.take_log import LogWriter, log_path

    lines = files.enter_context(closing(_Lines(log_path(record))))
    return LogWriter(lines, settings, bundle)


def _recorder(record: Path, settings: Settings, names: dict[int, str]) -> "Recorder":
    from livedshl.midi.recorder import Recorder

    return Recorder(record, settings.tempo_bpm, settings.grid, names)


class _Lines:
    """A text file that is written a line at a time. Raises OutputError if it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_full = False
        try:
            self._file = path.open("w", encoding="utf-8", buffering=1)
        except OSError as error:
            raise OutputError(f"{path}: cannot be written ({error.strerror})") from error

    def write(self, line: str) -> None:
        """Writes a line; after the first that cannot be written, none."""
        if self._is_full:
            return
        try:
            self._file.write(line)
        except OSError as error:
            self._is_full = True
            log.warning("%s: ends here (%s); the music goes on", self._path, error.strerror)

    def close(self) -> None:
        """Closes it."""
        with suppress(OSError):  # what is left of a line that could not be written
            self._file.close()
