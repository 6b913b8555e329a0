"""How a performance is steered: the band that plays, and what all commands so far add up to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from livedshl.arranger import Conducting, Groove, Part, Role
from livedshl.music import Chord
from livedshl.music.leadsheet import Key
from livedshl.performance.commands import (
    Answer,
    ChoosePreset,
    Command,
    End,
    FollowChart,
    FollowChord,
    Freeze,
    Hold,
    Listen,
    Lock,
    Mute,
    OpenWith,
    PlaySong,
    SetAdventure,
    SetDensity,
    SetIntensity,
    SetKey,
    SetLevel,
    SetSwing,
    SetVariation,
    Solo,
    UseModel,
    Vary,
)
from livedshl.performance.material import NO_CHART, SESSION_MODEL, FollowedChart, NamedModel
from livedshl.performance.preset import Preset

_MELODIC = (Role.MELODY, Role.COUNTER)  # silent while a player has the melody


@dataclass(frozen=True, slots=True)
class Band:
    """Who plays and how; a preset chooses it. preset: the preset's name."""

    preset: str
    parts: tuple[Part, ...]
    groove: Groove

    @classmethod
    def of(cls, preset: Preset) -> "Band":
        """The band of a preset."""
        return cls(preset.name, preset.parts, preset.groove)

    @property
    def names(self) -> dict[str, int]:
        """The channel of each part, by its name."""
        return {part.name: part.channel for part in self.parts}


@dataclass(frozen=True, slots=True)
class Steering:
    """The settings that commands can change, as they stand.

    muted, soloed, locked: parts by name. levels: volume, 0 to 127, of each part that was given one.
    hold, freeze: whether the last bars or the section repeat. ending: whether the music heads for
    its end. listening: whether a player has the melody. follows: the
    chord that a player holds. song: of the set that is played, counted
    from 1; 0 without a set. opens_with: the segment that was chosen to open the next section.
    chart, model: what the music follows and plays from, from the next section on at the latest.
    conducting: how the plan of the band is bent.
    """

    tempo_bpm: float
    key: Key
    adventure: float
    band: Band
    muted: frozenset[str] = frozenset()
    soloed: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()
    levels: Mapping[str, int] = field(default_factory=dict)
    hold: bool = False
    freeze: bool = False
    ending: bool = False
    listening: bool = False
    follows: Chord | None = None
    song: int = 0
    opens_with: int | None = None
    chart: FollowedChart = NO_CHART
    model: NamedModel = SESSION_MODEL
    conducting: Conducting = field(default_factory=Conducting)

    @property
    def swing(self) -> float:
        """The swing that is asked for, else that of the band's groove."""
        swing = self.conducting.swing
        return self.band.groove.swing if swing is None else swing

    def with_band(self, band: Band) -> "Steering":
        """The same with another band, which has its own swing and plays its own patterns."""
        conducting = replace(self.conducting, swing=None, varied=(), locks=())
        return replace(self, band=band, conducting=conducting, locked=frozenset())

    @property
    def silent(self) -> frozenset[int]:
        """The channels of the parts that do not sound."""
        parts = self.band.parts
        soloed = self.soloed & {part.name for part in parts}
        return frozenset(
            part.channel
            for part in parts
            if part.name in self.muted
            or (soloed and part.name not in soloed)
            or (self.listening and part.role in _MELODIC)
        )


def steered(steering: Steering, command: Command, band: Band | None = None) -> Steering:
    """The settings after a command. band: the band of a chosen preset."""
    match command:
        case SetKey(key):
            return replace(steering, key=key, chart=replace(steering.chart, key=key))
        case FollowChart(chart):
            return replace(steering, chart=chart)
        case UseModel(model):
            return replace(steering, model=model)
        case SetAdventure(amount):
            return replace(steering, adventure=amount)
        case SetIntensity(amount):
            return replace(steering, conducting=replace(steering.conducting, intensity=amount))
        case SetDensity(amount):
            return replace(steering, conducting=replace(steering.conducting, density=amount))
        case SetSwing(amount):
            return replace(steering, conducting=replace(steering.conducting, swing=amount))
        case ChoosePreset() if band:
            return steering.with_band(band)
        case PlaySong(number) if band:
            return replace(steering.with_band(band), song=number, hold=False, freeze=False)
        case Mute(part, on):
            return replace(steering, muted=_switched(steering.muted, part, on))
        case Solo(part, on):
            return replace(steering, soloed=_switched(steering.soloed, part, on))
        case SetLevel(part, level):
            return replace(steering, levels={**steering.levels, part: level})
        case Vary(part) if part in steering.band.names:
            number = steering.conducting.variation(steering.band.names[part]) + 1
            return steered(steering, SetVariation(part, number))
        case SetVariation(part, number) if part in steering.band.names:
            conducting = steering.conducting.with_variation(steering.band.names[part], number)
            return replace(steering, conducting=conducting)
        case Lock(part, on):
            return replace(steering, locked=_switched(steering.locked, part, on))
        case OpenWith(segment):
            return replace(steering, opens_with=segment)
        case Hold(on):
            return replace(steering, hold=on)
        case Freeze(on):
            return replace(steering, freeze=on)
        case End():
            return replace(steering, ending=True, hold=False)
        case Listen(on):
            return replace(steering, listening=on)
        case FollowChord(chord):
            return replace(steering, follows=chord)
        case Answer():
            return replace(steering, listening=False, hold=False)
    return steering


def _switched(parts: frozenset[str], part: str, on: bool) -> frozenset[str]:
    return parts | {part} if on else parts - {part}


def track_names(parts: Iterable[Part]) -> dict[int, str]:
    """The name of the track on each channel, 0 to 15."""
    return {part.channel: part.name for part in parts}
