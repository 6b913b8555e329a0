"""Drums and bodhran: General MIDI percussion, with a fill at the end of every 8 bars."""

from collections.abc import Mapping
from enum import IntEnum

from livedshl.arranger.hand import Hand
from livedshl.arranger.part import Pattern
from livedshl.arranger.rhythms import Rhythm
from livedshl.arranger.stretch import Stretch


class Drum(IntEnum):
    """Notes of the percussion channel (MMA, General MIDI 1 percussion key map)."""

    BASS_DRUM = 36
    SIDE_STICK = 37
    SNARE = 38
    LOW_FLOOR_TOM = 41
    CLOSED_HAT = 42
    PEDAL_HAT = 44
    HIGH_MID_TOM = 48
    RIDE = 51
    MUTE_CONGA = 62
    LOW_CONGA = 64


# X: loud. x: normal. o: soft; a low density leaves it out.
_Kits = Mapping[str, Mapping[Drum, str]]
DRUM_PATTERNS: Mapping[Pattern, _Kits] = {
    Pattern.KIT: {
        "4/4": {
            Drum.BASS_DRUM: "x... .... x.o. ....",
            Drum.SNARE: ".... x... .... x..o",
            Drum.CLOSED_HAT: "x.o. x.o.",
        },
        "3/4": {
            Drum.BASS_DRUM: "x... .... ....",
            Drum.SIDE_STICK: ".... x... x...",
            Drum.CLOSED_HAT: "x.o. x.o. x.o.",
        },
        "6/8": {
            Drum.BASS_DRUM: "x..... ....o.",
            Drum.SNARE: "...... x.....",
            Drum.CLOSED_HAT: "x.o.o.",
        },
        "9/8": {
            Drum.BASS_DRUM: "x..... ...... ....o.",
            Drum.SNARE: "...... x..... x.....",
            Drum.CLOSED_HAT: "x.o.o.",
        },
    },
    Pattern.BRUSHES: {
        "4/4": {
            Drum.RIDE: "x... x.o. x... x.o.",
            Drum.PEDAL_HAT: ".... x...",
            Drum.SIDE_STICK: ".... .... .... o...",
        },
        "3/4": {
            Drum.RIDE: "x... .... ..o.",
            Drum.PEDAL_HAT: ".... x... x...",
            Drum.SIDE_STICK: ".... .... o...",
        },
        "6/8": {Drum.RIDE: "x...o.", Drum.PEDAL_HAT: "...... x....."},
        "9/8": {Drum.RIDE: "x...o.", Drum.PEDAL_HAT: "...... x..... x....."},
    },
    Pattern.MARCH: {
        "4/4": {
            Drum.BASS_DRUM: "X... .... X... ....",
            Drum.SNARE: "x..x x.x. x.oo x.x.",
        },
        "3/4": {Drum.BASS_DRUM: "X... .... ....", Drum.SNARE: "x... x.oo x.x."},
        "6/8": {Drum.BASS_DRUM: "X..... x.....", Drum.SNARE: "x..ox. x.ooo."},
        "9/8": {Drum.BASS_DRUM: "X..... x.....  x.....", Drum.SNARE: "x..ox. x..ox. x.ooo."},
    },
    Pattern.BODHRAN: {
        "4/4": {
            Drum.LOW_FLOOR_TOM: "X... .... x... ..o.",
            Drum.LOW_CONGA: "..x. x.x. ..x. x...",
            Drum.MUTE_CONGA: "...o ...o ...o ...o",
        },
        "3/4": {
            Drum.LOW_FLOOR_TOM: "X... .... ....",
            Drum.LOW_CONGA: ".... x.o. x...",
            Drum.MUTE_CONGA: "..o. .... ..oo",
        },
        "6/8": {
            Drum.LOW_FLOOR_TOM: "X..... x.....",
            Drum.LOW_CONGA: "....x. ....x.",
            Drum.MUTE_CONGA: "..o... ..oo..",
        },
        "9/8": {
            Drum.LOW_FLOOR_TOM: "X..... o..... x.....",
            Drum.LOW_CONGA: "....x. ....x. ....x.",
            Drum.MUTE_CONGA: "..o... ..o... ..oo..",
        },
    },
}
# These replace the last beats of every 8 bars.
DRUM_FILLS: Mapping[Pattern, _Kits] = {
    Pattern.KIT: {
        "4/4": {
            Drum.SNARE: "X.xx ....",
            Drum.HIGH_MID_TOM: ".... x...",
            Drum.LOW_FLOOR_TOM: ".... ..x.",
        },
        "3/4": {Drum.SNARE: "x.xx", Drum.LOW_FLOOR_TOM: "..x."},
        "6/8": {Drum.SNARE: "X.x...", Drum.LOW_FLOOR_TOM: "....x."},
        "9/8": {Drum.SNARE: "X.x...", Drum.LOW_FLOOR_TOM: "....x."},
    },
    Pattern.BRUSHES: {
        "4/4": {Drum.SIDE_STICK: "x.o."},
        "3/4": {Drum.SIDE_STICK: "x.o."},
        "6/8": {Drum.SIDE_STICK: "x.o.o."},
        "9/8": {Drum.SIDE_STICK: "x.o.o."},
    },
    Pattern.MARCH: {
        "4/4": {Drum.SNARE: "xxxx X.X.", Drum.BASS_DRUM: "X... X..."},
        "3/4": {Drum.SNARE: "xxxx", Drum.BASS_DRUM: "X..."},
        "6/8": {Drum.SNARE: "xxxxx.", Drum.BASS_DRUM: "X....."},
        "9/8": {Drum.SNARE: "xxxxx.", Drum.BASS_DRUM: "X....."},
    },
    Pattern.BODHRAN: {
        "4/4": {Drum.LOW_FLOOR_TOM: "X..x x.x.", Drum.MUTE_CONGA: ".xx. ...x"},
        "3/4": {Drum.LOW_FLOOR_TOM: "x.xx", Drum.MUTE_CONGA: ".x.."},
        "6/8": {Drum.LOW_FLOOR_TOM: "X.x.x.", Drum.MUTE_CONGA: "...x.x"},
        "9/8": {Drum.LOW_FLOOR_TOM: "X.x.x.", Drum.MUTE_CONGA: "...x.x"},
    },
}
_FILL_BARS = 8
_LEVELS = {"X": 10, "x": 0, "o": -18}


