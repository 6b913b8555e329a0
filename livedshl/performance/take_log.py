"""The log of a take: its settings and all controls, from which it can be played again.

One JSON record a line: first the settings and the bundle, then what was heard and what was changed
as it came, last where the take ended. After a crash the last line may be missing, or cut short.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from livedshl import __version__
from livedshl.arranger import Groove, Part, Pattern, Role
from livedshl.errors import TakeError
from livedshl.improviser import Chart, ContinuationRules, Form, Retrieve
from livedshl.music import GRIDS, Chord
from livedshl.music.leadsheet import Key
from livedshl.performance.commands import Band, Control, check
from livedshl.performance.composer import Change
from livedshl.performance.settings import Settings

_FORMAT = 1
_MOST_BYTES = 256 << 20
_WRONG = (KeyError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class TakeLog:
    """What a log tells.

    bundle: its folder; manifest: the SHA-256 of its manifest. heard: the tick up to which chunks
    were heard. end: the tick at which the take was cut off; None where the music came to its end,
    or livedshl to its own.
    """

    settings: Settings
    bundle: Path
    manifest: str
    changes: tuple[Change, ...]
    heard: int
    end: int | None


class Lines(Protocol):
    """What lines are written to."""

    def write(self, line: str, /) -> object:
        """Writes one."""


class LogWriter:
    """Writes the log of a take, a line at a time."""

    def __init__(self, file: Lines, settings: Settings, bundle: Path) -> None:
        self._file = file
        self._write(
            {
                "format": _FORMAT,
                "livedshl": __version__,
                "bundle": str(bundle.resolve()),
                "manifest": manifest_digest(bundle),
                "settings": _settings_record(settings),
            }
        )

    def heard(self, tick: int) -> None:
        """What was composed before `tick` is heard."""
        self._write({"heard": tick})

    def changed(self, change: Change) -> None:
        """A control has been obeyed."""
        control = change.control
        record: dict[str, Any] = {"tick": change.tick, "control": control.name}
        record |= {"value": control.value, "part": control.part}
        if change.band:
            record["band"] = _band_record(change.band)
        self._write(record)

    def end(self, tick: int) -> None:
        """The take was cut off at `tick`."""
        self._write({"end": tick})

    def _write(self, record: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(record, default=_plain, ensure_ascii=False) + "\n")


def read_log(path: Path) -> TakeLog:
    """The log at `path`. Raises TakeError."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise TakeError(f"{path}: too large for the log of a take")
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TakeError(f"{path}: cannot be read as the log of a take ({error})") from error
    number = 1
    try:
        head = json.loads(lines[0])
        if head["format"] != _FORMAT:
            raise TakeError(
                f"{path}: of format {head['format']}, not {_FORMAT}; "
                f"play it again with livedshl {head['livedshl']}"
            )
        settings = _settings_of(head["settings"])
        changes, heard, end = [], 0, None
        parts = {part.name for part in settings.parts}
        for number, line in enumerate(lines[1:], 2):
            try:
                record = json.loads(line)
            except ValueError:
                if number == len(lines):  # livedshl died while it wrote
                    break
                raise
            if "heard" in record:
                heard = int(record["heard"])
            elif "end" in record:
                end = int(record["end"])
            else:
                change = _change_of(record)
                if change.band:
                    parts |= change.band.names.keys()
                changes.append(change)
        for change in changes:
            check(change.control, parts, settings.key.mode)
        return TakeLog(
            settings, Path(head["bundle"]), str(head["manifest"]), tuple(changes), heard, end
        )
    except IndexError:
        raise TakeError(f"{path}: empty; it is no log of a take") from None
    except _WRONG as error:
        raise TakeError(f"{path}: line {number} is none of a take's log ({error!r})") from error


def manifest_digest(bundle: Path) -> str:
    """The SHA-256 of a bundle's manifest, which has those of its files."""
    return sha256((bundle / "manifest.json").read_bytes()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return str(value)  # keys and grids by name


def _settings_record(settings: Settings) -> dict[str, Any]:
    record = {field.name: getattr(settings, field.name) for field in fields(settings)}
    record["parts"] = [asdict(part) for part in settings.parts]
    record["groove"] = asdict(settings.groove)
    record["rules"] = asdict(settings.rules)
    record["chart"] = settings.chart and [[c.root, c.quality] for c in settings.chart.beats]
    return record


def _settings_of(record: Mapping[str, Any]) -> Settings:
    rules = record["rules"]
    chart = record["chart"]
    return Settings(
        **{
            **record,
            "parts": _parts_of(record["parts"]),
            "groove": Groove(**record["groove"]),
            "grid": GRIDS[record["grid"]],
            "key": Key.parse(record["key"]),
            "rules": ContinuationRules(**{**rules, "terms": tuple(rules["terms"])}),
            "retrieve": Retrieve(record["retrieve"]),
            "form": Form(record["form"]),
            "chart": chart and Chart(tuple(Chord(int(r), int(q)) for r, q in chart)),
        }
    )


def _band_record(band: Band) -> dict[str, Any]:
    parts = [asdict(part) for part in band.parts]
    return {"preset": band.preset, "parts": parts, "groove": asdict(band.groove)}


def _change_of(record: Mapping[str, Any]) -> Change:
    control = Control(str(record["control"]), record["value"], record["part"])
    band = record.get("band")
    return Change(
        int(record["tick"]),
        control,
        band and Band(str(band["preset"]), _parts_of(band["parts"]), Groove(**band["groove"])),
    )


def _parts_of(records: list[dict[str, Any]]) -> tuple[Part, ...]:
    return tuple(
        Part(**{**part, "role": Role(part["role"]), "pattern": Pattern(part["pattern"])})
        for part in records
    )
