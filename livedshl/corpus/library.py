"""Reads folders of tunes: finds the files, reads them, and keeps the tunes that can be used."""

import os
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from platformdirs import user_cache_path

from livedshl.corpus.abc import split_abc
from livedshl.corpus.bounds import MOST_FILE_BYTES
from livedshl.corpus.cache import Reading, ReadingCache
from livedshl.corpus.music21_books import music21_corpus_folder
from livedshl.corpus.musicxml import is_of_another_program
from livedshl.corpus.reader import Task
from livedshl.corpus.reading import read_tasks
from livedshl.errors import CorpusError
from livedshl.files import read_regular, shown_name
from livedshl.music import COMMON_TIME, GRIDS, Grid, LeadSheet, Mode
from livedshl.music.segments import refusal
from livedshl.music.stretches import stretches
from livedshl.progress import Progress

_OWN = "livedshl.corpus.abc"  # reads ABC without another library
_MUSIC21 = "music21:"  # precedes the name of a book that comes with music21
_ABC, _MUSICXML, _MIDI = {".abc"}, {".xml", ".musicxml", ".mxl"}, {".mid", ".midi"}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A tune that is not used, and why. damaged: it could not even be read."""

    title: str
    source: str
    reason: str
    damaged: bool


@dataclass(frozen=True, slots=True, eq=False)
class JudgedTune:
    """A tune as it was read, and what of it can be used.

    sheets: its stretches in one metre and one key that can be used. reason: why the others, or all,
    cannot; None if all can.
    """

    reading: Reading
    sheets: tuple[LeadSheet, ...]
    reason: str | None


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
        return tuple(
            Skipped(
                tune.reading.title,
                tune.reading.source,
                tune.reason or "empty",
                damaged=tune.reading.sheet is None,
            )
            for tune in self.tunes
            if not tune.sheets
        )


@dataclass(frozen=True, slots=True)
class _TuneFile:
    """A tune file. source: its relative path, which is the same on every machine."""

    path: Path
    source: str


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
    progress: Progress = lambda stage, share: None,
    cache: Path | None = None,
) -> Corpus:
    """Reads every tune in the files and folders `paths`, in sorted order.

    "music21:oneills1850" is a folder of music21's own corpus. grid, mode: those of the tunes to
    keep; None keeps any that can be cut into segments. cache: a folder, the user's by default.
    A tune that cannot be read or used is skipped with a reason. Raises CorpusError if a path does
    not exist, or if there are no tune files.
    """
    files, ignored = _find(paths)
    if not files:
        raise CorpusError(
            "no tune files",
            where=", ".join(paths),
            remedy="Tune files are .abc, .mid, .midi, .musicxml, .mxl and .xml",
        )
    readings = _read_all(
        files, ReadingCache(cache or user_cache_path("livedshl") / "tunes"), progress
    )
    tunes = tuple(_judged(reading, grid, mode) for reading in readings)
    return Corpus(tunes, len(files), ignored)


def _judged(reading: Reading, grid: Grid | None, mode: Mode | None) -> JudgedTune:
    """What can be used of a tune. With several reasons against, that of its longest stretch."""
    if reading.sheet is None:
        return JudgedTune(reading, (), reading.problem)
    reasons = {part: refusal(part, grid, mode) for part in stretches(reading.sheet)}
    refused = sorted((part for part in reasons if reasons[part]), key=lambda part: -part.end)
    return JudgedTune(
        reading,
        tuple(part for part in reasons if not reasons[part]),
        reasons[refused[0]] if refused else None,
    )


def _find(paths: Sequence[str]) -> tuple[list[_TuneFile], int]:
    """The tune files below `paths`, each once, and the number of other files."""
    found: list[_TuneFile] = []
    ignored = 0
    for name in paths:
        root = _music21_folder(name) if name.startswith(_MUSIC21) else Path(name)
        if root.is_file():
            found.append(_TuneFile(root, shown_name(root.name)))
        elif root.is_dir():
            for path in sorted(_walk(root)):
                if _is_tune_file(path):
                    source = f"{root.resolve().name}/{path.relative_to(root).as_posix()}"
                    found.append(_TuneFile(path, shown_name(source)))
                else:
                    ignored += 1
        else:
            raise CorpusError("no such file or folder", where=name)
    once: dict[Path, _TuneFile] = {}
    for file in found:
        once.setdefault(file.path.resolve(), file)
    return list(once.values()), ignored


def _is_tune_file(path: Path) -> bool:
    """Whether the name says so, and of an .xml file also the content."""
    suffix = path.suffix.lower()
    if suffix == ".xml" and is_of_another_program(path):
        return False
    return suffix in _ABC | _MUSICXML | _MIDI


def _walk(root: Path) -> Iterator[Path]:
    """The files below a folder. Links are not followed: they could lead out of it."""
    for folder, _, names in os.walk(root, followlinks=False):
        for name in names:
            path = Path(folder) / name
            if not path.is_symlink():
                yield path


def _music21_folder(name: str) -> Path:
    folder = music21_corpus_folder() / name.removeprefix(_MUSIC21)
    if not folder.is_dir():
        raise CorpusError("music21 has no tune book of this name", where=name)
    return folder


def _read_all(
    files: Sequence[_TuneFile], cache: ReadingCache, progress: Progress
) -> Iterator[Reading]:
    """The readings of all files, in order."""
    known: dict[_TuneFile, list[Reading]] = {}
    contents: dict[_TuneFile, bytes] = {}
    tasks: dict[_TuneFile, list[Task]] = {}
    for number, file in enumerate(files, 1):
        try:
            content = _content(file.path)
            if cached := cache.load(content, file.source):
                known[file] = cached
            else:
                contents[file], tasks[file] = content, _tasks(file, content)
        except CorpusError as error:
            title = shown_name(file.path.stem)
            known[file] = [Reading(title, file.source, None, error.what)]
        progress("Looking through the files", number / len(files))
    fresh = read_tasks([task for those in tasks.values() for task in those], progress)
    with closing(fresh):
        for file in files:
            if file in tasks:
                known[file] = [next(fresh) for _ in tasks[file]]
                cache.save(contents.pop(file), file.source, known[file])
            yield from known[file]
        for _ in fresh:  # lets it end what it started
            pass


def _content(path: Path) -> bytes:
    """The bytes of a file. Raises CorpusError if it cannot or must not be opened."""
    try:
        content = read_regular(path, MOST_FILE_BYTES)
        if path.suffix.lower() == ".mxl":
            with ZipFile(BytesIO(content)) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > MOST_FILE_BYTES:
                    raise CorpusError(f"larger than {MOST_FILE_BYTES >> 20} MiB")
        return content
    except OSError as error:
        raise CorpusError(f"cannot be read ({error.strerror})") from None
    except (ValueError, NotImplementedError, BadZipFile):
        raise CorpusError("not a MusicXML file, or a damaged one") from None


def _tasks(file: _TuneFile, content: bytes) -> list[Task]:
    path, suffix = str(file.path), file.path.suffix.lower()
    if suffix in _MIDI:
        return [Task(path, file.source, "symusic")]
    if suffix in _MUSICXML:
        return [Task(path, file.source, "livedshl.corpus.musicxml")]
    tunes = split_abc(_decode(content))
    if not tunes:
        raise CorpusError("no tunes (in ABC, a tune starts with an X: field)")
    tasks, times = [], Counter[str]()
    for tune in tunes:
        times[tune.number] += 1
        again = (
            f".{times[tune.number]}" if times[tune.number] > 1 else ""
        )  # some books repeat numbers
        tasks.append(Task(path, f"{file.source}#{tune.number}{again}", _OWN, tune))
    return tasks


def _decode(content: bytes) -> str:
    """The text of a tune book; old ones are in Latin-1, those of some editors in UTF-16."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
