"""Chooses the part of a song that is its melody: by name, else by what it plays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.corpus.midi_file.part_features import Features, features_of
from livedshl.corpus.midi_file.song import MidiPart
from livedshl.corpus.part_names import melody_rank, names_accompaniment
from livedshl.errors import CorpusError, did_you_mean

_MOST_VOICES = 1.5  # at a time; a part with more plays chords
_LEAST_NAMED = 8  # notes; a named part with fewer is a stray
# Counted on voices and pianos of the OpenScore Lieder, where 94 of 94 voices come first.
_VOICES, _ON_TOP, _ACTIVE, _STEP, _RHYTHM, _SUNG = -4.0, 0.8, 2.0, -0.4, 0.3, 8.0
_FULLY_ACTIVE = 0.7  # of the song's beats; to sound more often says nothing


@dataclass(frozen=True, slots=True)
class Choice:
    """The part that is the melody. by_name: whether its name says so, or the user does.

    is_line: whether it plays one note at a time. If not, its top line is the melody.
    """

    part: MidiPart
    by_name: bool
    is_line: bool


def melody_of(
    parts: Sequence[MidiPart], syllables: NDArray[np.int64], wanted: str | None = None
) -> Choice | None:
    """The melody of a song; None if no part is a line.

    wanted: the name or the number of a part, if the user names one. Raises CorpusError if there is
    no such part.
    """
    features = features_of(parts, syllables)
    if wanted is not None:
        number = _wanted(parts, wanted)
        return Choice(parts[number], True, features[number].voices <= _MOST_VOICES)
    long_enough = min(_LEAST_NAMED, max(len(part.notes) for part in parts))
    ranks = {
        number: rank
        for number, part in enumerate(parts)
        if len(part.notes) >= long_enough and (rank := melody_rank(part.name)) is not None
    }
    if ranks:
        surest = [number for number, rank in ranks.items() if rank == min(ranks.values())]
        best = max(surest, key=lambda number: _score(features[number]))
        return Choice(parts[best], True, features[best].voices <= _MOST_VOICES)
    lines = [
        number
        for number, of_part in enumerate(features)
        if of_part.voices <= _MOST_VOICES and (not of_part.is_bass or len(parts) == 1)
    ]
    if not lines:
        return None
    unnamed = [n for n in lines if not names_accompaniment(parts[n].name)] or lines
    best = max(unnamed, key=lambda number: _score(features[number]))
    return Choice(parts[best], False, True)


def _wanted(parts: Sequence[MidiPart], wanted: str) -> int:
    """The place of the part that the user named."""
    if wanted.isdecimal():
        for place, part in enumerate(parts):
            if part.number == int(wanted):
                return place
    names = [part.label for part in parts]
    for test in (
        lambda name: name.casefold() == wanted.casefold(),
        lambda name: wanted.casefold() in name.casefold(),
    ):
        for place, name in enumerate(names):
            if test(name):
                return place
    raise CorpusError(f"it has no track {wanted!r}", remedy=did_you_mean(wanted, names))


def _score(features: Features) -> float:
    """How much a part is like a melody."""
    return (
        _VOICES * max(0.0, features.voices - 1)
        + _ON_TOP * features.on_top
        + _ACTIVE * min(features.active, _FULLY_ACTIVE) / _FULLY_ACTIVE
        + _STEP * features.step
        + _RHYTHM * min(features.rhythm, 2.0)
        + _SUNG * features.sung
    )
