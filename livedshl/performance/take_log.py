"""The log of a take: its settings and every command, from which it can be replayed.

One JSON record a line: first the settings and the model, then, in the order of the performance,
how far it was heard and what was commanded, last where the take was cut off. After a crash the last
line may be missing or cut short.
"""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from livedshl.bundle.accompaniment import MANIFEST as ACCOMPANIMENT_MANIFEST
from livedshl.bundle.accompaniment import accompaniment_for
from livedshl.bundle.integrity import MANIFEST
from livedshl.bundle.integrity import sha256 as file_sha256
from livedshl.errors import CommandError, TakeError
from livedshl.files import read_regular
from livedshl.performance import take_log_format_1 as format_1
from livedshl.performance.checks import check_band, check_settings, check_tempo, check_tick
from livedshl.performance.command_checks import checked
from livedshl.performance.command_text import ALL_COMMANDS, parse_command, text_of
from livedshl.performance.commands import PlaySong
from livedshl.performance.composer import Change
from livedshl.performance.settings import Settings
from livedshl.performance.steering import Band
from livedshl.records import RecordError, decode, encode
from livedshl.version import __version__

_FORMAT = 2
_ENDING = ".take"
_MOST_UNHEARD_TICKS = 100_000  # before the end of a take; after a crash nobody knows
_MOST_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class NamedLibrary:
    """A library of accompaniment: its folder, and the SHA-256 of its manifest."""

    folder: Path
    manifest: str

    @classmethod
    def of_model(cls, bundle: Path) -> "NamedLibrary | None":
        """The library that accompanies a model's tunes; None where no library is installed."""
        folder = accompaniment_for(bundle)
        if folder is None:
            return None
        return cls(folder.resolve(), file_sha256(folder / ACCOMPANIMENT_MANIFEST))


@dataclass(frozen=True, slots=True)
class TakeLog:
    """A take, as its log has it.

    bundle: the folder of the model; manifest: the SHA-256 of its manifest. heard: the tick up to
    which chunks were heard. end: the tick at which the take was cut off; None if the music came to
    its end, or the program crashed. start: the tick at which the file begins, for the last bars of
    a performance; None for all of it. tempi_bpm: the tempo that was heard of a clock from outside,
    each with the tick from which it held, in beats of the metre. accompaniment: the library for
    parts that play by code; None in older logs.
    """

    settings: Settings
    bundle: Path
    manifest: str
    changes: tuple[Change, ...]
    heard: int
    end: int | None
    start: int | None = None
    tempi_bpm: tuple[tuple[int, float], ...] = ()
    accompaniment: NamedLibrary | None = None


@dataclass(frozen=True, slots=True)
class _Head:
    """The first line of a log. livedshl: the version that wrote it."""

    format: int
    livedshl: str
    bundle: Path
    manifest: str
    settings: Settings
    accompaniment: NamedLibrary | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """Any other line of a log.

    `heard`, `start`, `end`, or with a tick: a `tempo` that was heard, or a `command` and its band.
    """

    heard: int | None = None
    start: int | None = None
    end: int | None = None
    tick: int | None = None
    tempo: float | None = None
    command: str | None = None
    band: Band | None = None


class Lines(Protocol):
    """Where lines are written."""

    def write(self, line: str, /) -> object:
        """Writes one."""


class LogWriter:
    """Writes the log of a take, a line at a time."""

    def __init__(self, file: Lines, settings: Settings, bundle: Path) -> None:
        self._file = file
        # Always named, because another band may play by code later.
        library = NamedLibrary.of_model(bundle)
        digest = manifest_digest(bundle)
        self._write(_Head(_FORMAT, __version__, bundle.resolve(), digest, settings, library))

    def heard(self, tick: int) -> None:
        """Everything composed before `tick` is heard."""
        self._write({"heard": tick})

    def changed(self, change: Change) -> None:
        """A command was obeyed."""
        entry: dict[str, object] = {"tick": change.tick, "command": text_of(change.command)}
        if change.band:
            entry["band"] = change.band
        self._write(entry)

    def tempo(self, tick: int, tempo_bpm: float) -> None:
        """The clock from outside had this tempo from `tick` on, in beats of the metre."""
        self._write({"tick": tick, "tempo": tempo_bpm})

    def start(self, tick: int) -> None:
        """The file begins at `tick`: it holds the last bars of a performance."""
        self._write({"start": tick})

    def end(self, tick: int) -> None:
        """The take was cut off at `tick`."""
        self._write({"end": tick})

    def _write(self, record: object) -> None:
        self._file.write(encode(record) + "\n")


