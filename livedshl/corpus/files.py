"""Finds the tune files in folders, one at a time: there may be millions."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from livedshl.corpus.bounds import MOST_FILE_BYTES
from livedshl.corpus.music21_books import music21_corpus_folder
from livedshl.corpus.musicxml import is_of_another_program
from livedshl.errors import CorpusError
from livedshl.files import read_regular, shown_name

ABC, MUSICXML, MIDI = {".abc"}, {".xml", ".musicxml", ".mxl"}, {".mid", ".midi", ".kar"}
_MUSIC21 = "music21:"  # precedes the name of a book that comes with music21


@dataclass(frozen=True, slots=True)
class TuneFile:
    """A tune file. source: its relative path, which is the same on every machine."""

    path: Path
    source: str

    @property
    def ending(self) -> str:
        """The ending of its name, in small letters."""
        return self.path.suffix.lower()

    def content(self) -> bytes:
        """The bytes of the file. Raises CorpusError if it cannot or must not be opened."""
        try:
            content = read_regular(self.path, MOST_FILE_BYTES)
            if self.ending == ".mxl":
                with ZipFile(BytesIO(content)) as archive:
                    if sum(entry.file_size for entry in archive.infolist()) > MOST_FILE_BYTES:
                        raise CorpusError(f"larger than {MOST_FILE_BYTES >> 20} MiB")
            return content
        except OSError as error:
            raise CorpusError(f"cannot be read ({error.strerror})") from None
        except (ValueError, NotImplementedError, BadZipFile):
            raise CorpusError("not a MusicXML file, or a damaged one") from None


def count_files(paths: Sequence[str]) -> tuple[int, int]:
    """How many tune files and how many others are below `paths`. Raises CorpusError."""
    tunes = others = 0
    for file in _all_files(paths):
        if file:
            tunes += 1
        else:
            others += 1
    return tunes, others


def tune_files(paths: Sequence[str]) -> Iterator[TuneFile]:
    """The tune files below `paths`, each once, sorted within each path. Raises CorpusError."""
    return (file for file in _all_files(paths) if file)


def _all_files(paths: Sequence[str]) -> Iterator[TuneFile | None]:
    """The files below `paths`; None for one that has no tunes."""
    seen: list[Path] = []
    for name in paths:
        root = _music21_folder(name) if name.startswith(_MUSIC21) else Path(name)
        there = root.resolve()
        if root.is_file():
            if not _is_below(there, seen):
                yield TuneFile(root, shown_name(root.name))
        elif root.is_dir():
            for path in _walk(root):
                inner = path.relative_to(root)
                if _is_below(there / inner, seen):
                    continue
                source = shown_name(f"{there.name}/{inner.as_posix()}")
                yield TuneFile(path, source) if _is_tune_file(path) else None
        else:
            raise CorpusError("no such file or folder", where=name)
        seen.append(there)


def _is_tune_file(path: Path) -> bool:
    """Whether the name says so, and of an .xml file also the content."""
    ending = path.suffix.lower()
    if ending == ".xml" and is_of_another_program(path):
        return False
    return ending in ABC | MUSICXML | MIDI


def _is_below(path: Path, roots: Sequence[Path]) -> bool:
    return any(path.is_relative_to(root) for root in roots)


def _walk(root: Path) -> Iterator[Path]:
    """The files below a folder, sorted. Links are not followed: they could lead out of it."""
    waiting = [iter([root])]
    while waiting:
        path = next(waiting[-1], None)
        if path is None:
            waiting.pop()
        elif path.is_symlink() and path is not root:
            continue
        elif path.is_dir():
            waiting.append(iter(_inside(path)))
        else:
            yield path


def _inside(folder: Path) -> list[Path]:
    """What a folder holds, sorted; nothing if it must not be opened."""
    with suppress(OSError):
        return sorted(folder.iterdir(), key=os.path.normcase)
    return []


def _music21_folder(name: str) -> Path:
    folder = music21_corpus_folder() / name.removeprefix(_MUSIC21)
    if not folder.is_dir():
        raise CorpusError("music21 has no tune book of this name", where=name)
    return folder
