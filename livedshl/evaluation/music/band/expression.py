"""How a band phrases: how loud, how long, how it breathes, and what its controllers do."""

import numpy as np

from livedshl.arranger import Role
from livedshl.evaluation.music.band.played import END, PITCH, START, VELOCITY, BandPiece
from livedshl.music import TICKS_PER_STEP

_CYCLE_BARS = 8
_LEAST_NOTES = 100  # for a share of variance
_BREATH_S = 0.1
_LEGATO = 1.2  # a longer note counts as this many times its distance to the next


def explained_velocity(piece: BandPiece) -> float:
    """The share of the variance of velocity that the place in an 8-bar cycle explains."""
    shares = []
    for notes in piece.notes:
        place = piece.bar_of(notes) % _CYCLE_BARS * piece.grid.bar_steps + piece.step_of(notes)
        velocity = notes[:, VELOCITY]
        if len(notes) > _LEAST_NOTES and velocity.var() > 0:
            rest = sum(velocity[place == at].var() * (place == at).sum() for at in np.unique(place))
            shares.append(1 - rest / len(notes) / velocity.var())
    return float(np.mean(shares)) if shares else float("nan")


def velocity_spread(piece: BandPiece) -> float:
    """The standard deviation of the velocity of a part."""
    return float(np.mean([notes[:, VELOCITY].std() for notes in piece.notes if len(notes)]))


def note_length(piece: BandPiece) -> float:
    """How long melody notes last, as a share of the time to the next."""
    ratios = _length_ratios(piece)
    return float(ratios.mean()) if len(ratios) else float("nan")


def length_variation(piece: BandPiece) -> float:
    """The standard deviation of that share."""
    ratios = _length_ratios(piece)
    return float(ratios.std()) if len(ratios) else float("nan")


def longest_breath(piece: BandPiece) -> float:
    """The longest stretch of melody without a gap of 100 ms, in seconds."""
    notes = piece.melody
    if not len(notes):
        return float("nan")
    start, end, longest = int(notes[0, START]), int(notes[0, END]), 0
    for onset, stop in notes[1:, [START, END]].tolist():
        if (onset - end) * piece.tick_s >= _BREATH_S:
            longest, start = max(longest, end - start), onset
        end = max(end, stop)
    return max(longest, end - start) * piece.tick_s


def chord_spread(piece: BandPiece) -> float:
    """The mean difference between the loudest and softest note of a chord struck together."""
    spreads = []
    for notes in piece.of_role(Role.CHORDS):
        for tick in np.unique(notes[:, START]).tolist():
            together = notes[notes[:, START] == tick, VELOCITY]
            if len(together) > 1:
                spreads.append(np.ptp(together))
    return float(np.mean(spreads)) if spreads else float("nan")


def gestures_a_bar(piece: BandPiece) -> float:
    """Pedals, swells and other controllers in a bar."""
    return piece.gestures / piece.bars


def register_jump(piece: BandPiece) -> float:
    """The greatest jump of the median pitch of the melody between 8-bar blocks, in semitones."""
    notes = piece.melody
    block = piece.bar_of(notes) // _CYCLE_BARS
    medians = [np.median(notes[block == k, PITCH]) for k in np.unique(block)]
    return float(np.abs(np.diff(medians)).max()) if len(medians) > 1 else float("nan")


def tune_jump(piece: BandPiece) -> float:
    """The greatest jump of the median pitch of the melody between tunes, in semitones."""
    notes = piece.melody
    borders = [section.bar for at, section in enumerate(piece.sections)
               if at and section.tune != piece.sections[at - 1].tune]  # fmt: skip
    by_tune = np.split(notes[:, PITCH], np.searchsorted(piece.bar_of(notes), borders))
    medians = [np.median(pitches) for pitches in by_tune if len(pitches)]
    return float(np.abs(np.diff(medians)).max()) if len(medians) > 1 else float("nan")


def _length_ratios(piece: BandPiece) -> np.ndarray:
    """Length by distance to the next note, float64[n], where that is a step to a bar."""
    notes = piece.melody
    apart = np.diff(notes[:, START])
    lengths = (notes[:, END] - notes[:, START])[:-1]
    counted = (apart > 0.7 * TICKS_PER_STEP) & (apart < piece.grid.bar_ticks)
    ratios: np.ndarray = np.minimum(_LEGATO, lengths[counted] / apart[counted])
    return ratios