class Drums:
    """Plays percussion."""

    def __init__(self, hand: Hand) -> None:
        pattern, metre = hand.part.pattern, str(hand.grid)
        self._hand = hand
        self._pattern = _rhythms_of(DRUM_PATTERNS[pattern][metre])
        self._fill = _rhythms_of(DRUM_FILLS[pattern][metre])
        self._fill_steps = max(len(rhythm) for rhythm in self._fill.values())

    def play(self, stretch: Stretch) -> None:
        """Plays the part for a stretch."""
        cycle = _FILL_BARS * stretch.grid.bar_steps
        for at in range(len(stretch)):
            step = stretch.first_step + at
            place = stretch.in_section(step)
            into_fill = place % cycle - (cycle - self._fill_steps)
            rhythms, place = (self._pattern, place) if into_fill < 0 else (self._fill, into_fill)
            strokes = [
                (drum.value, _LEVELS[rhythm[place]])
                for drum, rhythm in rhythms.items()
                if rhythm[place] in _LEVELS and not self._is_left_out(rhythm[place])
            ]
            if strokes and not stretch.is_silent(at):
                self._hand.tap(step, strokes)

    def close(self, stretch: Stretch) -> None:
        """Strikes once, loudly, what the first beat of a bar has."""
        struck = [drum for drum, rhythm in self._pattern.items() if rhythm[0] in "Xx"]
        strokes = [(drum.value, _LEVELS["X"]) for drum in struck]
        self._hand.tap(stretch.first_step, strokes)

    def _is_left_out(self, symbol: str) -> bool:
        part = self._hand.part
        return symbol == "o" and part.density < 1 and self._hand.rng.random() >= part.density


def _rhythms_of(written: Mapping[Drum, str]) -> dict[Drum, Rhythm]:
    return {drum: Rhythm(rhythm) for drum, rhythm in written.items()}
