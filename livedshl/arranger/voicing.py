"""Voicings: a chord class turned into notes that move little from one chord to the next."""

from collections.abc import Sequence
from itertools import product

from livedshl.music import Chord

_ROOT, _FIFTH = 0, 7  # semitones
_CENTRE_PULL = 0.2  # semitones of movement that a semitone off the range's centre is worth
_HOME_PULL = 0.8  # the same for a bass note off the middle of the lower half of its range
_WIDEST = 14  # semitones from the lowest to the highest voice


def voice_chord(
    chord: Chord, lowest: int, highest: int, before: Sequence[int] | None
) -> tuple[int, ...]:
    """Three MIDI pitches of `chord`, ascending, within lowest..highest (an octave or more).

    Among all placements, the one whose voices move least from `before` (three pitches) while
    keeping to the centre of the range.
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
    """The MIDI pitch of a pitch class within lowest..highest (an octave or more).

    It lies near `before`, but keeps to the lower half of the range: a line of small steps alone
    would climb and stay up.
    """
    home = (3 * lowest + highest) / 4
    fitting = [pitch for pitch in range(lowest, highest + 1) if pitch % 12 == pitch_class]

    def cost(pitch: int) -> float:
        movement = abs(pitch - before) if before else 0
        return movement + _HOME_PULL * abs(pitch - home)

    return min(fitting, key=cost)


def fit_octave(pitch: int, lowest: int, highest: int) -> int:
    """`pitch` moved by octaves into lowest..highest (an octave or more)."""
    while pitch < lowest:
        pitch += 12
    while pitch > highest:
        pitch -= 12
    return pitch


def _three_pitch_classes(chord: Chord) -> list[int]:
    """A seventh chord leaves out its fifth, which the ear supplies; where that is altered, and so
    tells what the chord is, the root, which is the bass's.
    """
    intervals = chord.intervals
    if len(intervals) > 3:
        supplied = _FIFTH if _FIFTH in intervals else _ROOT
        intervals = tuple(interval for interval in intervals if interval != supplied)
    return [(chord.root + interval) % 12 for interval in intervals]
