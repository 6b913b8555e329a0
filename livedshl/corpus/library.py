"""Reads whole folders of tunes: finds the files, shares out the work, keeps what can be used."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar
from zipfile import BadZipFile, ZipFile

from platformdirs import user_cache_path

from livedshl.corpus.cache import Reading, ReadingCache
from livedshl.corpus.midi import read_midi
from livedshl.corpus.notation import (
    AbcTune,
    music21_corpus_folder,
    read_abc_tune,
    read_musicxml,
    split_abc,
)
from livedshl.errors import CorpusError
from livedshl.music import LeadSheet
from livedshl.music.segments import refusal

# Told what is being done and the share of it that is done, 0 to 1.
Progress = Callable[[str, float], None]

_MUSIC21 = "music21:"  # before the name of a collection that comes with music21
_ABC, _MUSICXML, _MIDI = {".abc"}, {".xml", ".musicxml", ".mxl"}, {".mid", ".midi"}
_MAX_FILE_BYTES = 16 << 20
_FEWEST_FOR_A_POOL = 8  # tunes; below, starting processes takes longer than reading
_TUNES_A_TASK = 4
_What = TypeVar("_What")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A tune that is not used, and why; `damaged` if it could not even be read."""

    title: str
    source: str
    reason: str
    damaged: bool


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """What reading a corpus came to.

    sheets: the tunes that can be used, in the order of files and tunes. skipped: the others.
    files: tune files read. ignored: files that are no tune files.
    """

    sheets: tuple[LeadSheet, ...]
    skipped: tuple[Skipped, ...]
    files: int
    ignored: int


@dataclass(frozen=True, slots=True)
class _TuneFile:
    """A tune file, and the name it goes by in bundles: relative, the same on every machine."""

    path: Path
    source: str


@dataclass(frozen=True, slots=True)
class _Task:
    """One tune to be read by music21: an ABC tune, or else a whole file."""

    path: Path
    source: str
    abc: AbcTune | None


def read_corpus(
    paths: Sequence[str],
    *,
    minor: bool = False,
    progress: Progress = lambda stage, share: None,
    cache: Path | None = None,
) -> Corpus:
    """Reads every tune in the files and folders `paths`, in sorted order.

    "music21:oneills1850" stands for that folder of music21's own corpus. minor: keeps tunes in
    minor keys as well. cache: a folder, by default the user's. A tune that cannot be read or used
    is skipped with a reason. Raises CorpusError for a path that does not exist or if no tune file
    is found.
    """
    files, ignored = _find(paths)
    if not files:
        raise CorpusError(
            f"{', '.join(paths)}: no tune files (.abc, .mid, .musicxml, .mxl or .xml) in it"
        )
    readings = _read_all(
        files, ReadingCache(cache or user_cache_path("livedshl") / "tunes"), progress
    )
    sheets, skipped = [], []
    for reading in readings:
        if reading.sheet is None:
            problem = reading.problem or "empty"
            skipped.append(Skipped(reading.title, reading.source, problem, damaged=True))
        elif reason := refusal(reading.sheet, minor):
            skipped.append(Skipped(reading.title, reading.source, reason, damaged=False))
        else:
            sheets.append(reading.sheet)
    return Corpus(tuple(sheets), tuple(skipped), len(files), ignored)


def _find(paths: Sequence[str]) -> tuple[list[_TuneFile], int]:
    """The tune files below `paths`, and how many others there are."""
    found: list[_TuneFile] = []
    ignored = 0
    for name in paths:
        root = _music21_folder(name) if name.startswith(_MUSIC21) else Path(name)
        if root.is_file():
            found.append(_TuneFile(root, root.name))
        elif root.is_dir():
            for path in sorted(_walk(root)):
                if path.suffix.lower() in _ABC | _MUSICXML | _MIDI:
                    relative = path.relative_to(root).as_posix()
                    found.append(_TuneFile(path, f"{root.resolve().name}/{relative}"))
                else:
                    ignored += 1
        else:
            raise CorpusError(f"{name}: no such file or folder")
    return found, ignored


