"""Renders a performance into files instead of playing it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger import Role
from livedshl.errors import OutputError
from livedshl.files import write_beside
from livedshl.improviser.sources import SourceSpan, sections_of, source_spans
from livedshl.improviser.trace_file import trace_line
from livedshl.live.loader import load_index
from livedshl.live.take import track_names
from livedshl.midi.events import Events
from livedshl.midi.file import write_midi
from livedshl.music import ChordVocabulary
from livedshl.music.leadsheet import Key
from livedshl.music.spelling import key_name
from livedshl.performance.composition import Chunk, Composition
from livedshl.performance.settings import Settings, chords_of
from livedshl.progress import Progress
from livedshl.scores.marks import Mark, TuneSpan, join_marks, section_marks, tunes_to_write
from livedshl.scores.musicxml import musicxml

_PICTURES = (".svg", ".png", ".pdf")
_ENDINGS = (".mid", ".midi", ".musicxml", ".wav", *_PICTURES)
_RING_OUT_S = 2.0  # after the last note, for the reverberation


def render(
    settings: Settings,
    prepare: Callable[[Progress], Path],
    paths: Sequence[Path],
    trace: Path | None = None,
    roll: Path | None = None,
) -> None:
    """Composes `settings.bars` bars and writes them to each of `paths`, in what its ending names.

    A picture among them is the score; `roll` gets a picture of the piano roll, and `trace` one JSON
    record a segment. Raises OutputError for another ending or a file that cannot be written.
    """
    for path in paths:
        _check_ending(path, _ENDINGS)
    if roll:
        _check_ending(roll, _PICTURES)
    loaded = load_index(prepare, lambda stage, share: None)
    chunks = list(Composition(loaded.bundle, loaded.index, settings))
    piece = _Piece(settings, chords_of(loaded.bundle, settings), chunks)
    writers: list[tuple[Path, Callable[[Path], None]]] = [(path, piece.write) for path in paths]
    if trace:
        writers.append((trace, piece.write_trace))
    if roll:
        writers.append((roll, piece.draw_roll))
    for path, write in writers:
        try:
            write(path)
        except OSError as error:
            raise OutputError(
                f"{error.filename or path}: cannot be written ({error.strerror})"
            ) from error


def _check_ending(path: Path, endings: Sequence[str]) -> None:
    ending = path.suffix.lower()
    if ending not in endings:
        raise OutputError(f"{path}: cannot write {ending or 'a file without ending'}; "
                          f"endings are {', '.join(endings)}")  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """A whole performance, and the ways to write it down."""

    settings: Settings
    vocabulary: ChordVocabulary
    chunks: Sequence[Chunk]

    def write(self, path: Path) -> None:
        """Writes it as the ending of `path` says."""
        settings = self.settings
        ending = path.suffix.lower()
        if ending in _PICTURES:
            self.draw_score(path)
        elif ending == ".musicxml":
            write_beside(path, self._musicxml(section_marks(self.sections)))
        elif ending == ".wav":
            from livedshl.outputs.synth import render_wav

            render_wav(path, self.events, settings.quarter_bpm, _RING_OUT_S)
        else:
            names = track_names(settings.parts)
            write_midi(path, self.events, settings.tempo_bpm, settings.grid, names)

    def write_trace(self, path: Path) -> None:
        """Writes where every segment came from."""
        write_beside(path, "".join(trace_line(chunk.provenance) for chunk in self.chunks).encode())

    def draw_score(self, path: Path) -> None:
        """Draws melody and chord symbols, and where segments join."""
        from livedshl.scores.engraving import write_score

        spans = self.spans
        score = self._musicxml([*section_marks(self.sections), *join_marks(spans)])
        write_score(path, score, tunes_to_write(spans, self.settings.grid.bar_steps))

    def _musicxml(self, marks: Sequence[Mark]) -> bytes:
        settings = self.settings
        return musicxml(
            self.steps, self.vocabulary.classes, settings.grid, settings.key,
            settings.tempo_bpm, self.title, self.creator, self.keys, marks,
        )  # fmt: skip

    def draw_roll(self, path: Path) -> None:
        """Draws the notes of all parts, and which song they came from."""
        from livedshl.scores.roll import write_roll

        settings = self.settings
        write_roll(
            path, self.events, self.steps, self.vocabulary.classes, settings.grid, settings.key,
            [part.channel for part in settings.parts if part.role is Role.MELODY],
            self.spans, self.sections, f"{self.title}  ·  {self.creator}", self.keys,
        )  # fmt: skip

    @property
    def title(self) -> str:
        """What it is called."""
        return f"Improvisation in {key_name(self.settings.key)}"

    @property
    def creator(self) -> str:
        """Who made it, and how to make it again."""
        return f"livedshl, seed {self.settings.seed}"

    @property
    def events(self) -> Events:
        """All events."""
        return np.concatenate([chunk.events for chunk in self.chunks])

    @property
    def steps(self) -> NDArray[np.int8]:
        """All steps, in C."""
        return np.concatenate([chunk.steps for chunk in self.chunks])

    @property
    def keys(self) -> Mapping[int, Key]:
        """The key of each bar."""
        bar_ticks = self.settings.grid.bar_ticks
        return {chunk.start_tick // bar_ticks: chunk.key for chunk in self.chunks}

    @property
    def sections(self) -> list[tuple[int, str]]:
        """The sections of the form, each with its first step."""
        return sections_of(self._sources)

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
