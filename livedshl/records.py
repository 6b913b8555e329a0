"""Frozen dataclasses to and from one line of JSON: the one codec of every file of records.

A field keeps its name. An enumeration is written as its value, a key, chord or metre as its name,
an array as a list. Reading is strict: an unknown key, a missing one or a wrong type is an error
that names the field.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec
import numpy as np
from numpy.typing import NDArray

from livedshl.music import GRIDS, Chord, Grid
from livedshl.music.leadsheet import Key

MOST_BYTES = 1 << 20  # a longer line is refused

_NOT_UTF8 = b"\\udc"  # how a byte that is not UTF-8 begins, as Python's JSON escapes it

T = TypeVar("T")


class RecordError(ValueError):
    """A line is not the record it should be; the text names the field that is wrong."""


def encode(record: Any) -> str:
    """A frozen dataclass, or a mapping, as one line of JSON without its line break."""
    plain = _plain(record)
    try:
        return msgspec.json.format(msgspec.json.encode(plain), indent=0).decode()
    except UnicodeEncodeError:  # the name of a folder may have bytes that are not UTF-8
        return json.dumps(plain)


def decode(line: str | bytes, kind: type[T]) -> T:
    """The record of class `kind` that a line holds. Raises RecordError.

    A field with a default may be missing.
    """
    content = line.encode(errors="replace") if isinstance(line, str) else line
    if len(content) > MOST_BYTES:
        raise RecordError(f"longer than {MOST_BYTES:,} bytes")
    try:
        return cast(T, _built(_decoded(content, _wire(cast(Any, kind)))))
    except msgspec.ValidationError as error:
        raise RecordError(_explained(str(error))) from None
    except (msgspec.DecodeError, json.JSONDecodeError):
        raise RecordError("not JSON") from None
    except RecursionError:
        raise RecordError("nested too deeply") from None
    except (ValueError, TypeError) as error:  # from a record's own check
        raise RecordError(str(error)) from None


def _decoded(content: bytes, wire: Any) -> Any:
    try:
        return msgspec.json.decode(content, type=wire, dec_hook=_read)
    except msgspec.DecodeError:
        if _NOT_UTF8 not in content:
            raise
    # What `encode` escapes, msgspec does not read either.
    return msgspec.convert(json.loads(content, parse_constant=_refuse), wire, dec_hook=_read)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _grid(name: str) -> Grid:
    if name not in GRIDS:
        raise ValueError(f"unknown metre {name!r}")
    return GRIDS[name]


# What is written as text: how to write it, and how to read it back.
_TEXTS: Mapping[type, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    Key: (str, Key.parse),
    Chord: (lambda chord: chord.name, Chord.parse),
    Grid: (str, _grid),
    Path: (str, Path),
}


def _plain(value: Any) -> Any:
    """The same in what JSON knows."""
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, Enum):
        return value.value
    for kind, (write, _) in _TEXTS.items():
        if isinstance(value, kind):
            return write(value)
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return [_plain(item) for item in value]


class _Custom:
    """A field that `_TEXTS` or NumPy reads. msgspec would take a dataclass apart instead."""

    read: Callable[[Any], Any]

    def __init__(self, value: Any) -> None:
        self.value = value


@cache
def _wire(hint: Any) -> Any:
    """The type by which msgspec checks a value of type `hint`."""
    if get_origin(hint) in (np.ndarray, NDArray):  # the latter since NumPy 2.5
        dtype = get_args(get_args(hint)[-1] if get_origin(hint) is np.ndarray else hint)[0]
        return type("array", (_Custom,), {"read": staticmethod(lambda v: _array(v, dtype))})
    if hint in _TEXTS:
        _, parse = _TEXTS[hint]
        return type(hint.__name__, (_Custom,), {"read": staticmethod(lambda v: _text(v, parse))})
    if isinstance(hint, type) and is_dataclass(hint):
        hints = get_type_hints(hint)
        wired: list[Any] = []
        for field in fields(hint):
            kind = _wire(hints[field.name])
            if field.default is MISSING and field.default_factory is MISSING:
                wired.append((field.name, kind))
            else:
                wired.append((field.name, kind | msgspec.UnsetType, msgspec.UNSET))
        return msgspec.defstruct(
            hint.__name__,
            wired,
            namespace={"__record__": hint},
            forbid_unknown_fields=True,
            kw_only=True,
        )
    if args := get_args(hint):
        parts = tuple(arg if arg is Ellipsis else _wire(arg) for arg in args)
        origin = get_origin(hint)
        return Union[parts] if origin in (Union, UnionType) else origin[parts]  # noqa: UP007
    return hint


def _read(kind: type, value: Any) -> Any:
    if issubclass(kind, _Custom):
        return kind(kind.read(value))
    raise TypeError(f"cannot read {kind.__name__}")


def _text(value: Any, parse: Callable[[str], Any]) -> Any:
    if not isinstance(value, str):
        raise ValueError("expected a text")
    return parse(value)


def _array(value: Any, dtype: type) -> Any:
    if not isinstance(value, list):
        raise ValueError("expected a list of numbers")
    try:
        return np.array(value, dtype)
    except (ValueError, TypeError, OverflowError):
        raise ValueError("expected a list of numbers") from None


def _built(value: Any) -> Any:
    """What msgspec has checked, as our own classes."""
    if isinstance(value, msgspec.Struct):
        items = ((name, getattr(value, name)) for name in value.__struct_fields__)
        given = {name: _built(item) for name, item in items if item is not msgspec.UNSET}
        return cast(Any, value).__record__(**given)
    if isinstance(value, _Custom):
        return value.value
    if isinstance(value, Mapping):
        return {_built(key): _built(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(_built(item) for item in value)
    return value


def _explained(message: str) -> str:
    """What msgspec found wrong, in our words: "settings.bars: expected int, got str"."""
    what, _, path = message.partition(" - at `$")
    what = re.sub(r"`(.+?)`", r"\1", what)
    for theirs, ours in (
        ("Object contains unknown field ", "unknown key "),
        ("Object missing required field ", "missing key "),
    ):
        if what.startswith(theirs):
            what = f"{ours}{what.removeprefix(theirs)!r}"
    where = path.rstrip("`").lstrip(".")
    return f"{where}: {what[0].lower()}{what[1:]}" if where else f"{what[0].lower()}{what[1:]}"
