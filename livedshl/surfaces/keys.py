"""The keys of the screen: one table that the screen obeys and shows."""

from dataclasses import dataclass

from livedshl.surfaces.gesture import Gesture, Move
from livedshl.units import MOST_CHOICES


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """A key, as Textual names it, and its gesture for the selected part.

    label: how the screen writes the key. help: "" for a key that another stands for.
    """

    key: str
    label: str
    help: str
    gesture: Gesture


_FURTHER_CHOICES = tuple(str(number) for number in range(2, MOST_CHOICES + 1))

KEYS = (
    KeyBinding("space", "space", "pause, and go on", Gesture("pause")),
    KeyBinding("plus", "+", "faster", Gesture("tempo", move=Move.UP)),
    KeyBinding("minus", "-", "slower", Gesture("tempo", move=Move.DOWN)),
    KeyBinding("t", "t", "tap tempo", Gesture("tempo", move=Move.TAP)),
    KeyBinding("k", "k", "key up a semitone", Gesture("key", move=Move.UP)),
    KeyBinding("K", "K", "key down a semitone", Gesture("key", move=Move.DOWN)),
    KeyBinding("a", "a", "more adventure", Gesture("adventure", move=Move.UP)),
    KeyBinding("A", "A", "less adventure", Gesture("adventure", move=Move.DOWN)),
    KeyBinding("i", "i", "more intensity", Gesture("intensity", move=Move.UP)),
    KeyBinding("I", "I", "less intensity", Gesture("intensity", move=Move.DOWN)),
    KeyBinding("p", "p", "next preset", Gesture("preset", move=Move.UP)),
    KeyBinding("P", "P", "previous preset", Gesture("preset", move=Move.DOWN)),
    KeyBinding("m", "m", "mute the selected part", Gesture("mute")),
    KeyBinding("o", "o", "solo the selected part", Gesture("solo")),
    KeyBinding("v", "v", "vary the selected part", Gesture("vary")),
    KeyBinding("L", "L", "lock its pattern", Gesture("lock")),
    KeyBinding("right", "→", "selected part up", Gesture("level", move=Move.UP)),
    KeyBinding("left", "←", "selected part down", Gesture("level", move=Move.DOWN)),
    KeyBinding("h", "h", "hold: loop the last 4 bars", Gesture("hold")),
    KeyBinding("f", "f", "freeze: repeat this section", Gesture("freeze")),
    KeyBinding("F", "F", "fill in the next bar", Gesture("fill")),
    KeyBinding("n", "n", "next tune", Gesture("next-tune")),
    KeyBinding("N", "N", "next song of the set", Gesture("song", move=Move.UP)),
    KeyBinding("r", "r", "re-roll the next phrase", Gesture("re-roll")),
    KeyBinding("1", f"1-{MOST_CHOICES}", "choose what comes next", Gesture("choose", value=1)),
    *(KeyBinding(n, n, "", Gesture("choose", value=int(n))) for n in _FURTHER_CHOICES),
    KeyBinding("u", "u", "undo the last change", Gesture("undo")),
    KeyBinding("x", "x", "panic: all notes off", Gesture("panic")),
    KeyBinding("right_square_bracket", "]", "play earlier", Gesture("latency", move=Move.UP)),
    KeyBinding("left_square_bracket", "[", "play later", Gesture("latency", move=Move.DOWN)),
    KeyBinding("e", "e", "end at the next cadence", Gesture("end")),
)
