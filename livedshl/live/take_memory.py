"""The last bars that were heard, ready to be saved at any time."""

from collections import deque
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from livedshl.arranger import Mixer
from livedshl.errors import OutputError
from livedshl.files import write_beside
from livedshl.midi.events import TICK, Events, events_of
from livedshl.midi.message import setting_of
from livedshl.midi.sounding import cut_events
from livedshl.performance.chunk import Chunk
from livedshl.performance.settings import Settings
from livedshl.performance.steering import Band, track_names

SAVED_BARS = 32


class TakeMemory:
    """The chunks of the last `SAVED_BARS`, and what the channels were set to before them."""

    def __init__(self, settings: Settings) -> None:
        self.tracks = track_names(settings.parts)
        self._grid = settings.grid
        self._first_tempo_bpm = settings.tempo_bpm
        self._ticks = SAVED_BARS * settings.grid.bar_ticks
        self._chunks: deque[Chunk] = deque()
        self._instruments: dict[tuple[int, int], list[int]] = {}
        self._tempo_changes: list[tuple[int, float]] = []

    def append(self, chunk: Chunk) -> None:
        """Adds a chunk, and forgets those that are too long ago."""
        self._chunks.append(chunk)
        while self._chunks[0].end_tick <= chunk.start_tick - self._ticks:
            for event in self._chunks.popleft().events.tolist():
                _, status, data1, _ = event
                if setting := setting_of(status, data1):
                    self._instruments[setting] = event

    def add_band(self, band: Band) -> None:
        """Names the tracks of channels that had no part before."""
        self.tracks = {**track_names(band.parts), **self.tracks}

    def set_tempo(self, tick: int, tempo_bpm: float) -> None:
        """Changes the tempo from `tick` on."""
        self._tempo_changes.append((tick, tempo_bpm))

    def save(self, path: Path, tick: int) -> None:
        """Writes the bars up to `tick` to a MIDI file, and their trace beside it.

        Raises OutputError.
        """
        from livedshl.midi.file import write_midi  # late, as it loads mido

        chunks, instruments = self._last(tick)
        if not chunks:
            raise OutputError("nothing has been played yet that could be saved")
        start = chunks[0].start_tick
        events = np.concatenate([instruments, *(chunk.events for chunk in chunks)])
        events = Mixer().mix(cut_events(events, tick), ())  # without the ends of earlier notes
        events[:, TICK] = np.maximum(events[:, TICK] - start, 0)
        changes = [(at, bpm) for at, bpm in self._tempo_changes if at < tick]
        before = [bpm for at, bpm in changes if at <= start]
        tempo_bpm = before[-1] if before else self._first_tempo_bpm
        after = [(at - start, bpm) for at, bpm in changes if at > start]
        try:
            write_midi(path, events, tempo_bpm, self._grid, self.tracks, after)
            write_beside(path.with_suffix(".jsonl"), trace_of(chunks).encode())
        except OSError as error:
            raise OutputError(f"cannot be saved ({error.strerror})", where=str(path)) from error

    def _last(self, tick: int) -> tuple[list[Chunk], Events]:
        """The chunks of the last bars before `tick`, and what the channels are set to first."""
        chunks = [c for c in tuple(self._chunks) if tick - self._ticks <= c.start_tick < tick]
        return chunks, events_of(self._instruments.values())


def trace_of(chunks: Iterable[Chunk]) -> str:
    """The lines of a trace, one for each passage that begins."""
    from livedshl.improviser.trace_file import trace_line  # late, as it loads msgspec

    return "".join(trace_line(chunk.provenance) for chunk in chunks if not chunk.continues)
