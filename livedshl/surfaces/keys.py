"""The keys of the screen: one table, which the screen obeys and shows."""

from dataclasses import dataclass

from livedshl.surfaces.gesture import Gesture, Move


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """A key, as Textual names it, and what it does. label: how it is shown.

    gesture: its part is the one that is selected.
    """

    key: str
    label: str
    help: str
    gesture: Gesture


KEYS = (
    KeyBinding("plus", "+", "faster", Gesture("tempo", move=Move.UP)),
    KeyBinding("minus", "-", "slower", Gesture("tempo", move=Move.DOWN)),
    KeyBinding("t", "t", "tap the tempo", Gesture("tempo", move=Move.TAP)),
    KeyBinding("k", "k", "key a semitone up", Gesture("key", move=Move.UP)),
    KeyBinding("K", "K", "key a semitone down", Gesture("key", move=Move.DOWN)),
    KeyBinding("a", "a", "more adventure", Gesture("adventure", move=Move.UP)),
    KeyBinding("A", "A", "less adventure", Gesture("adventure", move=Move.DOWN)),
    KeyBinding("p", "p", "next preset", Gesture("preset", move=Move.UP)),
    KeyBinding("P", "P", "preset before", Gesture("preset", move=Move.DOWN)),
    KeyBinding("m", "m", "mute the selected part", Gesture("mute")),
    KeyBinding("o", "o", "solo the selected part", Gesture("solo")),
    KeyBinding("right", "→", "selected part louder", Gesture("level", move=Move.UP)),
    KeyBinding("left", "←", "selected part softer", Gesture("level", move=Move.DOWN)),
    KeyBinding("h", "h", "hold: loop the last 4 bars", Gesture("hold")),
    KeyBinding("f", "f", "freeze the form: repeat this section", Gesture("freeze")),
    KeyBinding("n", "n", "next tune", Gesture("next-tune")),
    KeyBinding("r", "r", "re-roll the coming segment", Gesture("re-roll")),
    KeyBinding("x", "x", "panic: everything off", Gesture("panic")),
    KeyBinding("right_square_bracket", "]", "play earlier", Gesture("latency", move=Move.UP)),
    KeyBinding("left_square_bracket", "[", "play later", Gesture("latency", move=Move.DOWN)),
    KeyBinding("e", "e", "end at the next cadence", Gesture("end")),
)
