"""Measures of a piece's harmony: how it moves, and how its sections close."""

from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from livedshl.evaluation.music.pieces import SECTION_BARS, Piece
from livedshl.evaluation.music.real_tunes import RealTunes
from livedshl.music.chords import NO_CHORD
from livedshl.music.motifs import is_onset
from livedshl.music.segments import CHORD, PITCH, TONICS

_DOMINANTS = (7, 11)  # semitones from the tonic to the roots that lead to it: V and vii
_CADENCE_BARS = 2  # the chord before the last one counts if it sounds within these


def root_entropy(piece: Piece, tunes: RealTunes) -> float:
    """Entropy of the chord roots in bits, by beats, at most log2 12 = 3.58."""
    roots = _roots(piece, tunes)
    counts = np.bincount(roots[roots != NO_CHORD])
    share = counts[counts > 0] / max(1, counts.sum())
    return float(-(share * np.log2(share)).sum()) if len(share) else float("nan")


def longest_on_a_root(piece: Piece, tunes: RealTunes) -> float:
    """How many bars the longest run of chords on one root takes."""
    runs = (len(list(run)) for _, run in groupby(_roots(piece, tunes).tolist()))
    return max(runs, default=0) / piece.grid.bar_beats


def authentic_closes(piece: Piece, tunes: RealTunes) -> float:
    """Share of the sections closing on I that reach it from V or vii. NaN if none closes on I."""
    tonic = TONICS[tunes.mode]
    tail = _CADENCE_BARS * piece.grid.bar_beats + 1
    found = []
    for section in _sections(piece, tunes):
        if section[-1] == tonic:
            others = section[-tail:][section[-tail:] != tonic]
            found.append(len(others) > 0 and (others[-1] - tonic) % 12 in _DOMINANTS)
    return float(np.mean(found)) if found else float("nan")


def half_closes(piece: Piece, tunes: RealTunes) -> float:
    """Share of the sections whose fourth bar ends on V."""
    last_beat = SECTION_BARS // 2 * piece.grid.bar_beats - 1
    dominant = (TONICS[tunes.mode] + 7) % 12
    found = [section[last_beat] == dominant for section in _sections(piece, tunes)]
    return float(np.mean(found)) if found else float("nan")


def foreign_notes(piece: Piece, tunes: RealTunes) -> float:
    """Share of the notes that begin on strong beats that are not of their chord."""
    foreign, _ = _strong_notes(piece, tunes)
    return float(foreign.mean()) if len(foreign) else float("nan")


def clashing_notes(piece: Piece, tunes: RealTunes) -> float:
    """Share of the notes that begin on strong beats that are a semitone from one of their chord."""
    _, clashing = _strong_notes(piece, tunes)
    return float(clashing.mean()) if len(clashing) else float("nan")


def _strong_notes(piece: Piece, tunes: RealTunes) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which notes on strong beats are foreign to their chord, and which clash with it, bool[n]."""
    grid, tones = piece.grid, [chord.pitch_classes for chord in tunes.vocabulary.classes]
    foreign, clashing = [], []
    for beat, step in enumerate(piece.steps[:: grid.beat_steps]):
        chord = int(step[CHORD])
        if beat % grid.bar_beats not in grid.strong_beats or not is_onset(step):
            continue
        if chord != NO_CHORD:
            off = {(int(step[PITCH]) - tone) % 12 for tone in tones[chord]}
            foreign.append(0 not in off)
            clashing.append(0 not in off and bool(off & {1, 11}))
    return np.array(foreign, np.bool_), np.array(clashing, np.bool_)


def _roots(piece: Piece, tunes: RealTunes) -> NDArray[np.int64]:
    """The root of each beat's chord, int64[beats]; `NO_CHORD` for none."""
    of_class = np.array([*(chord.root for chord in tunes.vocabulary.classes), NO_CHORD])
    roots: NDArray[np.int64] = of_class[piece.steps[:: piece.grid.beat_steps, CHORD]]
    return roots


def _sections(piece: Piece, tunes: RealTunes) -> list[NDArray[np.int64]]:
    """The roots of each section of 8 bars, by beats."""
    beats = SECTION_BARS * piece.grid.bar_beats
    roots = _roots(piece, tunes)
    return [roots[at : at + beats] for at in range(0, len(roots) - beats + 1, beats)]
