"""Voicings: notes for a chord that move little from the chord before."""

from collections.abc import Callable, Sequence
from itertools import product

from livedshl.arranger.part import Colour
from livedshl.music import Chord

_ROOT, _NINTH, _FIFTH, _SIXTH, _MINOR_SEVENTH = 0, 2, 7, 9, 10  # semitones above the root
_CENTRE_PULL = 0.2  # a semitone off the range's centre costs this many semitones of movement
_HOME_PULL = 0.8  # the same for a bass note, off the middle of the lower half of its range
_WIDEST = 14  # semitones from the lowest to the highest voice


def voice_chord(
    chord: Chord,
    lowest: int,
    highest: int,
    before: Sequence[int] | None,
    colour: Colour = Colour.PLAIN,
    tonic: int | None = None,
    in_key: Callable[[int], bool] = lambda pitch: True,
) -> tuple[int, ...]:
    """Three MIDI pitches for a chord, ascending, from lowest to highest (an octave or more).

    Of all voicings, it is the one that moves least from `before` (three pitches) and stays nearest
    to the centre of the range. tonic: of the key, which some colours ask for. in_key: whether a
    pitch belongs to the key; no ninth leaves it.
    """
    centre = (lowest + highest) / 2
    placements = [
        [pitch for pitch in range(lowest, highest + 1) if pitch % 12 == pitch_class]
        for pitch_class in voices_of(chord, colour, tonic, in_key)
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


def voices_of(
    chord: Chord, colour: Colour, tonic: int | None, in_key: Callable[[int], bool]
) -> list[int]:
    """The pitch classes that three voices play.

    A seventh chord leaves out its perfect fifth, which the ear supplies. An altered fifth matters,
    so there the root is left to the bass.
    """
    intervals = coloured(chord, colour, tonic, in_key)
    if len(intervals) > 3:
        supplied = _FIFTH if _FIFTH in intervals else _ROOT
        intervals = tuple(interval for interval in intervals if interval != supplied)
    return [(chord.root + interval) % 12 for interval in intervals]


def coloured(
    chord: Chord, colour: Colour, tonic: int | None, in_key: Callable[[int], bool]
) -> tuple[int, ...]:
    """The intervals of a chord with what a colour adds; only plain triads and sevenths take any."""
    intervals = chord.intervals
    if colour is Colour.PLAIN or _FIFTH not in intervals:
        return intervals
    if 3 not in intervals and 4 not in intervals:
        return intervals
    is_minor = 3 in intervals
    third = 3 if is_minor else 4
    has_ninth = in_key(chord.root + _NINTH)
    if colour is Colour.OPEN:
        return (_NINTH if has_ninth else _ROOT, third, _FIFTH)
    if colour is Colour.BLUES:
        return (third, _FIFTH, _MINOR_SEVENTH)
    leads = tonic is not None and (chord.root - tonic) % 12 == _FIFTH and not is_minor
    usual = _MINOR_SEVENTH if is_minor or leads else _SIXTH
    added = intervals[3] if len(intervals) > 3 else usual
    if colour is Colour.SEVENTHS or is_minor or not has_ninth:
        return (third, _FIFTH, added)
    return (third, added, _NINTH)
