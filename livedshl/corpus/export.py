"""Writes tunes into a folder as they were understood, to be heard and looked at."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from livedshl.corpus.description import description_of
from livedshl.corpus.library import JudgedTune
from livedshl.errors import OutputError, OverwriteError
from livedshl.files import check_folder, write_beside
from livedshl.music import LeadSheet
from livedshl.progress import Progress, unseen

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
    tunes: Sequence[JudgedTune],
    folder: Path,
    writers: Mapping[str, Writer],
    *,
    overwrite: bool = False,
    progress: Progress = unseen,
) -> int:
    """Writes every tune that could be read into `folder`, kept or not; returns how many.

    writers: what to write by ending, as ".mid"; files of one tune share their name. An `index.json`
    tells of all tunes. overwrite: replaces files of these names in a folder that has some already.
    Raises OverwriteError and OutputError.
    """
    check_export_folder(folder, overwrite)
    index: list[dict[str, Any]] = []
    taken = {Path(INDEX).stem}
    written = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, tune in enumerate(tunes, 1):
            files: dict[str, str] = {}
            if sheet := tune.reading.sheet:
                name = _free_name(tune.reading.source, taken)
                for ending, writer in writers.items():
                    files[ending[1:]] = f"{name}{ending}"
                    write_beside(folder / files[ending[1:]], writer(sheet))
                written += 1
            index.append({"files": files} | description_of(tune))
            progress("Writing the tunes", number / len(tunes))
        content = json.dumps({"tunes": index}, ensure_ascii=False, indent=1)
        write_beside(folder / INDEX, f"{content}\n".encode())
    except OSError as error:
        where = error.filename or folder
        raise OutputError(f"cannot be written ({error.strerror})", where=str(where)) from error
    return written


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
