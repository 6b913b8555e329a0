"""What General MIDI instruments can do: which breathe, which sustain, which have a pedal."""

from collections.abc import Mapping
from enum import Enum


class Family(Enum):
    """How an instrument makes its tone."""

    STRUCK = "struck"  # a key, string or bar that dies away
    BOWED = "bowed"
    BLOWN = "blown"  # and sung: they breathe
    HELD = "held"  # organs and synthesisers: even until released


# The first program of each run of a family (MMA, General MIDI 1 sound set).
_RUNS: Mapping[int, Family] = {
    0: Family.STRUCK,
    16: Family.HELD,
    22: Family.BLOWN,  # harmonica
    23: Family.HELD,
    24: Family.STRUCK,
    40: Family.BOWED,
    45: Family.STRUCK,  # pizzicato, harp, timpani
    48: Family.BOWED,
    50: Family.HELD,
    52: Family.BLOWN,  # voices
    55: Family.STRUCK,
    56: Family.BLOWN,  # brass, reeds, pipes
    80: Family.HELD,
    104: Family.STRUCK,
    109: Family.HELD,  # bag pipe
    110: Family.BOWED,  # fiddle
    111: Family.BLOWN,  # shanai
    112: Family.STRUCK,
}
_PIANOS = range(6)  # those with hammers, electric ones too; harpsichord and clavinet have no pedal
_PEDAL_PROGRAMS = frozenset((*range(8), 11, 46))  # pianos, vibraphone, harp


def family_of(program: int) -> Family:
    """The family of a General MIDI program."""
    return _RUNS[max(first for first in _RUNS if first <= program)]


def has_pedal(program: int) -> bool:
    """Whether the instrument has a sustain pedal, or strings that ring until damped."""
    return program in _PEDAL_PROGRAMS


def is_piano(program: int) -> bool:
    """Whether the instrument is a piano, whose pedal a pianist changes with the chord."""
    return program in _PIANOS


def swells(program: int) -> bool:
    """Whether a held note can grow louder."""
    return family_of(program) is not Family.STRUCK
