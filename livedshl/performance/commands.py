"""What may be changed while it plays: every control, its range, and where in the music it acts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum

from livedshl.arranger import Groove, Part, Role
from livedshl.music import Mode
from livedshl.music.leadsheet import Key
from livedshl.performance.preset import Preset
from livedshl.units import HIGHEST_TEMPO, LOWEST_TEMPO, MOST_LATENCY_MS

Value = float | bool | str | None

_MELODIC = (Role.MELODY, Role.COUNTER)  # who is silent while somebody else has the melody


class ValueKind(Enum):
    """What a control takes."""

    TRIGGER = "trigger"  # nothing: it happens once
    SWITCH = "switch"  # on or off
    NUMBER = "number"  # from the lowest to the highest
    NAME = "name"  # of a key or preset


class Acts(Enum):
    """From where on a control is heard."""

    AT_ONCE = "at once"
    BEAT = "from the next beat"
    HOP = "from the next hop"
    BAR = "from the next bar"


@dataclass(frozen=True, slots=True)
class ControlKind:
    """One of the `CONTROLS`. per_part: whether it is one part's. lowest, highest: of a number."""

    name: str
    help: str
    kind: ValueKind
    acts: Acts
    lowest: float = 0.0
    highest: float = 0.0
    per_part: bool = False


CONTROLS = {
    control.name: control
    for control in (
        ControlKind("tempo", "beats a minute", ValueKind.NUMBER, Acts.BEAT,
                    LOWEST_TEMPO, HIGHEST_TEMPO),
        ControlKind("key", "of the first tune of a set", ValueKind.NAME, Acts.BAR),
        ControlKind("adventure", "0 safe to 1 bold", ValueKind.NUMBER, Acts.HOP, 0.0, 1.0),
        ControlKind("preset", "the band and its groove", ValueKind.NAME, Acts.BAR),
        ControlKind("mute", "silences a part", ValueKind.SWITCH, Acts.HOP, per_part=True),
        ControlKind("solo", "silences all parts without", ValueKind.SWITCH, Acts.HOP,
                    per_part=True),
        ControlKind("level", "volume of a part, 0 to 127", ValueKind.NUMBER, Acts.HOP,
                    0, 127, per_part=True),
        ControlKind("hold", "loops the last 4 bars", ValueKind.SWITCH, Acts.BAR),
        ControlKind("freeze", "repeats the section that plays", ValueKind.SWITCH, Acts.HOP),
        ControlKind("next-tune", "leaves the tune that plays", ValueKind.TRIGGER, Acts.BAR),
        ControlKind("re-roll", "another segment than the coming one", ValueKind.TRIGGER, Acts.HOP),
        ControlKind("end", "ends the music at the next cadence", ValueKind.TRIGGER, Acts.HOP),
        ControlKind("panic", "silences everything now", ValueKind.TRIGGER, Acts.AT_ONCE),
        ControlKind("latency", "milliseconds early; negative: late", ValueKind.NUMBER,
                    Acts.AT_ONCE, -MOST_LATENCY_MS, MOST_LATENCY_MS),
    )
}  # fmt: skip


# What the listener asks for when somebody plays along; nobody else does.
LISTENING = {
    control.name: control
    for control in (
        ControlKind("listen", "leaves the melody to who plays", ValueKind.SWITCH, Acts.HOP),
        ControlKind("answer", "goes on from a phrase", ValueKind.NAME, Acts.HOP),
        ControlKind("harmony", "follows the chord that is held", ValueKind.NAME, Acts.HOP),
    )
}


