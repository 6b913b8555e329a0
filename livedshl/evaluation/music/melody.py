"""Measures of a piece's melody: whether its motifs return, its rhythm, its leaps and its range."""

from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from livedshl.evaluation.music.pieces import SECTION_BARS, Piece
from livedshl.evaluation.music.real_tunes import RealTunes
from livedshl.improviser.habits import different_notes
from livedshl.music.motifs import beat_rhythms, is_onset, motifs
from livedshl.music.segments import PITCH, REST

_PHRASE_BARS = 4
_LEAST_NOTES = 2  # of a motif
_LEAST_OF_SEQUENCE = 3
_FIFTH = 7  # semitones
_FEW_NOTES = 3
# Three ways to fill a beat of four steps, which a dance keeps apart.
_DOTTED, _EVEN, _RUN = (0b1001, 0b0011), (0b0101,), (0b1111,)


def recurring_motifs(piece: Piece, tunes: RealTunes) -> float:
    """Share of motifs whose rhythm and contour come again in their phrase of 4 bars.

    A motif is a hop: half a bar of 4/4 and 6/8, a bar of 3/4, a third of a bar of 9/8.
    """
    length = _PHRASE_BARS * piece.grid.bar_steps
    phrases = piece.steps[: len(piece.steps) // length * length].reshape(-1, length, 3)
    found = motifs(phrases, piece.grid.hop_steps)
    known = found.notes >= _LEAST_NOTES
    same = (found.rhythm[:, :, None] == found.rhythm[:, None]) & (
        found.contour[:, :, None] == found.contour[:, None]
    )
    again = (same & known[:, None]).sum(axis=2) > 1
    return float(again[known].mean()) if known.any() else float("nan")


def sequences(piece: Piece, tunes: RealTunes) -> float:
    """Share of motifs that repeat one of the last 4 bars higher or lower in the scale."""
    found = motifs(piece.steps, piece.grid.hop_steps)
    reach = _PHRASE_BARS * piece.grid.bar_steps // piece.grid.hop_steps
    known = np.flatnonzero(found.notes >= _LEAST_OF_SEQUENCE)
    answers = []
    for at in known.tolist():
        before = known[(known < at) & (known >= at - reach)]
        same = (found.rhythm[before] == found.rhythm[at]) & (
            found.intervals[before] == found.intervals[at]
        )
        answers.append(bool((same & (found.first[before] != found.first[at])).any()))
    return float(np.mean(answers)) if answers else float("nan")


def rhythm_mix(piece: Piece, tunes: RealTunes) -> float:
    """How much sections mix dotted, even and running beats: mean entropy in bits, at most 1.58.

    NaN where a beat has no four steps.
    """
    beat_steps = piece.grid.beat_steps
    if beat_steps != 4:
        return float("nan")
    entropies = []
    for section in _sections(piece):
        rhythms = beat_rhythms(section, beat_steps)
        counts = np.array([np.isin(rhythms, kind).sum() for kind in (_DOTTED, _EVEN, _RUN)])
        share = counts[counts > 0] / max(1, counts.sum())
        entropies.append(float(-(share * np.log2(share)).sum()))
    return float(np.mean(entropies)) if entropies else float("nan")


def density_ratio(piece: Piece, tunes: RealTunes) -> float:
    """How many times as many notes a bar a section has as its neighbour, where it differs most."""
    notes = [max(1.0, is_onset(section).sum() / SECTION_BARS) for section in _sections(piece)]
    ratios = [max(a / b, b / a) for a, b in pairwise(notes)]
    return max(ratios, default=float("nan"))


def wide_leaps(piece: Piece, tunes: RealTunes) -> float:
    """Share of the intervals between notes, one after another, that are wider than a fifth."""
    pitches = piece.steps[is_onset(piece.steps), PITCH].astype(int)
    intervals = np.abs(np.diff(pitches))
    return float((intervals > _FIFTH).mean()) if len(intervals) else float("nan")


def section_range(piece: Piece, tunes: RealTunes) -> float:
    """Mean range of a section, from its lowest to its highest note, in semitones."""
    pitches = [section[section[:, PITCH] != REST, PITCH] for section in _sections(piece)]
    ranges = [np.ptp(sounding.astype(int)) for sounding in pitches if len(sounding)]
    return float(np.mean(ranges)) if ranges else float("nan")


def still_stretches(piece: Piece, tunes: RealTunes) -> float:
    """Share of stretches of four bars, one from each bar on, with three different notes at most."""
    n_steps = _PHRASE_BARS * piece.grid.bar_steps
    if len(piece.steps) < n_steps:
        return float("nan")
    stretches = sliding_window_view(piece.steps[:, PITCH], n_steps)[:: piece.grid.bar_steps]
    return float((different_notes(stretches) <= _FEW_NOTES).mean())


def _sections(piece: Piece) -> list[NDArray[np.int8]]:
    n_steps = SECTION_BARS * piece.grid.bar_steps
    ends = range(n_steps, len(piece.steps) + 1, n_steps)
    return [piece.steps[end - n_steps : end] for end in ends]
