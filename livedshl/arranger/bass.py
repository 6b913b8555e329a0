"""The bass: roots and fifths, walking lines into the next chord, pedal notes."""

from livedshl.arranger.hand import Hand
from livedshl.arranger.part import Pattern
from livedshl.arranger.rhythms import HELD, HELD_THROUGH, SILENT, RhythmTable, rhythm_of
from livedshl.arranger.stretch import Stretch
from livedshl.arranger.voicing import bass_note
from livedshl.music import Chord

# r, t, f: root, third, fifth of the chord; a new chord always starts with its root.
# w: a step from the next chord's root. k: the tonic of the key.
BASS_PATTERNS: RhythmTable = {
    Pattern.SUSTAIN: {
        "4/4": "r--- ---- ---- ----",
        "3/4": "r--- ---- ----",
        "6/8": "r----- ------",
        "9/8": "r----- ------ ------",
    },
    Pattern.BEATS: {"4/4": "r-..", "3/4": "r-..", "6/8": "r--...", "9/8": "r--..."},
    Pattern.OFFBEATS: {
        "4/4": ".... r-..",
        "3/4": ".... r-.. r-..",
        "6/8": "....r-",
        "9/8": "....r-",
    },
    Pattern.ROOT_FIFTH: {
        "4/4": "r--- --.. f--- --..",
        "3/4": "r--- ---- --.. f--- ---- --..",
        "6/8": "r---.. f---..",
        "9/8": "r---.. r---.. f---..",
    },
    Pattern.WALKING: {
        "4/4": "r--- t--- f--- w---",
        "3/4": "r--- t--- w---",
        "6/8": "r---t- f---w-",
        "9/8": "r---t- f---r- t---w-",
    },
    Pattern.PEDAL: {
        "4/4": "k~~~ ~~~~ ~~~~ ~~~~" + " ~~~~" * 4,
        "3/4": "k~~~ ~~~~ ~~~~" + " ~~~~" * 3,
        "6/8": "k~~~~~ ~~~~~~" + " ~~~~~~" * 2,
        "9/8": "k~~~~~ ~~~~~~ ~~~~~~" + " ~~~~~~" * 3,
    },
}
_APPROACHES = (-1, 2, -2)  # semitones from the next root: leading tone, whole steps


class Bass:
    """Plays one bass note at a time."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._rhythm = rhythm_of(BASS_PATTERNS, hand.part.pattern, hand.grid)
        self._chord: Chord | None = None
        self._note: int | None = None

    def play(self, stretch: Stretch) -> None:
        """Plays the part for a stretch."""
        for at, chord in enumerate(stretch.chords):
            step = stretch.first_step + at
            changes = chord != self._chord
            self._chord = chord
            symbol = self._rhythm[stretch.in_section(step)]
            if chord is None or symbol == SILENT:
                self._hand.release(step)
            elif symbol in ("k", HELD_THROUGH):
                if symbol == "k" or not self._holds(stretch.tonic):
                    self._strike(step, self._near(stretch.tonic))
            elif symbol == HELD:
                if changes:
                    self._strike(step, self._near(chord.root))
            elif changes or not self._hand.leaves_out(step):
                self._strike(step, self._pitch("r" if changes else symbol, at, chord, stretch))

    def close(self, stretch: Stretch) -> None:
        """Strikes the root of the first chord, and holds it."""
        chord = stretch.chords[0]
        if chord is None:
            self._hand.release(stretch.first_step)
        else:
            self._strike(stretch.first_step, self._near(chord.root))

    def _pitch(self, symbol: str, at: int, chord: Chord, stretch: Stretch) -> int:
        if symbol == "w":
            following = stretch.next_chord(at)
            if following and following != chord:
                return self._approach(self._near(following.root))
            symbol = str(self._hand.rng.choice(("t", "f")))
        interval = {"r": 0, "t": _third_of(chord), "f": _fifth_of(chord)}[symbol]
        return self._near(chord.root + interval)

    def _approach(self, target: int) -> int:
        """A step from the target, on the side the line comes from."""
        part = self._hand.part
        steps = [target + step for step in _APPROACHES]
        fitting = [pitch for pitch in steps if part.lowest <= pitch <= part.highest]
        moving = [pitch for pitch in fitting if pitch != self._note] or fitting
        before = target if self._note is None else self._note
        nearest = min(abs(pitch - before) for pitch in moving)
        near = [pitch for pitch in moving if abs(pitch - before) <= nearest + 1]
        return int(self._hand.rng.choice(near))

    def _holds(self, pitch_class: int) -> bool:
        return pitch_class in {pitch % 12 for pitch in self._hand.held}

    def _near(self, pitch_class: int) -> int:
        part = self._hand.part
        return bass_note(pitch_class % 12, part.lowest, part.highest, self._note)

    def _strike(self, step: int, pitch: int) -> None:
        self._note = pitch
        self._hand.strike(step, (pitch,))


def _third_of(chord: Chord) -> int:
    return next((i for i in chord.intervals if i in (3, 4, 5)), 4)


def _fifth_of(chord: Chord) -> int:
    return next((i for i in chord.intervals if i in (6, 7, 8)), 7)