def log_text(log: TakeLog) -> str:
    """A whole log, as `read_log` reads it."""
    text = io.StringIO()
    writer = LogWriter(text, log.settings, log.bundle)
    for change in log.changes:
        writer.changed(change)
    for tick, tempo_bpm in log.tempi_bpm:
        writer.tempo(tick, tempo_bpm)
    writer.heard(log.heard)
    if log.start is not None:
        writer.start(log.start)
    if log.end is not None:
        writer.end(log.end)
    return text.getvalue()


def log_path(take: Path) -> Path:
    """The log of a take: tune.mid.take lies beside tune.mid."""
    return take.with_name(f"{take.name}{_ENDING}")


def take_and_log(path: Path) -> tuple[Path, Path]:
    """The MIDI file and the log of a take, of which `path` is either.

    The log of tune.mid used to be called tune.take.
    """
    if path.suffix.lower() == _ENDING:
        named = path.with_suffix("")
        return (named if named.suffix else path.with_suffix(".mid")), path
    log, old = log_path(path), path.with_suffix(_ENDING)
    return path, old if old.exists() and not log.exists() else log


def read_log(path: Path) -> TakeLog:
    """The log at `path`. Raises TakeError."""
    try:
        text = read_regular(path, _MOST_BYTES).decode()
    except FileNotFoundError:
        raise TakeError(
            "the log of this take is missing",
            where=str(path),
            remedy="Only what `livedshl play` recorded or saved can be played again",
        ) from None
    except OSError as error:
        raise TakeError(f"cannot be read ({error.strerror})", where=str(path)) from error
    except UnicodeDecodeError:
        raise TakeError("not the log of a take", where=str(path)) from None
    if not text:
        raise TakeError("the log of this take is empty", where=str(path))
    lines = text.removesuffix("\n").split("\n")
    version = _format_of(lines[0])
    if version not in (1, _FORMAT, None):
        raise TakeError(
            f"written by a later livedshl, in format {version}",
            where=str(path),
            remedy="Replay it with that version",
        )
    is_old = version == 1
    with _line(path, 1):
        head = decode(format_1.upgraded(lines[0]) if is_old else lines[0], _Head)
        check_settings(head.settings)
    changes: dict[int, Change] = {}  # by line number
    parts = {part.name for part in head.settings.parts}
    heard, start, end = 0, None, None
    tempi_bpm = []
    for number, line in enumerate(lines[1:], 2):
        if number == len(lines) and not _is_json(line):  # a crash cut it short
            break
        with _line(path, number):
            entry = decode(format_1.upgraded(line) if is_old else line, _Entry)
            _check(entry)
            if entry.heard is not None:
                heard = entry.heard
            elif entry.start is not None:
                start = entry.start
            elif entry.end is not None:
                end = entry.end
            elif entry.tick is not None and entry.tempo is not None:
                tempi_bpm.append((entry.tick, entry.tempo))
            elif entry.tick is not None and entry.command is not None:
                command = parse_command(entry.command, ALL_COMMANDS)
                changes[number] = Change(entry.tick, command, entry.band)
                parts |= entry.band.names.keys() if entry.band else set()
            else:
                raise RecordError("nothing in it")
    for number, change in changes.items():  # which may name parts of a band to come
        with _line(path, number):
            checked(change.command, parts, head.settings.key.mode)
            songs = head.settings.songs
            if isinstance(change.command, PlaySong) and change.command.number > len(songs):
                raise RecordError("there is no such song")
    if end is not None and end > heard + _MOST_UNHEARD_TICKS:
        raise TakeError("ends long after what was heard", where=str(path))
    return TakeLog(
        head.settings, head.bundle, head.manifest, tuple(changes.values()), heard, end, start,
        tuple(tempi_bpm), head.accompaniment,
    )  # fmt: skip


def _check(entry: _Entry) -> None:
    """Raises RecordError for what no performance has."""
    for name in ("heard", "start", "end", "tick"):
        if (tick := getattr(entry, name)) is not None:
            check_tick(name, tick)
    if entry.tempo is not None:
        check_tempo(entry.tempo)
    if entry.band:
        check_band(entry.band)


def manifest_digest(bundle: Path) -> str:
    """The SHA-256 of a bundle's manifest, which holds those of its files."""
    return file_sha256(bundle / MANIFEST)


@contextmanager
def _line(path: Path, number: int) -> Iterator[None]:
    """Says in which line of a log an error is."""
    try:
        yield
    except (RecordError, CommandError) as error:
        why = f"{error.where}: {error.what}" if isinstance(error, CommandError) else str(error)
        raise TakeError(
            f"not a valid log entry ({why.removeprefix(': ')})",
            where=f"{path}, line {number}",
            remedy="The file may be damaged",
        ) from error


def _format_of(line: str) -> object:
    """The format that the first line of a log names; None if it names none."""
    if not _is_json(line):
        return None
    record = json.loads(line)
    return record.get("format") if isinstance(record, dict) else None


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
