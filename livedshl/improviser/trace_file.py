"""Trace files: the provenance of each passage, one line of JSON each."""

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from livedshl.errors import TraceError
from livedshl.files import read_regular
from livedshl.improviser.passage import Place
from livedshl.improviser.provenance import Provenance
from livedshl.records import RecordError, decode, encode

_MOST_BYTES = 1 << 30
_NAMES = frozenset(field.name for field in fields(Provenance)) - {"place"}
_PLACE_NAMES = frozenset(field.name for field in fields(Place))


def trace_line(provenance: Provenance) -> str:
    """A line of a trace file, with its line break.

    The line is flat: the place in the form adds its keys to the others, and a free run has none of
    them. `key`, `held` and `accompaniment` are left out where there is nothing to say.
    """
    record: dict[str, Any] = {}
    for field in fields(provenance):
        value = getattr(provenance, field.name)
        if field.name == "place":
            record |= asdict(value) if value else {}
        elif field.name not in ("key", "held", "accompaniment") or value:
            record[field.name] = value
    return encode(record) + "\n"


def read_trace(path: Path) -> tuple[list[Provenance], bool]:
    """The records of a trace file, and whether its last line is cut off and so left out.

    Raises TraceError if the file cannot be read, is not a trace, or has no record.
    """
    try:
        lines = read_regular(path, _MOST_BYTES).decode(errors="replace").split("\n")
    except OSError as error:
        raise TraceError(f"cannot be read ({error.strerror})", where=str(path)) from error
    lines = lines if lines[-1] else lines[:-1]  # the last line has a line break
    provenances: list[Provenance] = []
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            if number == len(lines) and provenances:
                return provenances, True
            record = None
        try:
            provenances.append(_provenance(record))
        except RecordError as error:
            raise TraceError(
                f"not a record of a trace ({error})",
                where=f"{path}, line {number}",
                remedy="Choose a trace that `play` or `generate` wrote",
            ) from error
    if not provenances:
        raise TraceError("no record in it: nothing was played", where=str(path))
    return provenances, False


def _provenance(record: Any) -> Provenance:
    """The provenance that a line holds. Keys that other versions write are ignored."""
    if not isinstance(record, dict):
        raise RecordError("not a JSON object")
    known = {name: value for name, value in record.items() if name in _NAMES}
    place = {name: value for name, value in record.items() if name in _PLACE_NAMES}
    if place:
        known["place"] = place
    return decode(encode(known), Provenance)
