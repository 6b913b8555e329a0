"""What is told of a tune that was read: how it was understood, and whether it is kept."""

from typing import Any

from livedshl.corpus.library import JudgedTune


def description_of(tune: JudgedTune) -> dict[str, Any]:
    """How a tune was understood, as JSON types.

    Of one that could not be read only source, number, title and the reason.
    """
    reading = tune.reading
    source, _, number = reading.source.partition("#")
    described: dict[str, Any] = {
        "source": source,
        "number": number or None,
        "title": reading.title,
        "kept": bool(tune.sheets),
        "reason": tune.reason,
    }
    sheet, account = reading.sheet, reading.account
    if sheet is None:
        return described
    return described | {
        "metre": str(sheet.metre),
        "metres": [str(metre) for metre in sheet.metres],
        "key": str(sheet.key),
        "keys": [str(key) for key in sheet.keys],
        "key_from": account.key_from.value,
        "bars": len(sheet.bars),
        "melody_notes": len(sheet.notes),
        "chords": len(sheet.chords),
        "accompaniment_notes": len(sheet.accompaniment),
        "on_grid": round(account.on_grid, 4),
        "taken": list(account.taken),
        "left": list(account.left),
        "warnings": list(account.warnings),
    }