@dataclass(frozen=True, slots=True)
class Control:
    """A change that is asked for.

    name: of `CONTROLS`. value: as its kind takes it; a number in its unit, a key or preset by name.
    part: the name of one, where the control is a part's.
    """

    name: str
    value: Value = None
    part: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Control":
        """The control that a line names, as `str` writes it: "tempo 120", "mute Bass on", "hold".

        A switch without a word after it is turned on. Raises ValueError, saying what is wrong.
        """
        name, *words = text.split()
        kind = CONTROLS.get(name)
        if kind is None:
            raise ValueError(f"no control is called {name!r}; there are {', '.join(CONTROLS)}")
        value: Value = None
        if kind.kind is ValueKind.SWITCH:
            value = words.pop() == "on" if words and words[-1] in ("on", "off") else True
        elif kind.kind is ValueKind.NUMBER:
            try:
                value = float(words.pop())
            except (IndexError, ValueError):
                raise ValueError(
                    f"{name}: how much? From {kind.lowest:g} to {kind.highest:g}"
                ) from None
        elif kind.kind is ValueKind.NAME:
            value, words = " ".join(words), []
        part = " ".join(words)
        if part and not kind.per_part:
            raise ValueError(f"{name}: what does {part!r} mean?")
        return cls(name, value, part or None)

    def __str__(self) -> str:
        value = self.value
        if isinstance(value, bool):
            text = "on" if value else "off"
        else:
            text = f"{value:g}" if isinstance(value, int | float) else value or ""
        return " ".join(word for word in (self.name, self.part, text) if word)

    @property
    def acts(self) -> Acts:
        """From where on it is heard."""
        return (CONTROLS | LISTENING)[self.name].acts


def check(control: Control, parts: Collection[str], mode: Mode) -> None:
    """Raises ValueError, saying what is wrong, unless the control can be obeyed.

    parts: of the band that plays. mode: that of the music, which no key changes.
    """
    kind = (CONTROLS | LISTENING).get(control.name)
    if kind is None:
        raise ValueError(f"no control is called {control.name!r}; there are {', '.join(CONTROLS)}")
    if kind.per_part and control.part not in parts:
        raise ValueError(f"{kind.name}: which part? There are {', '.join(parts)}")
    value = control.value
    if kind.kind is ValueKind.SWITCH and not isinstance(value, bool):
        raise ValueError(f"{kind.name}: on or off?")
    if kind.kind is ValueKind.NUMBER and not (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and kind.lowest <= value <= kind.highest
    ):
        raise ValueError(f"{kind.name}: must be from {kind.lowest:g} to {kind.highest:g}")
    if kind.kind is ValueKind.NAME and not isinstance(value, str):
        raise ValueError(f"{kind.name}: which one?")
    if kind.name == "key":
        key = Key.parse(str(value))
        if key.mode is not mode:
            raise ValueError(f"key: {key} is not {mode.value}, as the tunes are")


@dataclass(frozen=True, slots=True)
class Band:
    """Who plays and how: what a change of preset changes. preset: its name."""

    preset: str
    parts: tuple[Part, ...]
    groove: Groove

    @classmethod
    def of(cls, preset: Preset) -> "Band":
        """That of a preset."""
        return cls(preset.name, preset.parts, preset.groove)

    @property
    def names(self) -> dict[str, int]:
        """The channel of each part, by its name."""
        return {part.name: part.channel for part in self.parts}


@dataclass(frozen=True, slots=True)
class Steering:
    """What all controls so far have made of the settings.

    muted, soloed: parts by name. levels: 0 to 127, of the parts that were given one. hold, freeze:
    whether those loop. ending: whether the music comes to its end. listening: whether somebody
    else has the melody.
    """

    tempo_bpm: float
    key: Key
    adventure: float
    band: Band
    muted: frozenset[str] = frozenset()
    soloed: frozenset[str] = frozenset()
    levels: Mapping[str, int] = field(default_factory=dict)
    hold: bool = False
    freeze: bool = False
    ending: bool = False
    listening: bool = False

    @property
    def silent(self) -> frozenset[int]:
        """The channels of the parts that are not heard."""
        parts = self.band.parts
        soloed = self.soloed & {part.name for part in parts}
        return frozenset(
            part.channel
            for part in parts
            if part.name in self.muted
            or (soloed and part.name not in soloed)
            or (self.listening and part.role in _MELODIC)
        )
