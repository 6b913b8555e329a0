"""Remembers what was read from each tune file, by its content, so that nobody waits twice.

A damaged or read-only cache costs time, but never raises an error. The format is written out here:
`livedshl.records` writes a key as musicians do, which cannot say that a mode is neither major nor
minor.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from livedshl.corpus.account import Account, KeyFrom
from livedshl.files import read_regular, write_beside
from livedshl.music import LeadSheet, Metre, Mode
from livedshl.music.leadsheet import Key

_VERSION = 15  # raise it whenever a reader reads anything differently
_MOST_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of reading one tune: its lead sheet, or the problem with it.

    account: what was made of it. lasting: whether it would be the same another time.
    """

    title: str
    source: str
    sheet: LeadSheet | None
    problem: str | None
    account: Account = field(default_factory=Account)
    lasting: bool = True


class ReadingCache:
    """A folder of readings, with a file for each tune file, or for some tunes of a large book."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, content: bytes, source: str) -> list[Reading] | None:
        """The readings of a file with this content and source name; None if it is not cached."""
        with suppress(OSError, ValueError, KeyError, TypeError, IndexError, RecursionError):
            lines = read_regular(self._path(content, source), _MOST_BYTES).splitlines()
            return [reading_from_line(line) for line in lines]
        return None

    def save(self, content: bytes, source: str, lines: Sequence[str]) -> None:
        """Saves the readings of a file, each as `reading_as_line` writes it."""
        path = self._path(content, source)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_beside(path, "".join(f"{line}\n" for line in lines).encode())

    def _path(self, content: bytes, source: str) -> Path:
        digest = hashlib.sha256(f"{_VERSION} {source}\n".encode() + content).hexdigest()
        return self._folder / digest[:2] / f"{digest[2:32]}.jsonl"


def reading_as_line(reading: Reading) -> str:
    """A reading as a line of JSON, in ASCII letters."""
    return json.dumps(reading_as_json(reading))


def reading_from_line(line: str | bytes) -> Reading:
    """The reading that `reading_as_line` wrote."""
    return reading_from_json(json.loads(line))


def reading_as_json(reading: Reading) -> dict[str, Any]:
    """A reading as JSON types."""
    entry: dict[str, Any] = {
        "title": reading.title,
        "source": reading.source,
        "problem": reading.problem,
    }
    sheet, account = reading.sheet, reading.account
    if sheet:
        entry |= {
            "metres": [[tick, metre.count, metre.unit] for tick, metre in sheet.metre_changes],
            "keys": [[tick, key.tonic, key.mode.value] for tick, key in sheet.key_changes],
            "bars": sheet.bars.tolist(),
            "notes": sheet.notes.tolist(),
            "chords": sheet.chords.tolist(),
            "basses": sheet.basses.tolist(),
            "end": sheet.end,
            "sections": sheet.sections,
            "accompaniment": sheet.accompaniment.tolist(),
            "account": asdict(account) | {"key_from": account.key_from.value},
        }
    return entry


def reading_from_json(entry: dict[str, Any]) -> Reading:
    """The reading that `reading_as_json` wrote."""
    title, source, problem = entry["title"], entry["source"], entry["problem"]
    if problem is not None:
        return Reading(title, source, None, problem)
    sheet = LeadSheet(
        title=title,
        source=source,
        metre_changes=tuple((tick, Metre(*metre)) for tick, *metre in entry["metres"]),
        key_changes=tuple((tick, Key(tonic, Mode(mode))) for tick, tonic, mode in entry["keys"]),
        bars=np.array(entry["bars"], np.int32),
        notes=np.array(entry["notes"], np.int32).reshape(-1, 3),
        chords=np.array(entry["chords"], np.int32).reshape(-1, 3),
        end=entry["end"],
        sections=tuple((tick, name) for tick, name in entry["sections"]),
        accompaniment=np.array(entry["accompaniment"], np.int32).reshape(-1, 4),
        basses=np.array(entry["basses"], np.int32),
    )
    return Reading(title, source, sheet, None, _account(entry["account"]))


def _account(entry: dict[str, Any]) -> Account:
    return Account(
        key_from=KeyFrom(entry["key_from"]),
        taken=tuple(entry["taken"]),
        left=tuple(entry["left"]),
        warnings=tuple(entry["warnings"]),
        on_grid=entry["on_grid"],
    )
