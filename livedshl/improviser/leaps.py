"""Leaps between sections: from the close of one to the opening of the next, or of its return."""

import numpy as np
from numpy.typing import NDArray

from livedshl.improviser.chooser import Chosen
from livedshl.improviser.section_state import SectionState
from livedshl.music.motifs import is_onset
from livedshl.music.segments import PITCH

_WIDEST = 7  # semitones: a leap that is no wider costs nothing


def leap_at_join(state: SectionState, chosen: Chosen) -> int:
    """How many semitones too wide a leap between sections would be with this segment.

    Where a section opens, the leap comes from what was heard; where it closes, it goes back to
    the section's opening, which mostly follows. 0 elsewhere, and for what the form brings back.
    """
    moment = state.moment()
    if chosen.planned:
        return 0
    pitches = _pitches(state, chosen.segment)
    before = after = np.empty(0, np.int8)
    if moment.opens_section:
        before, after = state.line.recent[is_onset(state.line.recent), PITCH], pitches
    elif moment.beat == moment.closing_beat and state.section:
        opening = state.section.segments.get((None, 0))
        before, after = pitches, before if opening is None else _pitches(state, opening)
    if not len(before) or not len(after):
        return 0
    return max(0, abs(int(after[0]) - int(before[-1])) - _WIDEST)


def _pitches(state: SectionState, segment: int) -> NDArray[np.int8]:
    """The pitches of the notes that begin in a segment, int8[notes]."""
    steps = state.repertoire.library.contents(np.array(segment))
    pitches: NDArray[np.int8] = steps[is_onset(steps), PITCH]
    return pitches
