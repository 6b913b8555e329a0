"""Voicings: notes for a chord that move little from the chord before."""

from collections.abc import Sequence
from itertools import product

from livedshl.music import Chord

_ROOT, _FIFTH = 0, 7  # semitones
_CENTRE_PULL = 0.2  # a semitone off the range's centre costs this many semitones of movement
_HOME_PULL = 0.8  # the same for a bass note, off the middle of the lower half of its range
_WIDEST = 14  # semitones from the lowest to the highest voice


def voice_chord(
    chord: Chord, lowest: int, highest: int, before: Sequence[int] | None
) -> tuple[int, ...]:
    """Three MIDI pitches for a chord, ascending, from lowest to highest (an octave or more).

    Of all voicings, it is the one that moves least from `before` (three pitches) and stays nearest
    to the centre of the range.
    """
    centre = (lowest + highest) / 2
    placements = [
        [pitch for pitch in range(lowest, highest + 1) if pitch % 12 == pitch_class]
        for pitch_class in _three_pitch_classes(chord)
    ]

    def cost(voicing: tuple[int, ...]) -> float:
        movement = sum(abs(a - b) for a, b in zip(voicing, before, strict=True)) if before else 0
        return movement + _CENTRE_PULL * abs(sum(voicing) / len(voicing) - centre)

    voicings = [tuple(sorted(pitches)) for pitches in product(*placements)]
    close = [voicing for voicing in voicings if voicing[-1] - voicing[0] <= _WIDEST]
    return min(close or voicings, key=lambda voicing: (cost(voicing), voicing))


def bass_note(pitch_class: int, lowest: int, highest: int, before: int | None) -> int:
    """A MIDI pitch for a pitch class, from lowest to highest (an octave or more).

    It is near `before` but leans to the lower half of the range. With small steps alone the line
    would climb and stay high.
    """
    home = (3 * lowest + highest) / 4
    fitting = [pitch for pitch in range(lowest, highest + 1) if pitch % 12 == pitch_class]

    def cost(pitch: int) -> float:
        movement = abs(pitch - before) if before else 0
        return movement + _HOME_PULL * abs(pitch - home)

    return min(fitting, key=cost)


def fit_octave(pitch: int, lowest: int, highest: int) -> int:
    """The pitch, moved by octaves into the range from lowest to highest (an octave or more)."""
    while pitch < lowest:
        pitch += 12
    while pitch > highest:
        pitch -= 12
    return pitch


def _three_pitch_classes(chord: Chord) -> list[int]:
    """The pitch classes that three voices play.

    A seventh chord leaves out its perfect fifth, which the ear supplies. An altered fifth matters,
    so there the root is left to the bass.
    """
    intervals = chord.intervals
    if len(intervals) > 3:
        supplied = _FIFTH if _FIFTH in intervals else _ROOT
        intervals = tuple(interval for interval in intervals if interval != supplied)
    return [(chord.root + interval) % 12 for interval in intervals]
