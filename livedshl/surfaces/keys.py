"""The keys of the screen: one table, which the screen obeys and shows."""

from dataclasses import dataclass

from livedshl.surfaces.gesture import Gesture, Move


@dataclass(frozen=True, slots=True)
class Key:
    """A key, as Textual names it, and what it does. label: how it is shown.

    gesture: its part is the one that is selected.
    """

    key: str
    label: str
    help: str
    gesture: Gesture


KEYS = (
    Key("plus", "+", "faster", Gesture("tempo", move=Move.UP)),
    Key("minus", "-", "slower", Gesture("tempo", move=Move.DOWN)),
    Key("t", "t", "tap the tempo", Gesture("tempo", move=Move.TAP)),
    Key("k", "k", "key a semitone up", Gesture("key", move=Move.UP)),
    Key("K", "K", "key a semitone down", Gesture("key", move=Move.DOWN)),
    Key("a", "a", "more adventure", Gesture("adventure", move=Move.UP)),
    Key("A", "A", "less adventure", Gesture("adventure", move=Move.DOWN)),
    Key("p", "p", "next preset", Gesture("preset", move=Move.UP)),
    Key("P", "P", "preset before", Gesture("preset", move=Move.DOWN)),
    Key("m", "m", "mute the selected part", Gesture("mute")),
    Key("o", "o", "solo the selected part", Gesture("solo")),
    Key("right", "→", "selected part louder", Gesture("level", move=Move.UP)),
    Key("left", "←", "selected part softer", Gesture("level", move=Move.DOWN)),
    Key("h", "h", "hold: loop the last 4 bars", Gesture("hold")),
    Key("f", "f", "freeze the form: repeat this section", Gesture("freeze")),
    Key("n", "n", "next tune", Gesture("next-tune")),
    Key("r", "r", "re-roll the coming segment", Gesture("re-roll")),
    Key("x", "x", "panic: everything off", Gesture("panic")),
    Key("right_square_bracket", "]", "play earlier", Gesture("latency", move=Move.UP)),
    Key("left_square_bracket", "[", "play later", Gesture("latency", move=Move.DOWN)),
    Key("e", "e", "end at the next cadence", Gesture("end")),
)
