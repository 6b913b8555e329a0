"""What knobs and pads have learned, kept in a file of the user's that can be read and changed."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from platformdirs import user_config_path

from livedshl.errors import ControllerError
from livedshl.files import write_beside
from livedshl.midi.message import CONTROL, NOTE_ON, PROGRAM, channel_of, kind_of
from livedshl.surfaces.gesture import MOST_POSITION, Gesture

_MOST_BYTES = 1 << 20
# Bank select goes before a program change, 120 and above are channel modes: nobody turns them.
_NO_KNOBS = {0, 32, *range(120, 128)}
_HEAD = (
    "# What the knobs and pads of a MIDI controller do in `livedshl play --control-port`.\n"
    '# Channels count from 1. With "up", "down", "tap" or a value, a press does it.\n'
)


class SourceKind(Enum):
    """What a controller sends."""

    CC = "cc"
    NOTE = "note"
    PROGRAM = "program"


_STATUS = {NOTE_ON: SourceKind.NOTE, CONTROL: SourceKind.CC, PROGRAM: SourceKind.PROGRAM}


@dataclass(frozen=True, slots=True)
class Source:
    """A knob, a pad or a program. channel: 1 to 16. number: of the controller, note or program."""

    kind: SourceKind
    channel: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Source":
        """The source that `str` writes so, as "cc 1 74". Raises ValueError."""
        kind, *numbers = text.split() or [""]
        if kind not in [known.value for known in SourceKind]:
            raise ValueError("must begin with cc, note or program")
        if len(numbers) != 2 or not all(n.isascii() and n.isdecimal() for n in numbers):
            raise ValueError(f"must be {kind}, its channel and its number")
        channel, number = map(int, numbers)
        if not (1 <= channel <= 16 and number <= MOST_POSITION):
            raise ValueError("the channel must be from 1 to 16, the number from 0 to 127")
        return cls(SourceKind(kind), channel, number)

    def __str__(self) -> str:
        return f"{self.kind.value} {self.channel} {self.number}"

    def suits(self, gesture: Gesture) -> bool:
        """Whether it can do what the gesture asks."""
        return self.kind is SourceKind.CC or gesture.presses


def source_of(message: bytes) -> tuple[Source, int] | None:
    """Where a message comes from, and a knob's position; None for what nobody turns or presses.

    What is pressed is at `MOST_POSITION`; that a pad or key is let go is not told.
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


def learned_path() -> Path:
    """The user's file."""
    return user_config_path("livedshl", appauthor=False) / "controller.toml"


def read_learned(path: Path) -> dict[Source, Gesture]:
    """What was learned; nothing, if there is no file. Raises ControllerError, saying where."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _error(path, f"cannot be read ({error.strerror})") from None
    if len(content) > _MOST_BYTES:
        raise _error(path, "is too long")
    try:
        lines = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _error(path, f"is no TOML ({error or 'too deep'})") from None
    learned = {}
    for source, gesture in lines.items():
        try:
            if not isinstance(gesture, str):
                raise ValueError('must be a text, such as "adventure"')
            learned[Source.parse(source)] = Gesture.parse(gesture)
        except ValueError as error:
            raise _error(path, f"{source}: {error}") from None
    return learned


def learn(path: Path, source: Source, gesture: Gesture) -> dict[Source, Gesture]:
    """Keeps that a source does something, and nothing else does; returns all that was learned.

    Raises ControllerError if the file is not in order, or cannot be written.
    """
    learned = {s: g for s, g in read_learned(path).items() if g != gesture} | {source: gesture}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_beside(path, _text(learned).encode())
    except OSError as error:
        raise _error(path, f"cannot be written ({error.strerror})") from None
    return learned


def _text(learned: Mapping[Source, Gesture]) -> str:
    # A string of JSON without control characters is one of TOML.
    lines = (
        f"{json.dumps(str(source))} = {json.dumps(str(gesture), ensure_ascii=False)}\n"
        for source, gesture in learned.items()
    )
    return _HEAD + "".join(lines)


def _error(path: Path, why: str) -> ControllerError:
    return ControllerError(f"{path}: {why}; mend the file, or delete it and learn anew")
