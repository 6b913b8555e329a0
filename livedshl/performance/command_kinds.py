"""The facts of each command, in one table: its name, what it takes, and when it is heard."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from livedshl.performance.commands import (
    Answer,
    Choose,
    ChooseModel,
    ChoosePreset,
    Command,
    End,
    Fill,
    FollowChart,
    FollowChord,
    Freeze,
    Hold,
    Listen,
    Lock,
    Mute,
    NextTune,
    OpenWith,
    Panic,
    Pause,
    PlaySong,
    ReRoll,
    SetAdventure,
    SetChart,
    SetDensity,
    SetIntensity,
    SetKey,
    SetLatency,
    SetLevel,
    SetSwing,
    SetTempo,
    SetVariation,
    Solo,
    Undo,
    UseModel,
    Vary,
)
from livedshl.units import (
    HIGHEST_TEMPO,
    LOWEST_TEMPO,
    MOST_CHOICES,
    MOST_LATENCY_MS,
    MOST_SONGS,
    MOST_VARIATIONS,
)


class ValueKind(Enum):
    """What a command takes."""

    TRIGGER = "trigger"  # nothing: it happens once
    SWITCH = "switch"  # on or off
    NUMBER = "number"  # from the lowest to the highest
    NAME = "name"  # a word or words


class Acts(Enum):
    """When a command is heard."""

    AT_ONCE = "at once"
    BEAT = "from the next beat"
    HOP = "within a few beats"
    BAR = "from the next bar"
    SECTION = "from the next section"


@dataclass(frozen=True, slots=True)
class CommandKind:
    """The facts of one command.

    name: its first word as text. example: a whole line of text. field: the name of the field that
    carries its value, "" if there is none. lowest, highest: bounds of a number.
    """

    name: str
    command: type[Command]
    takes: ValueKind
    acts: Acts
    help: str
    example: str
    field: str = ""
    lowest: float = 0.0
    highest: float = 0.0

    @property
    def per_part(self) -> bool:
        """Whether it concerns one part."""
        return "part" in self.command.__dataclass_fields__


_TRIGGER, _SWITCH, _NUMBER, _NAME = ValueKind

# What a surface may send, by name.
COMMANDS: Mapping[str, CommandKind] = {
    kind.name: kind
    for kind in (
        CommandKind("tempo", SetTempo, _NUMBER, Acts.BEAT, "set the tempo in BPM",
                    "tempo 120", "bpm", LOWEST_TEMPO, HIGHEST_TEMPO),
        CommandKind("key", SetKey, _NAME, Acts.BAR, "set the key", "key D", "key"),
        CommandKind("adventure", SetAdventure, _NUMBER, Acts.HOP, "choose 0 safe to 1 bold",
                    "adventure 0.5", "amount", 0, 1),
        CommandKind("intensity", SetIntensity, _NUMBER, Acts.HOP,
                    "play less, 0, or more, 1; 0.5 as planned", "intensity 0.8", "amount", 0, 1),
        CommandKind("density", SetDensity, _NUMBER, Acts.HOP,
                    "thinner patterns, 0, or fuller, 1; 0.5 as planned", "density 0.3", "amount",
                    0, 1),
        CommandKind("swing", SetSwing, _NUMBER, Acts.HOP, "swing from 0, even, to 1, triplets",
                    "swing 0.6", "amount", 0, 1),
        CommandKind("preset", ChoosePreset, _NAME, Acts.BAR, "change the band and its groove",
                    "preset session", "name"),
        CommandKind("chart", SetChart, _NAME, Acts.SECTION,
                    "follow a chart, or the tunes' own chords: none", "chart C | Am | F | G7",
                    "text"),
        CommandKind("model", ChooseModel, _NAME, Acts.SECTION, "play tunes of another model",
                    "model songbook", "name"),
        CommandKind("mute", Mute, _SWITCH, Acts.HOP, "mute a part", "mute Bass on", "on"),
        CommandKind("solo", Solo, _SWITCH, Acts.HOP, "solo a part", "solo Bass on", "on"),
        CommandKind("level", SetLevel, _NUMBER, Acts.HOP, "set the volume of a part, 0 to 127",
                    "level Bass 90", "level", 0, 127),
        CommandKind("vary", Vary, _TRIGGER, Acts.HOP, "other patterns for a part", "vary Bass"),
        CommandKind("lock", Lock, _SWITCH, Acts.HOP, "keep the pattern of a part",
                    "lock Bass on", "on"),
        CommandKind("pause", Pause, _SWITCH, Acts.AT_ONCE,
                    "pause at the next beat; `pause off` goes on", "pause on", "on"),
        CommandKind("hold", Hold, _SWITCH, Acts.BAR, "loop the last 4 bars", "hold on", "on"),
        CommandKind("freeze", Freeze, _SWITCH, Acts.HOP, "repeat this section",
                    "freeze on", "on"),
        CommandKind("next-tune", NextTune, _TRIGGER, Acts.BAR, "begin the next tune", "next-tune"),
        CommandKind("song", PlaySong, _NUMBER, Acts.BAR, "begin a song of the set list",
                    "song 2", "number", 1, MOST_SONGS),
        CommandKind("re-roll", ReRoll, _TRIGGER, Acts.HOP, "choose another phrase to come",
                    "re-roll"),
        CommandKind("choose", Choose, _NUMBER, Acts.SECTION,
                    "open the next section with a tune on the list", "choose 2", "number",
                    1, MOST_CHOICES),
        CommandKind("fill", Fill, _TRIGGER, Acts.BAR, "play a fill", "fill"),
        CommandKind("undo", Undo, _TRIGGER, Acts.HOP, "undo the last change", "undo"),
        CommandKind("end", End, _TRIGGER, Acts.HOP, "end at the next cadence", "end"),
        CommandKind("panic", Panic, _TRIGGER, Acts.AT_ONCE, "silence everything now", "panic"),
        CommandKind("latency", SetLatency, _NUMBER, Acts.AT_ONCE,
                    "play this many milliseconds early; negative: later",
                    "latency 15", "ms", -MOST_LATENCY_MS, MOST_LATENCY_MS),
    )
}  # fmt: skip

# What no surface sends: the listener does, while somebody plays along, and a session that says
# what a choice, a chart, a model or another pattern comes to.
INNER: Mapping[str, CommandKind] = {
    kind.name: kind
    for kind in (
        CommandKind("listen", Listen, _SWITCH, Acts.HOP, "leave the melody to a player",
                    "listen on", "on"),
        CommandKind("answer", Answer, _NAME, Acts.HOP, "answer a phrase",
                    "answer 64: 60.1.0 62.1.0", "phrase"),
        CommandKind("harmony", FollowChord, _NAME, Acts.HOP, "follow a held chord",
                    "harmony Am", "chord"),
        CommandKind("open", OpenWith, _NAME, Acts.HOP, "open the next section with a segment",
                    "open 1234", "segment"),
        CommandKind("follow", FollowChart, _NAME, Acts.HOP, "follow a chart after this section",
                    'follow {"name": "none", "key": "C", "chart": null, "remarks": []}',
                    "followed"),
        CommandKind("use", UseModel, _NAME, Acts.HOP, "play from an open model",
                    'use {"name": "session", "folder": ".", "manifest": ""}', "model"),
        CommandKind("variation", SetVariation, _NUMBER, Acts.HOP,
                    "a part as after so many vary", "variation Bass 1", "number", 0,
                    MOST_VARIATIONS),
    )
}  # fmt: skip

_KINDS = {kind.command: kind for kind in (*COMMANDS.values(), *INNER.values())}


def kind_of(command: Command) -> CommandKind:
    """The facts of a command."""
    return _KINDS[type(command)]


def target_of(command: Command) -> tuple[str, str | None]:
    """What a command sets: the name of its kind, and its part if it concerns one."""
    return kind_of(command).name, getattr(command, "part", None)
