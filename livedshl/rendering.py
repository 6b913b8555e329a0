"""Writes a performance into files instead of playing it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger import Role
from livedshl.bundle.model import Model, open_model
from livedshl.errors import OutputError, SettingsError, TakeError
from livedshl.files import (
    MIDI_ENDINGS,
    TRACE_ENDINGS,
    check_ending,
    first_free,
    reserved,
    write_beside,
)
from livedshl.improviser.sources import SourceSpan, section_starts, source_spans
from livedshl.improviser.trace_file import trace_line
from livedshl.midi.events import Events
from livedshl.midi.file import write_midi
from livedshl.music import ChordVocabulary
from livedshl.music.leadsheet import Key
from livedshl.music.spelling import key_name
from livedshl.performance.chunk import Chunk
from livedshl.performance.composition import Composition
from livedshl.performance.replay import replayed
from livedshl.performance.settings import Settings, chords_of, model_of
from livedshl.performance.steering import track_names
from livedshl.performance.take_log import read_log, take_and_log
from livedshl.performance.tempo import Tempi, tempo_map
from livedshl.progress import Progress, unseen
from livedshl.scores.marks import Mark, TuneSpan, join_marks, section_marks, tunes_to_write
from livedshl.scores.musicxml import musicxml

log = logging.getLogger(__name__)


_PICTURES = (".svg", ".png", ".pdf")
_ENDINGS = (*MIDI_ENDINGS, ".musicxml", ".wav", *_PICTURES)
_RING_OUT_S = 2.0  # after the last note, for the reverberation


def render(
    settings: Settings,
    *paths: str | Path,
    trace: str | Path | None = None,
    roll: str | Path | None = None,
    model: Model | None = None,
    overwrite: bool = False,
    progress: Progress = unseen,
) -> None:
    """Composes `settings.bars` bars and writes them to each path, in the format of its ending.

    >>> render(make_settings(bars=8, seed=1), "tune.mid", "tune.musicxml")

    paths: .mid or .wav for the sound, .musicxml for the lead sheet, .pdf, .png or .svg for a
        picture of it.
    trace: a .jsonl file that says where every segment came from. roll: a picture of the piano roll.
    model: an open model to compose from; by default the one that the settings name.
    overwrite: replaces files that are there already. progress: hears how far the composing is.

    Raises SettingsError without a number of bars or for two names of one file, OverwriteError for
    a file that is there already, OutputError for an unknown ending or a file that cannot be
    written, and BundleError.
    """
    files = [Path(path) for path in paths]
    for path in files:
        _check_ending(path, _ENDINGS)
    if roll:
        _check_ending(Path(roll), _PICTURES)
    if trace:
        check_ending(Path(trace), TRACE_ENDINGS, where="trace")
    if settings.bars is None:
        raise SettingsError("a file needs an end", where="bars", remedy="Say how many bars")
    others = [Path(path) for path in (trace, roll) if path]
    with reserved([*files, *others], overwrite):
        piece = _composed(settings, model or model_of(settings), progress)
        writers: list[tuple[Path, Callable[[Path], None]]] = [(path, piece.write) for path in files]
        if trace:
            writers.append((Path(trace), piece.write_trace))
        if roll:
            writers.append((Path(roll), piece.draw_roll))
        for path, write in writers:
            try:
                write(path)
            except OSError as error:
                where = str(error.filename or path)
                raise OutputError(f"cannot be written ({error.strerror})", where=where) from error


def _composed(settings: Settings, model: Model, progress: Progress) -> "_Piece":
    chunks = []
    ticks = (settings.bars or 1) * settings.grid.bar_ticks
    for chunk in Composition(model.bundle, model.index, settings):
        progress("Composing", min(1.0, chunk.start_tick / ticks))
        if not chunk.continues:
            log.info(
                "bar %d: %s",
                chunk.start_tick // settings.grid.bar_ticks + 1,
                chunk.provenance.in_words(),
            )
        chunks.append(chunk)
    progress("Composing", 1.0)
    return _Piece(settings, chords_of(model.bundle, settings), chunks)


@dataclass(frozen=True, slots=True)
class Replay:
    """A take that was played again.

    path: the file that was written. recorded: the recording it is compared with. same: whether the
    two are equal, byte for byte.
    """

    path: Path
    recorded: Path
    same: bool


def replay(
    take: str | Path,
    path: str | Path | None = None,
    model: str | Path | None = None,
    overwrite: bool = False,
) -> Replay:
    """Plays a recorded take again from its log, into a MIDI file.

    take: the recording, or the .take file beside it. path: the file to write; by default the name
    of the take with "-replay", and a number if that is there already. model: the folder of the
    take's model, if it has moved. overwrite: replaces the file at `path`.

    Raises TakeError, BundleError or OutputError, OverwriteError if `path` is there already, and
    SettingsError if it is the recording.
    """
    recorded, log_file = take_and_log(Path(take))
    named = recorded.with_name(f"{recorded.stem}-replay.mid")
    out = Path(path) if path else first_free(named)
    check_ending(out, MIDI_ENDINGS, where="out")
    if out.resolve() == recorded.resolve():
        raise SettingsError(
            "is the recording itself, which would be lost",
            where=str(out),
            remedy="Choose another file",
        )
    log = read_log(log_file)
    folder = Path(model) if model else log.bundle
    if not folder.is_dir():
        raise TakeError(
            "the model of the take is not there",
            where=str(folder),
            remedy="Say where its folder is now",
        )
    opened = open_model(folder)
    with reserved([out], overwrite):
        again, grid = replayed(log, opened.bundle, opened.index), log.settings.grid
        try:
            write_midi(out, again.events, again.tempo_bpm, grid, again.tracks, again.tempi_bpm)
        except OSError as error:
            raise OutputError(f"cannot be written ({error.strerror})", where=str(out)) from error
    same = recorded.is_file() and recorded.read_bytes() == out.read_bytes()
    return Replay(out, recorded, same)


def _check_ending(path: Path, endings: Sequence[str]) -> None:
    ending = path.suffix.lower()
    if ending not in endings:
        raise OutputError(
            f"cannot write {ending or 'a file without an ending'}",
            where=str(path),
            remedy=f"Known endings are {', '.join(endings)}",
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """A whole performance, and each way to write it."""

    settings: Settings
    vocabulary: ChordVocabulary
    chunks: Sequence[Chunk]

    def write(self, path: Path) -> None:
        """Writes it in the format of the ending of `path`."""
        settings = self.settings
        ending = path.suffix.lower()
        if ending in _PICTURES:
            self.draw_score(path)
        elif ending == ".musicxml":
            write_beside(path, self._musicxml(section_marks(self.sections)))
        elif ending == ".wav":
            from livedshl.outputs.wav import render_wav

            tempi = [(tick, settings.grid.quarter_bpm(bpm)) for tick, bpm in self.tempi]
            render_wav(path, self.events, settings.quarter_bpm, _RING_OUT_S, tempi)
        else:
            names = track_names(settings.parts)
            write_midi(path, self.events, settings.tempo_bpm, settings.grid, names, self.tempi)

    def write_trace(self, path: Path) -> None:
        """Writes where every segment came from, a JSON record a line."""
        write_beside(path, "".join(trace_line(chunk.provenance) for chunk in self.chunks).encode())

    def draw_score(self, path: Path) -> None:
        """Draws melody and chord symbols, with a mark where segments join."""
        from livedshl.scores.engraving import write_score

        spans = self.spans
        score = self._musicxml([*section_marks(self.sections), *join_marks(spans)])
        write_score(path, score, tunes_to_write(spans, self.settings.grid.bar_steps))

    def _musicxml(self, marks: Sequence[Mark]) -> bytes:
        settings = self.settings
        return musicxml(
            self.steps, self.vocabulary.classes, settings.grid, settings.key,
            settings.tempo_bpm, self.title, self.creator, self.keys, marks, self.tempi,
        )  # fmt: skip

    def draw_roll(self, path: Path) -> None:
        """Draws the notes of all parts, coloured by the tune they came from."""
        from livedshl.scores.roll import write_roll

        settings = self.settings
        write_roll(
            path, self.events, self.steps, self.vocabulary.classes, settings.grid, settings.key,
            [part.channel for part in settings.parts if part.role is Role.MELODY],
            self.spans, self.sections, f"{self.title}  ·  {self.creator}", self.keys,
        )  # fmt: skip

    @property
    def title(self) -> str:
        """Its title."""
        return f"Improvisation in {key_name(self.settings.key)}"

    @property
    def creator(self) -> str:
        """Who made it, and the seed that makes it again."""
        return f"livedshl, seed {self.settings.seed}"

    @property
    def events(self) -> Events:
        """The events of all parts."""
        return np.concatenate([chunk.events for chunk in self.chunks])

    @property
    def tempi(self) -> Tempi:
        """Every change of tempo, (tick, BPM): the ritardando at the end."""
        slowing = [share for chunk in self.chunks for share in chunk.slowing]
        return tempo_map(self.settings.tempo_bpm, (), slowing)

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
        return section_starts(self._sources)

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
