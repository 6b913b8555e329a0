"""Writes tunes into a folder as they were understood, to be heard and looked at."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import indent
from typing import Any

from livedshl.corpus.description import description_of
from livedshl.corpus.library import JudgedTune
from livedshl.errors import OutputError, OverwriteError
from livedshl.files import check_folder, write_beside
from livedshl.music import LeadSheet

INDEX = "index.json"
_NOT_IN_NAMES = re.compile(r"[^\w.]+")
_LONGEST_NAME = 100  # letters; some systems take 255 bytes

Writer = Callable[[LeadSheet], bytes]


def check_export_folder(folder: Path, overwrite: bool) -> None:
    """Raises OverwriteError if `folder` has files, and OutputError if none can be written there.

    To be called before tunes are read, which takes long. overwrite: it may have files.
    """
    check_folder(folder)
    if not overwrite and folder.exists() and any(folder.iterdir()):
        raise OverwriteError("has files already", where=str(folder))


def export_tunes(
    tunes: Iterable[JudgedTune],
    folder: Path,
    writers: Mapping[str, Writer],
    *,
    overwrite: bool = False,
) -> Iterator[JudgedTune]:
    """Writes every tune that could be read into `folder`, kept or not, and gives all tunes on.

    writers: what to write by ending, as ".mid"; files of one tune share their name. An `index.json`
    tells of all tunes. overwrite: replaces files of these names in a folder that has some already.
    Raises OverwriteError and OutputError.
    """
    check_export_folder(folder, overwrite)
    taken = {Path(INDEX).stem}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _index(folder) as add_to_index:
            for tune in tunes:
                files: dict[str, str] = {}
                if sheet := tune.reading.sheet:
                    name = _free_name(tune.reading.source, taken)
                    for ending, writer in writers.items():
                        files[ending[1:]] = f"{name}{ending}"
                        write_beside(folder / files[ending[1:]], writer(sheet))
                add_to_index({"files": files} | description_of(tune))
                yield tune
    except OSError as error:
        where = error.filename or folder
        raise OutputError(f"cannot be written ({error.strerror})", where=str(where)) from error


@contextmanager
def _index(folder: Path) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Adds tunes to the index one by one. It is there, whole, at the end of the block."""
    with TemporaryDirectory(prefix=".index-", dir=folder) as scratch:
        path = Path(scratch) / INDEX
        with path.open("w", encoding="utf-8") as file:
            parts = chain(["\n"], repeat(",\n"))

            def add(entry: Mapping[str, Any]) -> None:
                text = json.dumps(entry, ensure_ascii=False, indent=1)
                file.write(next(parts) + indent(text, "  "))

            file.write('{\n "tunes": [')
            yield add
            file.write("\n ]\n}\n")
        path.replace(folder / INDEX)


def _free_name(source: str, taken: set[str]) -> str:
    """A name after the file and the number in it, as "book-12", which no other tune has yet."""
    file, _, number = source.partition("#")
    stem = str(Path(file).with_suffix(""))
    plain = _NOT_IN_NAMES.sub("-", f"{stem[:_LONGEST_NAME]}-{number}").strip("-.") or "tune"
    name, again = plain, 1
    while name.casefold() in taken:  # most systems take names that differ in capitals for the same
        again += 1
        name = f"{plain}-{again}"
    taken.add(name.casefold())
    return name
