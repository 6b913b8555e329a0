"""The touch of the melody: how long and how loud each note is, and where the player breathes.

After the performance rules of Friberg, Bresin and Sundberg ("Overview of the KTH rule system for
musical performance", 2006): articulation by context, punctuation at phrase ends, high notes louder.
"""

import numpy as np

from livedshl.arranger.pattern import PHRASE_BARS
from livedshl.arranger.stretch import Stretch
from livedshl.music import TICKS_PER_STEP
from livedshl.music.segments import MEDIAN_PITCH, REST

# The share of its time that a note lasts.
_SLURRED, _STEPWISE, _SKIPPING, _LEAPING, _REPEATED, _BEFORE_REST = (
    0.99,
    0.94,
    0.85,
    0.75,
    0.75,
    0.9,
)
_SKIP, _LEAP = 3, 5  # semitones from which an interval is one
_UNEVEN = 0.05
_SHORTEST, _LONGEST = 0.35, 0.99
# A gap that is heard as a breath at any usual tempo, and the least that counts as one.
_BREATH_TICKS, _LEAST_BREATH_TICKS = 190, 140
# Steps since the last breath after which one is taken at the next long note, and at any note.
_WILLING_STEPS, _URGENT_STEPS = 20, 32
_DESPERATE_STEPS = 48  # then a note off the beat is left out
_LONG_STEPS = 4
_HIGH_LOUD = 0.45  # velocity a semitone above the middle of the tune
_MOST_HIGH_LOUD = 7
_ANYONE_LIFTS_STEPS = 2  # every player lifts a note of this length that closes a phrase


class Touch:
    """Decides how long and how loud notes are. breathes: whether the player has to."""

    def __init__(self, rng: np.random.Generator, *, breathes: bool) -> None:
        self._rng = rng
        self._breathes = breathes
        self._breath_step = 0  # where the last breath ended
        self._struck_step = 0

    def share(self, step: int, pitch: int, following: int, stretch: Stretch) -> float:
        """The share of its time that a note lasted which ends at `step`.

        pitch: of the note. following: of the next one, or `REST`.
        """
        steps = max(1, step - self._struck_step)
        share = self._share_by_context(pitch, following, step, stretch)
        if following == REST:
            self._breath_step = step
        elif self._lifts(step, steps, stretch):
            share = max(_SHORTEST, min(share, 1 - _BREATH_TICKS / (steps * TICKS_PER_STEP)))
            if (1 - share) * steps * TICKS_PER_STEP >= _LEAST_BREATH_TICKS:
                self._breath_step = step
        return min(_LONGEST, max(_SHORTEST, share))

    def breathes_instead(self, step: int, beat_steps: int) -> bool:
        """Whether the player leaves out the note at a step, to breathe."""
        since = step - self._breath_step
        if not self._breathes or since < _DESPERATE_STEPS or step % beat_steps == 0:
            return False
        self._breath_step = step
        return True

    def level(self, pitch: int, step: int, stretch: Stretch) -> int:
        """The velocity that the height of a note adds, as it is struck at `step`."""
        self._struck_step = step
        above = pitch - stretch.key_shift - MEDIAN_PITCH
        return round(max(-_MOST_HIGH_LOUD, min(_MOST_HIGH_LOUD, above * _HIGH_LOUD)))

    def _share_by_context(self, pitch: int, following: int, step: int, stretch: Stretch) -> float:
        uneven = float(self._rng.uniform(-_UNEVEN, _UNEVEN))
        if following == REST:
            return _BEFORE_REST + uneven
        apart = abs(following - pitch)
        if apart == 0:
            return _REPEATED + uneven
        if apart >= _LEAP:
            return _LEAPING + uneven
        if apart >= _SKIP:
            return _SKIPPING + uneven
        into_beat = step % stretch.grid.beat_steps
        return (_SLURRED if into_beat else _STEPWISE) + uneven

    def _lifts(self, step: int, steps: int, stretch: Stretch) -> bool:
        """Whether there is a gap before `step`, after a note of so many steps."""
        place = stretch.in_section(step) % (PHRASE_BARS * stretch.grid.bar_steps)
        closes = place < stretch.grid.beat_steps and place < steps
        if closes and steps >= _ANYONE_LIFTS_STEPS:
            return True
        since = step - self._breath_step
        if not self._breathes or since < _WILLING_STEPS:
            return False
        return steps >= _LONG_STEPS or since >= _URGENT_STEPS
