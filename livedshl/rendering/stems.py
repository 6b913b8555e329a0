"""The stems of a performance: a MIDI file and a WAV file for each part, all equally long."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from livedshl.errors import OutputError
from livedshl.files import check_folder
from livedshl.text import shown

_LONGEST_NAME = 60  # letters of a part's name in that of a file
_NOT_IN_NAMES = '<>:"/\\|?*'  # on some system or other


def stem_files(folder: Path, tracks: Mapping[int, str], ending: str) -> dict[int, Path]:
    """The files of the stems by channel: "01 Melody.mid" and so on.

    tracks: the name of the part on each channel, in the order of the numbers.
    """
    return {
        channel: folder / f"{number:02} {_file_name(name)}{ending}"
        for number, (channel, name) in enumerate(tracks.items(), 1)
    }


@contextmanager
def stem_folder(folder: Path | None) -> Iterator[None]:
    """Makes the folder of the stems; if the block fails, an empty one that it made goes again.

    Raises OutputError.
    """
    if folder is None or folder.is_dir():
        yield
        return
    if folder.exists():
        raise OutputError("is not a folder", where=str(folder), remedy="Choose another name")
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            folder.rmdir()
        raise


def _file_name(part: str) -> str:
    """The name of a part as every system takes it for a file."""
    name = "".join(" " if letter in _NOT_IN_NAMES else letter for letter in shown(part))
    return " ".join(name.split())[:_LONGEST_NAME].strip(". ") or "Part"
