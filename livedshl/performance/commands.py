"""The commands that steer a performance: one frozen dataclass each."""

from dataclasses import dataclass

from livedshl.music import Chord
from livedshl.music.leadsheet import Key
from livedshl.performance.material import FollowedChart, NamedModel
from livedshl.performance.phrase import Phrase


@dataclass(frozen=True, slots=True)
class SetTempo:
    """Plays at `bpm` beats a minute."""

    bpm: float


@dataclass(frozen=True, slots=True)
class SetKey:
    """Plays in another key, of the same mode."""

    key: Key


@dataclass(frozen=True, slots=True)
class SetAdventure:
    """Chooses from 0, the safest, to 1, the boldest."""

    amount: float


@dataclass(frozen=True, slots=True)
class SetIntensity:
    """Bends the plan of the band: 0 is the least, 0.5 leaves it, 1 is the most."""

    amount: float


@dataclass(frozen=True, slots=True)
class SetDensity:
    """Chooses thinner or fuller patterns: 0 is the least, 0.5 leaves them, 1 is the most."""

    amount: float


@dataclass(frozen=True, slots=True)
class SetSwing:
    """Swings the band: 0 plays even eighths, 1 plays triplets."""

    amount: float


@dataclass(frozen=True, slots=True)
class ChoosePreset:
    """Changes the band and its groove to those of a preset."""

    name: str


@dataclass(frozen=True, slots=True)
class SetChart:
    """Follows a chart: its name, its chords, or "none". A session obeys `FollowChart`."""

    text: str


@dataclass(frozen=True, slots=True)
class FollowChart:
    """Begins a tune over a chart, or over its own chords, where the next section would begin."""

    followed: FollowedChart


@dataclass(frozen=True, slots=True)
class ChooseModel:
    """Plays from another model, of the same metre. A session obeys `UseModel` once it is open."""

    name: str


@dataclass(frozen=True, slots=True)
class UseModel:
    """Begins a tune of a model that is open, where the next section would begin."""

    model: NamedModel


@dataclass(frozen=True, slots=True)
class Mute:
    """Silences a part, or lets it play again."""

    part: str
    on: bool


@dataclass(frozen=True, slots=True)
class Solo:
    """Silences every part that is not soloed, or lets them play again."""

    part: str
    on: bool


@dataclass(frozen=True, slots=True)
class SetLevel:
    """Sets the volume of a part, 0 to 127."""

    part: str
    level: int


@dataclass(frozen=True, slots=True)
class Vary:
    """Lets a part play other patterns; all others play on. A session obeys `SetVariation`."""

    part: str


@dataclass(frozen=True, slots=True)
class SetVariation:
    """Lets a part play as after so many `Vary`: 0 as it began."""

    part: str
    number: int


@dataclass(frozen=True, slots=True)
class Lock:
    """Keeps the pattern that a part plays through all sections, or lets it change again."""

    part: str
    on: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """Stands still, in silence, or goes on."""

    on: bool


@dataclass(frozen=True, slots=True)
class Hold:
    """Loops the last bars, or carries on."""

    on: bool


@dataclass(frozen=True, slots=True)
class Freeze:
    """Repeats the section that plays, or moves on."""

    on: bool


@dataclass(frozen=True, slots=True)
class NextTune:
    """Begins the next tune."""


@dataclass(frozen=True, slots=True)
class PlaySong:
    """Begins a song of the set, counted from 1."""

    number: int


@dataclass(frozen=True, slots=True)
class ReRoll:
    """Plays another segment than the coming one."""


@dataclass(frozen=True, slots=True)
class Choose:
    """Opens the next section with a tune of the list, from 1; the session obeys `OpenWith`."""

    number: int


@dataclass(frozen=True, slots=True)
class OpenWith:
    """Opens the next section with a segment; None leaves it to the code again."""

    segment: int | None


@dataclass(frozen=True, slots=True)
class Fill:
    """Plays a fill in the bar that begins."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Takes back the last change of a setting. A session obeys the command that does so instead."""


@dataclass(frozen=True, slots=True)
class End:
    """Ends the music at the next cadence."""


@dataclass(frozen=True, slots=True)
class Panic:
    """Silences everything now."""


@dataclass(frozen=True, slots=True)
class SetLatency:
    """Sends notes this many milliseconds early; negative: later."""

    ms: float


@dataclass(frozen=True, slots=True)
class Listen:
    """Leaves the melody to a player, or takes it back. Sent by the listener."""

    on: bool


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Continues from a phrase that a player has finished. Sent by the listener."""

    phrase: Phrase


@dataclass(frozen=True, slots=True)
class FollowChord:
    """Plays the chord that a player holds, None after it is let go. Sent by the listener."""

    chord: Chord | None


Command = (
    SetTempo
    | SetKey
    | SetAdventure
    | SetIntensity
    | SetDensity
    | SetSwing
    | ChoosePreset
    | SetChart
    | FollowChart
    | ChooseModel
    | UseModel
    | Mute
    | Solo
    | SetLevel
    | Vary
    | SetVariation
    | Lock
    | Pause
    | Hold
    | Freeze
    | NextTune
    | PlaySong
    | ReRoll
    | Choose
    | OpenWith
    | Fill
    | Undo
    | End
    | Panic
    | SetLatency
    | Listen
    | Answer
    | FollowChord
)

OF_THE_CLOCK = (SetTempo, SetLatency, Panic, Pause)
"""The commands that the clock obeys. The composition knows nothing of them."""
