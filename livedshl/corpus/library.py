"""Reads folders of tunes: finds the files, reads them, and keeps the tunes that can be used."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from livedshl.corpus.cache import Reading, ReadingCache
from livedshl.corpus.files import count_files, tune_files
from livedshl.corpus.portions import read_files
from livedshl.errors import CorpusError
from livedshl.music import COMMON_TIME, GRIDS, Grid, LeadSheet, Mode
from livedshl.music.segments import refusal
from livedshl.music.stretches import LEAST_BARS, stretches
from livedshl.progress import Progress, unseen
from livedshl.work import Crew, local_crew

_NO_PHRASE = f"a stretch of fewer than {LEAST_BARS} bars in its key and metre"


@dataclass(frozen=True, slots=True, eq=False)
class JudgedTune:
    """A tune as it was read, and what of it can be used.

    sheets: its stretches in one metre and one key that can be used. reason: why the others, or all,
    cannot; None if all can.
    """

    reading: Reading
    sheets: tuple[LeadSheet, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A tune that is not used, and why. damaged: it could not even be read."""

    title: str
    source: str
    reason: str
    damaged: bool

    @classmethod
    def of(cls, tune: JudgedTune) -> "Skipped":
        """What to tell of a tune of which nothing is used."""
        reading = tune.reading
        return cls(reading.title, reading.source, tune.reason or "empty", reading.sheet is None)


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Tunes that were read.

    tunes: all, in the order of the files.
    files: how many tune files were read. ignored: how many other files there were.
    """

    tunes: tuple[JudgedTune, ...]
    files: int
    ignored: int

    @property
    def sheets(self) -> tuple[LeadSheet, ...]:
        """What can be used: a lead sheet a tune, or several of a tune that changes key or metre."""
        return tuple(sheet for tune in self.tunes for sheet in tune.sheets)

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """The tunes of which nothing is used."""
        return tuple(Skipped.of(tune) for tune in self.tunes if not tune.sheets)


@dataclass(frozen=True, slots=True, eq=False)
class TuneStream:
    """Tunes that are read as they are taken, so that any number can be.

    tunes: all, in the order of the files; each once. files, ignored: as in `Corpus`.
    """

    tunes: Iterator[JudgedTune]
    files: int
    ignored: int


def read_tunes(*paths: str | Path, metre: str | None = None, mode: str | None = None) -> Corpus:
    """Reads every ABC, MusicXML and MIDI tune in some files and folders.

    >>> tunes = read_tunes("my-tunes/", metre="6/8").sheets

    paths: "music21:oneills1850" names a collection that comes with music21.
    metre, mode: which tunes to keep, such as "6/8" and "minor"; by default all that livedshl can
        play from.

    A tune that cannot be used is in `skipped`, with the reason. Raises CorpusError for a path that
    does not exist and if there is no tune file.
    """
    grid = GRIDS[metre] if metre else None
    return read_corpus([*map(str, paths)], grid=grid, mode=Mode(mode) if mode else None)


def read_corpus(
    paths: Sequence[str],
    *,
    grid: Grid | None = COMMON_TIME,
    mode: Mode | None = Mode.MAJOR,
    progress: Progress = unseen,
    cache: Path | None = None,
) -> Corpus:
    """Reads every tune in the files and folders `paths`, in sorted order.

    "music21:oneills1850" is a folder of music21's own corpus. grid, mode: those of the tunes to
    keep; None keeps any that can be cut into segments. cache: a folder, the user's by default.
    A tune that cannot be read or used is skipped with a reason. Raises CorpusError if a path does
    not exist, or if there are no tune files.
    """
    with local_crew() as crew:
        stream = stream_corpus(
            paths, grid=grid, mode=mode, progress=progress, cache=cache, crew=crew
        )
        return Corpus(tuple(stream.tunes), stream.files, stream.ignored)


def stream_corpus(
    paths: Sequence[str],
    *,
    grid: Grid | None,
    mode: Mode | None,
    progress: Progress,
    crew: Crew,
    cache: Path | None = None,
    melody: str | None = None,
) -> TuneStream:
    """Reads tunes like `read_corpus`, but only as fast as they are taken, and keeps none.

    melody: name or number of the track that is the melody of MIDI files.
    """
    n_files, ignored = count_files(paths)
    if not n_files:
        raise CorpusError(
            "no tune files",
            where=", ".join(paths),
            remedy="Tune files are .abc, .mid, .midi, .kar, .musicxml, .mxl and .xml",
        )
    readings = read_files(
        tune_files(paths),
        ReadingCache(cache or user_cache_path("livedshl") / "tunes"),
        crew,
        melody,
    )

    def judged() -> Iterator[JudgedTune]:
        with closing(readings):
            for file, some in readings:
                yield from (_judged(reading, grid, mode) for reading in some)
                progress("Reading the tunes", min(1.0, (file + 1) / n_files))

    return TuneStream(judged(), n_files, ignored)


def _judged(reading: Reading, grid: Grid | None, mode: Mode | None) -> JudgedTune:
    """What can be used of a tune. With several reasons against, that of its longest stretch."""
    if reading.sheet is None:
        return JudgedTune(reading, (), reading.problem)
    parts = stretches(reading.sheet)
    short = {part for part in parts if len(parts) > 1 and len(part.bars) < LEAST_BARS}
    reasons = {
        part: refusal(part, grid, mode) or (_NO_PHRASE if part in short else None) for part in parts
    }
    refused = sorted((part for part in reasons if reasons[part]), key=lambda part: -part.end)
    return JudgedTune(
        reading,
        tuple(part for part in reasons if not reasons[part]),
        reasons[refused[0]] if refused else None,
    )