def _walk(root: Path) -> Iterator[Path]:
    """The files below a folder; links are not followed, so none leads out of it."""
    for folder, _, names in os.walk(root, followlinks=False):
        for name in names:
            path = Path(folder) / name
            if not path.is_symlink():
                yield path


def _music21_folder(name: str) -> Path:
    folder = music21_corpus_folder() / name.removeprefix(_MUSIC21)
    if not folder.is_dir():
        raise CorpusError(f"{name}: music21 has no collection of this name")
    return folder


def _read_all(
    files: Sequence[_TuneFile], cache: ReadingCache, progress: Progress
) -> Iterator[Reading]:
    """The readings of all files, in order."""
    known: dict[_TuneFile, list[Reading]] = {}
    contents: dict[_TuneFile, bytes] = {}
    tasks: dict[_TuneFile, list[_Task]] = {}
    for number, file in enumerate(files, 1):
        problem = _why_unreadable(file.path)
        if problem:
            known[file] = [Reading(file.path.stem, file.source, None, problem)]
        elif file.path.suffix.lower() in _MIDI:
            known[file] = [_reading(file.path.stem, file.source, read_midi, file.path)]
        else:
            content = file.path.read_bytes()
            cached = cache.load(content, file.source)
            if cached is None:
                contents[file], tasks[file] = content, list(_tasks(file, content))
            else:
                known[file] = cached
        progress("Looking through the files", number / len(files))
    flat = [task for those in tasks.values() for task in those]
    fresh = _run(flat, progress)
    for file in files:
        if file in tasks:
            known[file] = [next(fresh) for _ in tasks[file]]
            cache.save(contents.pop(file), file.source, known[file])
        yield from known[file]


def _tasks(file: _TuneFile, content: bytes) -> Iterator[_Task]:
    if file.path.suffix.lower() in _MUSICXML:
        yield _Task(file.path, file.source, None)
        return
    for tune in split_abc(_decode(content)):
        yield _Task(file.path, f"{file.source}#{tune.number}", tune)


def _run(tasks: Sequence[_Task], progress: Progress) -> Iterator[Reading]:
    """The readings of the tasks, in order, from several processes if there is much to do."""
    if len(tasks) < _FEWEST_FOR_A_POOL:
        yield from map(_read, tasks)
        return
    # Forked processes would inherit the locks of our threads.
    pool = ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=_ignore_ctrl_c)
    try:
        for done, reading in enumerate(pool.map(_read, tasks, chunksize=_TUNES_A_TASK), 1):
            progress("Reading the tunes", done / len(tasks))
            yield reading
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _ignore_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process ends the pool


def _read(task: _Task) -> Reading:
    if task.abc:
        title = task.abc.title or f"Tune {task.abc.number}"
        return _reading(title, task.source, read_abc_tune, task.abc)
    return _reading(task.path.stem, task.source, read_musicxml, task.path)


def _reading(
    title: str, source: str, read: Callable[[_What, str], LeadSheet], what: _What
) -> Reading:
    """What `read` makes of a tune; whatever is wrong with it stays with it."""
    try:
        sheet = read(what, source)
    except ModuleNotFoundError:
        raise  # not the tune's fault
    except CorpusError as error:
        return Reading(title, source, None, str(error))
    except Exception as error:  # music21 raises whatever an odd tune makes it stumble over
        problem = next(iter(str(error).splitlines()), "")[:120]
        return Reading(title, source, None, f"cannot be read ({type(error).__name__}: {problem})")
    return Reading(sheet.title, source, sheet, None)


def _why_unreadable(path: Path) -> str | None:
    """Why a file is not even tried, None if it is."""
    try:
        size = path.stat().st_size
        if path.suffix.lower() == ".mxl":
            with ZipFile(path) as archive:
                size = sum(entry.file_size for entry in archive.infolist())
    except (OSError, BadZipFile) as error:
        return f"cannot be opened ({error})"
    if size > _MAX_FILE_BYTES:
        return f"larger than {_MAX_FILE_BYTES >> 20} MiB"
    return None


def _decode(content: bytes) -> str:
    """Old tune books are in Latin-1."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
