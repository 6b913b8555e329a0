"""The keys of the screen: one table, which the screen obeys and shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from livedshl.live.controls import Control
from livedshl.live.overview import Overview
from livedshl.live.preset import HIGHEST_TEMPO, LOWEST_TEMPO
from livedshl.live.sync import MOST_LATENCY_MS

_TEMPO_STEP, _ADVENTURE_STEP, _LEVEL_STEP, _LATENCY_STEP_MS = 2.0, 0.05, 8, 5.0
_LOUDEST = 127


@dataclass(frozen=True, slots=True)
class Desk:
    """What a key acts on: the performance, the part that is selected, and the presets there are."""

    overview: Overview
    part: str
    presets: Sequence[str]


@dataclass(frozen=True, slots=True)
class Key:
    """A key, as Textual names it, and what it does. label: how it is shown."""

    key: str
    label: str
    help: str
    control: Callable[[Desk], Control]


def _tempo(by: float) -> Callable[[Desk], Control]:
    def control(desk: Desk) -> Control:
        tempo_bpm = desk.overview.steering.tempo_bpm + by
        return Control("tempo", min(HIGHEST_TEMPO, max(LOWEST_TEMPO, tempo_bpm)))

    return control


def _key(semitones: int) -> Callable[[Desk], Control]:
    return lambda desk: Control("key", str(desk.overview.steering.key.transposed(semitones)))


def _adventure(by: float) -> Callable[[Desk], Control]:
    def control(desk: Desk) -> Control:
        return Control(
            "adventure", round(min(1.0, max(0.0, desk.overview.steering.adventure + by)), 2)
        )

    return control


def _preset(by: int) -> Callable[[Desk], Control]:
    def control(desk: Desk) -> Control:
        names = list(desk.presets)
        now = desk.overview.steering.band.preset
        at = names.index(now) if now in names else -1 if by > 0 else 0
        return Control("preset", names[(at + by) % len(names)])

    return control


def _mute(desk: Desk) -> Control:
    return Control("mute", desk.part not in desk.overview.steering.muted, desk.part)


def _solo(desk: Desk) -> Control:
    return Control("solo", desk.part not in desk.overview.steering.soloed, desk.part)


def _level(by: int) -> Callable[[Desk], Control]:
    def control(desk: Desk) -> Control:
        steering = desk.overview.steering
        written = {part.name: part.volume for part in steering.band.parts}
        level = steering.levels.get(desk.part, written.get(desk.part, _LOUDEST)) + by
        return Control("level", min(_LOUDEST, max(0, level)), desk.part)

    return control


def _latency(by_ms: float) -> Callable[[Desk], Control]:
    def control(desk: Desk) -> Control:
        latency_ms = desk.overview.latency_ms + by_ms
        return Control("latency", min(MOST_LATENCY_MS, max(-MOST_LATENCY_MS, latency_ms)))

    return control


KEYS = (
    Key("plus", "+", "faster", _tempo(_TEMPO_STEP)),
    Key("minus", "-", "slower", _tempo(-_TEMPO_STEP)),
    Key("k", "k", "key a semitone up", _key(1)),
    Key("K", "K", "key a semitone down", _key(-1)),
    Key("a", "a", "more adventure", _adventure(_ADVENTURE_STEP)),
    Key("A", "A", "less adventure", _adventure(-_ADVENTURE_STEP)),
    Key("p", "p", "next preset", _preset(1)),
    Key("P", "P", "preset before", _preset(-1)),
    Key("m", "m", "mute the selected part", _mute),
    Key("o", "o", "solo the selected part", _solo),
    Key("right", "→", "selected part louder", _level(_LEVEL_STEP)),
    Key("left", "←", "selected part softer", _level(-_LEVEL_STEP)),
    Key("h", "h", "hold: loop the last 4 bars",
        lambda desk: Control("hold", not desk.overview.steering.hold)),
    Key("f", "f", "freeze the form: repeat this section",
        lambda desk: Control("freeze", not desk.overview.steering.freeze)),
    Key("n", "n", "next tune", lambda desk: Control("next-tune")),
    Key("r", "r", "re-roll the coming segment", lambda desk: Control("re-roll")),
    Key("x", "x", "panic: everything off", lambda desk: Control("panic")),
    Key("right_square_bracket", "]", "play earlier", _latency(_LATENCY_STEP_MS)),
    Key("left_square_bracket", "[", "play later", _latency(-_LATENCY_STEP_MS)),
    Key("e", "e", "end at the next cadence", lambda desk: Control("end")),
)  # fmt: skip
