"""Reads an analysis in RomanText and lays it on its score."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livedshl.evaluation.reading.song_scores import SongScore
from livedshl.units import TICKS_PER_BEAT

_SHIFTS = (0, 1, -1, 2, -2)  # bars by which an analysis may number differently
_CLEARLY_BETTER = 0.02
_AUGMENTED_SIXTHS = ("Ger", "It", "Fr")


@dataclass(frozen=True, slots=True)
class Roman:
    """A Roman numeral. key: a tonic in major, or 12 more in minor. root: a pitch class.

    An augmented sixth chord has the root of its chord symbol: in C, A flat for Ab7.
    """

    bar: int
    within: int
    tick: int
    key: int
    root: int
    pitch_classes: frozenset[int]


def romans_of(path: Path, score: SongScore) -> list[Roman]:
    """The numerals of an analysis at their ticks in the score, ascending; empty if unreadable.

    Where score and analysis number the bars differently, the numbering counts under which most of
    the piano's notes belong to their chords.
    """
    found = _parsed(path)
    best: list[Roman] = []
    most = 0.0
    for shift in _SHIFTS:
        placed = _placed(found, score, shift)
        agreement = _agreement(placed, score) if placed else 0.0
        if agreement > most + (_CLEARLY_BETTER if best else 0):
            best, most = placed, agreement
    return best


def _parsed(path: Path) -> list[Roman]:
    from music21 import converter

    part = converter.parse(path, format="romanText").parts[0]
    romans = []
    for bar in part.getElementsByClass("Measure"):
        if bar.numberSuffix:  # another reading of the same bar
            continue
        for numeral in bar.getElementsByClass("RomanNumeral"):
            if numeral.key is None:  # music21 does not understand the key that the text gives
                return []
            tonic = numeral.key.tonic.pitchClass
            sixth = numeral.figure.startswith(_AUGMENTED_SIXTHS)
            root = (tonic + 8) % 12 if sixth else numeral.root().pitchClass
            romans.append(
                Roman(
                    bar=bar.number,
                    within=round(float(numeral.offset) * TICKS_PER_BEAT),
                    tick=0,
                    key=tonic + 12 * (numeral.key.mode == "minor"),
                    root=root,
                    pitch_classes=frozenset(pitch.pitchClass for pitch in numeral.pitches),
                )
            )
    return romans


def _placed(romans: Sequence[Roman], score: SongScore, shift: int) -> list[Roman]:
    """The numerals at their ticks; those of bars that the score lacks are left out."""
    bars = {bar.number: bar for bar in reversed(score.numbered)}
    placed = []
    for roman in romans:
        bar = bars.get(roman.bar + shift)
        if bar:
            # Some analyses count the beats of a pickup as those of a full bar.
            missing = bar.missing if roman.within >= bar.ticks else 0
            tick = bar.tick + roman.within - missing
            placed.append(
                Roman(roman.bar, roman.within, tick, roman.key, roman.root, roman.pitch_classes)
            )
    return sorted(placed, key=lambda roman: roman.tick)


def _agreement(romans: Sequence[Roman], score: SongScore) -> float:
    """The share of the piano's notes that belong to the chord at their onset."""
    starts = np.array([roman.tick for roman in romans])
    places = np.searchsorted(starts, score.piano[:, 0], side="right") - 1
    belong = [
        place >= 0 and int(pitch) % 12 in romans[place].pitch_classes
        for place, pitch in zip(places.tolist(), score.piano[:, 2], strict=True)
    ]
    return float(np.mean(belong)) if belong else 0.0
