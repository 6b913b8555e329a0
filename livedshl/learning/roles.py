"""The role of every segment in its tune, for a whole library."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.music.chords import ChordVocabulary
from livedshl.music.leadsheet import Mode
from livedshl.music.sections import roles_of


def roles_in(library: SegmentLibrary, vocabulary: ChordVocabulary, mode: Mode) -> NDArray[np.uint8]:
    """The roles of a library's segments, uint8[n], each a `livedshl.music.sections.SectionRole`."""
    roles = [np.empty(0, np.uint8)]
    for first, end in pairwise(library.tune_steps.tolist()):
        rows = slice(*np.searchsorted(library.starts, (first, end)))
        starts, phases = library.starts[rows] - first, library.phases[rows]
        steps = library.steps[first:end]
        roles.append(roles_of(steps, starts, phases, library.grid, vocabulary, mode))
    return np.concatenate(roles)
