"""How the texture changes: entries and exits, density, patterns, and what returns unchanged."""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger import Role
from livedshl.evaluation.music.band.played import END, PITCH, START, VELOCITY, BandPiece, Notes

_PLAYING_SHARE = 0.5  # of the bars of a block in which a part sounds that plays it
_SHORT_BLOCK, _LONG_BLOCK = 8, 16  # bars


def entries_and_exits(piece: BandPiece) -> float:
    """The share of 8-bar borders at which a part enters or leaves."""
    played = np.array([_sounds(piece, notes) for notes in piece.notes])
    blocks = _in_blocks(played, _SHORT_BLOCK).mean(2) >= _PLAYING_SHARE
    return float((blocks[:, 1:] != blocks[:, :-1]).any(0).mean())


def density_variation(piece: BandPiece) -> float:
    """The coefficient of variation of accompaniment notes in 16-bar blocks."""
    notes = _block_densities(piece).sum(0)
    return float(notes.std() / max(0.01, notes.mean()))


def texture_step(piece: BandPiece) -> float:
    """How much the density of a part changes from one 16-bar block to the next, in octaves."""
    return float(np.abs(np.diff(np.log2(_block_densities(piece) + 1), axis=1)).mean())


def velocity_variation(piece: BandPiece) -> float:
    """The standard deviation of the velocity of a part over 16-bar blocks."""
    spreads = []
    for notes in piece.notes:
        block = piece.bar_of(notes) // _LONG_BLOCK
        means = [notes[block == k, VELOCITY].mean() for k in np.unique(block)]
        if len(means) > 1:
            spreads.append(np.std(means))
    return float(np.mean(spreads))


def commonest_bar(piece: BandPiece, role: Role) -> float:
    """The share of bars with the commonest rhythm; of drums, with the commonest strokes."""
    shares = [
        Counter(_rhythms(piece, notes, with_pitch=role is Role.DRUMS)).most_common(1)[0][1]
        / piece.bars
        for notes in piece.of_role(role)
    ]
    return float(np.mean(shares)) if shares else float("nan")


def identical_returns(piece: BandPiece, *roles: Role) -> float:
    """The share of bars of a returning section that are note for note those of its last time."""
    first_bars = {(s.tune, s.letter, s.time): s.bar for s in piece.sections}
    same = []
    for notes in piece.of_role(*roles):
        bars = _rhythms(piece, notes, with_pitch=True)
        for (tune, letter, time), bar in first_bars.items():
            before = first_bars.get((tune, letter, time - 1))
            if before is None:
                continue
            length = min(_SHORT_BLOCK, piece.bars - bar)
            pairs = zip(bars[before : before + length], bars[bar : bar + length], strict=True)
            same += [one == other for one, other in pairs if one or other]
    return float(np.mean(same)) if same else float("nan")


def _sounds(piece: BandPiece, notes: Notes) -> NDArray[np.bool_]:
    """In which bars a part strikes, or holds a note through the middle, bool[bars]."""
    sounds = np.zeros(piece.bars, np.bool_)
    bars = piece.bar_of(notes)
    sounds[bars[bars < piece.bars]] = True
    middles = (np.arange(piece.bars) + 0.5) * piece.grid.bar_ticks
    for start, end in notes[:, [START, END]].tolist():
        sounds[(middles > start) & (middles < end)] = True
    return sounds


def _block_densities(piece: BandPiece) -> NDArray[np.float64]:
    """Notes a bar of each accompanying part in 16-bar blocks, float64[parts, blocks]."""
    counts = [
        np.bincount(piece.bar_of(notes), minlength=piece.bars)[: piece.bars]
        for notes in piece.accompaniment
    ]
    densities: NDArray[np.float64] = _in_blocks(np.array(counts), _LONG_BLOCK).mean(2)
    return densities


def _in_blocks(by_bar: NDArray[Any], bars: int) -> NDArray[Any]:
    """Whole blocks of bars: [parts, blocks, bars]."""
    blocks = by_bar.shape[1] // bars
    return by_bar[:, : blocks * bars].reshape(len(by_bar), blocks, bars)


def _rhythms(
    piece: BandPiece, notes: Notes, *, with_pitch: bool
) -> list[frozenset[tuple[int, int]]]:
    """The onsets of each bar, with their pitches if these count."""
    bars: list[set[tuple[int, int]]] = [set() for _ in range(piece.bars)]
    places = zip(
        piece.bar_of(notes).tolist(),
        piece.step_of(notes).tolist(),
        notes[:, PITCH].tolist(),
        strict=True,
    )
    for bar, step, pitch in places:
        if bar < piece.bars:
            bars[bar].add((step, pitch if with_pitch else 0))
    return [frozenset(bar) for bar in bars]
