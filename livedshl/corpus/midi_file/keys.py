"""Decides the keys of a song: as they are written, or as its notes have it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.corpus.account import KeyFrom
from livedshl.corpus.midi_file.song import KeySignature
from livedshl.music import Mode
from livedshl.music.key_estimate import KeyEstimate
from livedshl.music.leadsheet import Key
from livedshl.music.spelling import fifths_of, key_name

_LEAST_NOTES = 64  # fewer cannot contradict what is written
# How much better the estimate must fit than what is written, in its own unit.
_AGAINST_DEFAULT = 0.0  # C major, which programs write without being asked
_AGAINST_WRITTEN = 1.5


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a song, where each begins, and how they are known."""

    changes: tuple[tuple[int, Key], ...]
    key_from: KeyFrom
    warnings: tuple[str, ...] = ()
