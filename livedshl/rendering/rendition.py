"""A whole performance, and each way to write it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger import Part, Role
from livedshl.arranger.groove import swung_tick
from livedshl.files import write_beside
from livedshl.improviser.sources import SourceSpan, section_starts, source_spans
from livedshl.improviser.trace_file import trace_line
from livedshl.midi.events import TICK, Events, channels_of
from livedshl.midi.file import write_midi
from livedshl.midi.signs import Signs
from livedshl.midi.sounding import NOTE_CHANNEL, NOTE_END, NOTE_PITCH, NOTE_START, notes_of
from livedshl.music import ChordVocabulary, Grid
from livedshl.music.leadsheet import Key
from livedshl.music.spelling import key_name
from livedshl.performance.chunk import Chunk
from livedshl.performance.settings import Settings
from livedshl.performance.tempo import Tempi
from livedshl.scores.keyboard import KeyboardPart
from livedshl.scores.marks import Mark, TuneSpan, join_marks, section_marks, tunes_to_write
from livedshl.scores.musicxml import musicxml

PICTURES = (".svg", ".png", ".pdf")
_RING_OUT_S = 2.0  # after the last note, for the reverberation


@dataclass(frozen=True, slots=True, eq=False)
class Rendition:
    """A whole performance, and each way to write it.

    vocabulary: what the chord numbers in `chunks` stand for. chunks: from tick 0 on, without a gap.
    events: what sounds. tempo_bpm: the first tempo; tempi: (tick, BPM) of each change. tracks: the
    name of the part on each channel. parts: all that played. signs: its keys, sections and chords.
    """

    settings: Settings
    vocabulary: ChordVocabulary
    chunks: Sequence[Chunk]
    events: Events
    tempo_bpm: float
    tempi: Tempi
    tracks: Mapping[int, str]
    parts: Sequence[Part]
    signs: Signs

    def write(self, path: Path) -> None:
        """Writes it in the format of the ending of `path`."""
        ending = path.suffix.lower()
        if ending in PICTURES:
            self.draw_score(path)
        elif ending == ".musicxml":
            write_beside(path, self._musicxml(section_marks(self.sections)))
        elif ending == ".wav":
            from livedshl.outputs.wav import render_wav

            render_wav(path, self.events, self._quarter_bpm, _RING_OUT_S, self._quarter_tempi)
        else:
            write_midi(
                path, self.events, self.tempo_bpm, self.settings.grid, self.tracks, self.tempi,
                signs=self.signs,
            )  # fmt: skip

    def write_stems(self, midi: Mapping[int, Path], audio: Mapping[int, Path]) -> None:
        """Writes each part into a MIDI file and a WAV file, as long as the whole; by channel."""
        from livedshl.outputs.wav import render_stems

        end_tick = int(self.events[:, TICK].max(initial=0))
        for channel, path in midi.items():
            write_midi(
                path, self.events[channels_of(self.events) == channel], self.tempo_bpm,
                self.settings.grid, {channel: self.tracks[channel]}, self.tempi, end_tick,
                replace(self.signs, chords=()),
            )  # fmt: skip
        render_stems(audio, self.events, self._quarter_bpm, _RING_OUT_S, self._quarter_tempi)

    def write_trace(self, path: Path) -> None:
        """Writes where every segment came from, a JSON record a line."""
        records = (trace_line(chunk.provenance) for chunk in self.chunks if not chunk.continues)
        write_beside(path, "".join(records).encode())

    def draw_score(self, path: Path) -> None:
        """Draws melody and chord symbols, with a mark where segments join."""
        from livedshl.scores.engraving import write_score

        spans = self.spans
        score = self._musicxml([*section_marks(self.sections), *join_marks(spans)])
        write_score(path, score, tunes_to_write(spans, self.settings.grid.bar_steps))

    def draw_roll(self, path: Path) -> None:
        """Draws the notes of all parts, coloured by the tune they came from."""
        from livedshl.scores.roll import write_roll

        write_roll(
            path, self.events, self.steps, self.vocabulary.classes, self.settings.grid, self.key,
            [part.channel for part in self.parts if part.role is Role.MELODY],
            self.spans, self.sections, f"{self.title}  ·  {self.creator}", self.keys,
        )  # fmt: skip

    @property
    def key(self) -> Key:
        """The key of its first bar."""
        return self.chunks[0].key

    @property
    def title(self) -> str:
        """Its title."""
        return f"Improvisation in {key_name(self.key)}"

    @property
    def creator(self) -> str:
        """Who made it, and the seed that makes it again."""
        return f"livedshl, seed {self.settings.seed}"

    @property
    def steps(self) -> NDArray[np.int8]:
        """The lead sheet, int8[n, 3], in C major or A minor."""
        return np.concatenate([chunk.steps for chunk in self.chunks])

    @property
    def keys(self) -> Mapping[int, Key]:
        """The key of each bar."""
        bar_ticks = self.settings.grid.bar_ticks
        return {chunk.start_tick // bar_ticks: chunk.key for chunk in self.chunks}

    @property
    def sections(self) -> list[tuple[int, str]]:
        """The sections of the form, each with its first step."""
        return section_starts(chunk.provenance for chunk in self.chunks)

    @property
    def spans(self) -> list[TuneSpan]:
        """Which tune has the melody when."""
        return [
            TuneSpan(
                span.start,
                span.end,
                span.provenance.song,
                span.provenance.source,
                span.provenance.hamming,
            )
            for span in self._sources
        ]

    @property
    def _sources(self) -> list[SourceSpan]:
        return source_spans((chunk.provenance for chunk in self.chunks), len(self.steps))

    def _musicxml(self, marks: Sequence[Mark]) -> bytes:
        return musicxml(
            self.steps, self.vocabulary.classes, self.settings.grid, self.key,
            self.tempo_bpm, self.title, self.creator, self.keys, marks, self.tempi,
            self._keyboards,
        )  # fmt: skip

    @property
    def _keyboards(self) -> list[KeyboardPart]:
        """The parts that borrow their bars from songs, as they are written."""
        grid, swing = self.settings.grid, self.settings.groove.swing
        notes = notes_of(self.events)
        borrows = {part.channel for part in self.parts if part.plays_by_code}
        return [
            KeyboardPart(name, on_steps(played, len(self.steps), grid, swing))
            for channel, name in self.tracks.items()
            if channel in borrows and len(played := notes[notes[:, NOTE_CHANNEL] == channel])
        ]

    @property
    def _quarter_bpm(self) -> float:
        return self.settings.grid.quarter_bpm(self.tempo_bpm)

    @property
    def _quarter_tempi(self) -> Tempi:
        return [(tick, self.settings.grid.quarter_bpm(bpm)) for tick, bpm in self.tempi]


def on_steps(notes: NDArray[np.int64], n_steps: int, grid: Grid, swing: float) -> NDArray[np.int64]:
    """The notes, as `notes_of` has them, as they are written: int64[n, 3], step, length, pitch.

    Swing, early and late notes are taken off: each starts and ends on the nearest step.
    """
    ticks = np.array([swung_tick(step, grid, swing) for step in range(n_steps + 1)])
    between = (ticks[1:] + ticks[:-1]) / 2
    start, end = (np.searchsorted(between, notes[:, at]) for at in (NOTE_START, NOTE_END))
    length = np.maximum(1, end - start)
    written = np.stack([start, length, notes[:, NOTE_PITCH]], axis=1)
    return np.asarray(written[start < n_steps], np.int64)
