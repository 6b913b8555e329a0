"""Drums and bodhran: rows of General MIDI percussion, with a fill at the end of every 8 bars."""

from collections.abc import Mapping
from enum import IntEnum

from livedshl.arranger.hand import Hand
from livedshl.arranger.part import Pattern
from livedshl.arranger.rows import Row
from livedshl.arranger.stretch import Stretch


class Drum(IntEnum):
    """Notes of the percussion channel (MMA, GM 1 percussion key map)."""

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


# X: loud, x: plain, o: soft, and left out by a low density. Rows by metre and drum.
_Rows = Mapping[str, Mapping[Drum, str]]
DRUM_PATTERNS: Mapping[Pattern, _Rows] = {
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
# The last beats of every 8 bars, in place of the pattern.
DRUM_FILLS: Mapping[Pattern, _Rows] = {
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
        self._rows = _read(DRUM_PATTERNS[pattern][metre])
        self._fill = _read(DRUM_FILLS[pattern][metre])
        self._fill_steps = max(len(row) for row in self._fill.values())

    def play(self, stretch: Stretch) -> None:
        """Plays a stretch."""
        cycle = _FILL_BARS * stretch.grid.bar_steps
        for at in range(len(stretch)):
            step = stretch.first_step + at
            place = stretch.in_section(step)
            into_fill = place % cycle - (cycle - self._fill_steps)
            rows, place = (self._rows, place) if into_fill < 0 else (self._fill, into_fill)
            strokes = [
                (drum.value, _LEVELS[row[place]])
                for drum, row in rows.items()
                if row[place] in _LEVELS and not self._is_left_out(row[place])
            ]
            if strokes and not stretch.is_silent(at):
                self._hand.tap(step, strokes)

    def close(self, stretch: Stretch) -> None:
        """Strikes once, as on the first beat of a bar."""
        strokes = [(drum.value, _LEVELS["X"]) for drum, row in self._rows.items() if row[0] in "Xx"]
        self._hand.tap(stretch.first_step, strokes)

    def _is_left_out(self, symbol: str) -> bool:
        part = self._hand.part
        return symbol == "o" and part.density < 1 and self._hand.rng.random() >= part.density


def _read(written: Mapping[Drum, str]) -> dict[Drum, Row]:
    return {drum: Row(row) for drum, row in written.items()}
