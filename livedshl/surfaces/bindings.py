"""Controller bindings: which knob or pad does what, in a file that the user can edit."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from platformdirs import user_config_path

from livedshl.errors import CommandError, ControllerError
from livedshl.files import read_text, write_beside
from livedshl.midi.message import CONTROL, NOTE_ON, PROGRAM, channel_of, kind_of
from livedshl.surfaces.gesture import MOST_POSITION, Gesture

_MOST_BYTES = 1 << 20
# These never set a value themselves: bank select goes with a program change, 98 to 101 say which
# parameter the data entry is for, and 120 and above are channel modes.
_NO_KNOBS = {0, 32, *range(98, 102), *range(120, 128)}
_HEAD = (
    "# What the knobs and pads of your MIDI controller do in livedshl.\n"
    '# Channels count from 1. A line with "up", "down", "tap" or a value is for a button or pad.\n'
)


class SourceKind(Enum):
    """What a controller sends."""

    CC = "cc"
    NOTE = "note"
    PROGRAM = "program"


_STATUS = {NOTE_ON: SourceKind.NOTE, CONTROL: SourceKind.CC, PROGRAM: SourceKind.PROGRAM}


@dataclass(frozen=True, slots=True)
class Source:
    """A knob, pad or program change. number: of the controller, note or program.

    channel: 1 to 16.
    """

    kind: SourceKind
    channel: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Source":
        """The source that `str` writes as "cc 1 74". Raises ValueError."""
        kind, *numbers = text.split() or [""]
        if kind not in [known.value for known in SourceKind]:
            raise ValueError("must begin with cc, note or program")
        if len(numbers) != 2 or not all(n.isascii() and n.isdecimal() for n in numbers):
            raise ValueError(f"must be {kind}, a channel and a number")
        channel, number = map(int, numbers)
        if not (1 <= channel <= 16 and number <= MOST_POSITION):
            raise ValueError("the channel must be from 1 to 16, the number from 0 to 127")
        return cls(SourceKind(kind), channel, number)

    def __str__(self) -> str:
        return f"{self.kind.value} {self.channel} {self.number}"

    @property
    def words(self) -> str:
        """The source as a musician calls it: "CC 74 on channel 1"."""
        kind = self.kind.value
        name = kind.upper() if self.kind is SourceKind.CC else kind.capitalize()
        return f"{name} {self.number} on channel {self.channel}"

    def suits(self, gesture: Gesture) -> bool:
        """Whether it can do the gesture: a pad cannot turn."""
        return self.kind is SourceKind.CC or gesture.presses


def source_of(message: bytes) -> tuple[Source, int] | None:
    """The source of a message and its position; None for what nobody turns or presses.

    A key or pad that is pressed is at `MOST_POSITION`; letting it go says nothing.
    """
    kind = _STATUS.get(kind_of(message[0])) if len(message) >= 2 else None
    if kind is None or (kind is not SourceKind.PROGRAM and len(message) < 3):
        return None
    source = Source(kind, channel_of(message[0]) + 1, message[1])
    if kind is SourceKind.CC:
        return None if source.number in _NO_KNOBS else (source, message[2])
    if kind is SourceKind.NOTE and message[2] == 0:
        return None
    return source, MOST_POSITION


def bindings_path() -> Path:
    """The user's file."""
    return user_config_path("livedshl", appauthor=False) / "controller.toml"


def read_bindings(path: Path) -> dict[Source, Gesture]:
    """What each knob and pad does; nothing if there is no file. Raises ControllerError."""
    try:
        lines = tomllib.loads(read_text(path, _MOST_BYTES))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _error(path, f"cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise _error(path, f"not valid TOML ({what})") from None
    bindings = {}
    for source, gesture in lines.items():
        try:
            if not isinstance(gesture, str):
                raise ValueError('must be a text, such as "adventure"')
            bindings[Source.parse(source)] = Gesture.parse(gesture)
        except ValueError as error:
            raise _error(path, f"{source}: {error}") from None
        except CommandError as error:
            where = f"{error.where}: " if error.where else ""
            raise _error(path, f"{source}: {where}{error.what}") from None
    return bindings


def bind(path: Path, source: Source, gesture: Gesture) -> dict[Source, Gesture]:
    """Writes down that this source, and no other, does the gesture; returns all bindings.

    Raises ControllerError if the file is damaged or cannot be written.
    """
    bindings = {s: g for s, g in read_bindings(path).items() if g != gesture} | {source: gesture}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_beside(path, _text(bindings).encode())
    except OSError as error:
        raise ControllerError(f"cannot be written ({error.strerror})", where=str(path)) from None
    return bindings


def _text(bindings: Mapping[Source, Gesture]) -> str:
    # A JSON string without control characters is a TOML string too.
    lines = (
        f"{json.dumps(str(source))} = {json.dumps(str(gesture), ensure_ascii=False)}\n"
        for source, gesture in bindings.items()
    )
    return _HEAD + "".join(lines)


def _error(path: Path, what: str) -> ControllerError:
    remedy = "Fix the file, or delete it and map your controls again"
    return ControllerError(what, where=str(path), remedy=remedy)
