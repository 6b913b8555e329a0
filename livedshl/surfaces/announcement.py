"""What a surface says when a command was obeyed: the new state, in a few words."""

from livedshl.performance.command_kinds import Acts, kind_of
from livedshl.performance.commands import (
    Choose,
    ChooseModel,
    ChoosePreset,
    Command,
    End,
    Fill,
    FollowChart,
    Freeze,
    Hold,
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
from livedshl.performance.held_bars import HELD_BARS
from livedshl.performance.material import NamedModel


def told_of(asked: Command, obeyed: Command) -> str:
    """What a command brought about: the new state, and whether something was undone for it."""
    if isinstance(asked, Undo):
        return f"Undone: {announced(obeyed)}"
    return announced(asked if isinstance(asked, Choose | Vary) else obeyed)


def announced(command: Command) -> str:
    """The new state: "Melody unmuted", "Tempo 100 BPM from the next beat"."""
    when = kind_of(command).acts.value
    match command:
        case SetTempo(bpm):
            return f"Tempo {bpm:g} BPM {when}"
        case SetKey(key):
            return f"Key {key} {when}"
        case SetAdventure(amount):
            return f"Adventure {amount:.2f}"
        case SetIntensity(amount):
            return f"Intensity {amount:.2f}"
        case SetDensity(amount):
            return f"Density {amount:.2f}"
        case SetSwing(amount):
            return f"Swing {amount:.2f}"
        case ChoosePreset(name):
            return f"Preset {name} {when}"
        case SetChart(text):
            return f"Chart {text} {when}"
        case FollowChart(chart):
            what = f"Chart {chart.name} in {chart.key}" if chart.chart else "The tunes' own chords"
            return " ".join((f"{what} {Acts.SECTION.value}.", *chart.remarks)).rstrip(".")
        case ChooseModel(name) | UseModel(NamedModel(name)):
            return f"Model {name} {Acts.SECTION.value}"
        case Mute(part, on):
            return f"{part} {'muted' if on else 'unmuted'}"
        case Solo(part, on):
            return f"Solo: {part}" if on else f"Solo off: {part}"
        case SetLevel(part, level):
            return f"{part} level {level}"
        case Vary(part):
            return f"{part}: other patterns"
        case SetVariation(part):
            return f"{part}: the patterns before"
        case Lock(part, on):
            return f"{part} locked: it keeps its pattern" if on else f"{part} unlocked"
        case Pause(on):
            return "Paused. Space or `pause off` goes on" if on else "Going on"
        case Hold(on):
            return f"Hold: looping the last {HELD_BARS} bars" if on else "Hold off: carrying on"
        case Freeze(on):
            return "Freeze: repeating this section" if on else "Freeze off: moving on"
        case NextTune():
            return f"Next tune {when}"
        case PlaySong(number):
            return f"Song {number} {when}"
        case ReRoll():
            return "Re-roll: another phrase comes next"
        case Choose(number):
            return f"Choice {number} {when}"
        case OpenWith(None):
            return "the next section opens as planned"
        case Fill():
            return f"Fill {when}"
        case Undo():
            return "Undone"
        case End():
            return "Ending at the next cadence"
        case Panic():
            return "Panic: all notes off"
        case SetLatency(0):
            return "Playing on time"
        case SetLatency(ms):
            return f"Playing {abs(ms):g} ms {'early' if ms > 0 else 'late'}"
    return ""
