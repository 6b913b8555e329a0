"""Reads the logs of takes that livedshl 0.1 recorded, in format 1.

A command was three keys, `control`, `value` and `part`, and a chart two numbers a chord.
"""

import json
from typing import Any

from livedshl.music import Chord
from livedshl.records import RecordError


def upgraded(line: str) -> str:
    """A line as the present format has it. Raises RecordError."""
    try:
        record = json.loads(line)
        if "settings" in record:
            record["format"] = 2
            if chart := record["settings"]["chart"]:
                names = [Chord(int(root), int(quality)).name for root, quality in chart]
                record["settings"]["chart"] = {"beats": names}
        elif "control" in record:
            words = (record.pop("control"), record.pop("part"), _text(record.pop("value")))
            record["command"] = " ".join(word for word in words if word)
    except KeyError as error:
        raise RecordError(f"missing key {error}") from None
    except (ValueError, TypeError, IndexError, AttributeError, OverflowError, RecursionError):
        raise RecordError("not in format 1") from None
    return json.dumps(record)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if value is None else str(value)
