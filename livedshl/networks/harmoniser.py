"""Harmonises a tune that has no chord symbols: a small convolutional network over hops.

Each hop of the tune's grid (in 4/4, 2 beats) gets one chord class. The network picks the likeliest
class from the melody fourteen hops to either side and the place in the phrase, in C or A minor.
`livedshl.learning.harmony_network` trains it.

Reference: Bai, Kolter, Koltun: An empirical evaluation of generic convolutional and recurrent
networks for sequence modeling (2018), for residual dilated convolutions.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import COMMON_CHORDS, QUALITIES, Chord, ChordVocabulary
from livedshl.music.grid import grid_of
from livedshl.music.leadsheet import LeadSheet
from livedshl.music.segments import refusal, transposition_to_c
from livedshl.networks.layers import Weights, convolution, linear, relu

# Covers minor tunes too: E and E7 are their dominants.
CLASSES = (*COMMON_CHORDS, "E7", "E")
KERNEL = 5  # hops that a convolution reads
DILATIONS = (1, 2, 4)  # hops between them, layer by layer
_SLICES = 4  # of a hop: in 4/4 eighths
_NO_OPENING = 12  # the class of a hop that starts with a rest
_PLACES = 16  # hops of an 8-bar phrase in 4/4
_EDGE = 2  # hops at either end of a tune that have a feature of their own
_WHOLE_BAR = 2  # hops, in 4/4
N_HOP_FEATURES = _SLICES * 12 + 13 + 12 + 2 * _PLACES + 2 * _EDGE + 1


@dataclass(frozen=True, slots=True, eq=False)
class Harmoniser:
    """The network: scores for k chord classes from h hidden values per hop.

    vocabulary: the chord classes, in C. weights: float32 by name: "first.weight" [h, features],
    "layers.0.weight" [h, h, 5] and so on, "last.weight" [k, h], and a ".bias" for each.
    """

    vocabulary: ChordVocabulary
    weights: Weights

    def __post_init__(self) -> None:
        """Raises ValueError if the weights do not fit together."""
        hidden = len(self.weights.get("first.bias", ()))
        expected = shapes(hidden, len(self.vocabulary))
        if {name: weight.shape for name, weight in self.weights.items()} != expected:
            raise ValueError("weights of another shape")

    def likelihood(self, sheet: LeadSheet) -> NDArray[np.float32]:
        """How well each chord class fits each hop, float32[n, k]: scores, not probabilities."""
        weights = self.weights
        hidden = relu(linear(weights, "first", hop_features(sheet)))  # (n, h)
        for layer, dilation in enumerate(DILATIONS):
            hidden = hidden + relu(convolution(weights, f"layers.{layer}", hidden, dilation))
        return linear(weights, "last", hidden)

    def harmonise(self, sheet: LeadSheet) -> LeadSheet:
        """The sheet with the likeliest chords in place of its own, in its own key.

        A sheet that no library takes (see `refusal`) comes back unchanged.
        """
        if refusal(sheet, grid=None, mode=None):
            return sheet
        shift = transposition_to_c(sheet.key, sheet.notes[:, 2])
        start, _ = _hops(sheet)
        found = self.likelihood(sheet).argmax(1)
        changes = np.flatnonzero(np.diff(found, prepend=-1))
        chords = [self.vocabulary.classes[index].transposed(-shift) for index in found[changes]]
        rows = [
            (tick, chord.root, chord.quality)
            for tick, chord in zip(start[changes].tolist(), chords, strict=True)
        ]
        in_root_position = np.zeros(0, np.int32)
        return replace(
            sheet, chords=np.array(rows, np.int32).reshape(-1, 3), basses=in_root_position
        )


def shapes(hidden: int, n_classes: int) -> dict[str, tuple[int, ...]]:
    """The shapes of a harmoniser's weights, by name."""
    layers = {f"layers.{layer}": (hidden, hidden, KERNEL) for layer in range(len(DILATIONS))}
    weights = {"first": (hidden, N_HOP_FEATURES), **layers, "last": (n_classes, hidden)}
    return {f"{name}.weight": shape for name, shape in weights.items()} | {
        f"{name}.bias": shape[:1] for name, shape in weights.items()
    }


def hop_features(sheet: LeadSheet) -> NDArray[np.float32]:
    """The features of each hop of a sheet, float32[n, features]. `refusal` must accept the sheet.

    All in C: the share of each quarter of the hop in which each pitch class sounds; the pitch class
    that starts the hop; how long each pitch class sounds in the whole tune; the place in 16 hops,
    from the start and from the end; the first and last hops; the metre.
    """
    hop_ticks = _hop_ticks(sheet)
    slice_ticks = hop_ticks // _SLICES
    shift = transposition_to_c(sheet.key, sheet.notes[:, 2])
    start, end = _hops(sheet)
    onset, note_end = sheet.notes[:, 0], sheet.notes[:, 0] + sheet.notes[:, 1]
    pitch_class = (sheet.notes[:, 2] + shift) % 12
    of_class = pitch_class[:, None] == np.arange(12)
    slices = []
    for first in range(0, hop_ticks, slice_ticks):
        slice_end = np.minimum(start + first + slice_ticks, end)
        shared = _overlap(start + first, slice_end, onset, note_end) / slice_ticks
        slices.append(shared @ of_class)
    next_note = np.minimum(np.searchsorted(note_end, start, "right"), len(onset) - 1)
    opens = (note_end[next_note] > start) & (onset[next_note] < start + slice_ticks)
    opening = np.where(opens, pitch_class[next_note], _NO_OPENING)
    duration = sheet.notes[:, 1] @ of_class
    place = np.arange(len(start))
    from_end = place[::-1]
    bar_hops = sheet.metre.bar_ticks / hop_ticks
    columns = [
        *slices,
        np.eye(13)[opening],
        np.tile(3 * duration / max(1, duration.sum()), (len(start), 1)),  # 3: as large as others
        np.eye(_PLACES)[place % _PLACES],
        np.eye(_PLACES)[from_end % _PLACES],
        place[:, None] == np.arange(_EDGE),
        from_end[:, None] == np.arange(_EDGE),
        np.full((len(start), 1), bar_hops / _WHOLE_BAR),
    ]
    return np.concatenate(columns, axis=1).astype(np.float32)


def chords_by_hop(sheet: LeadSheet, vocabulary: ChordVocabulary) -> NDArray[np.int64]:
    """The chord class that sounds longest in each hop, in C, int64[n]; -1 for no chord."""
    shift = transposition_to_c(sheet.key, sheet.notes[:, 2])
    start, end = _hops(sheet)
    ends = np.append(sheet.chords[1:, 0], sheet.end)[: len(sheet.chords)]
    ticks = np.zeros((len(start), len(vocabulary)))
    for (onset, root, quality), chord_end in zip(sheet.chords.tolist(), ends.tolist(), strict=True):
        if root >= 0:
            chord = vocabulary.index(Chord(root, quality).transposed(shift))
            ticks[:, chord] += _overlap(start, end, np.array([onset]), np.array([chord_end]))[:, 0]
    return np.where(ticks.any(1), ticks.argmax(1), -1)


def same_family(one: Chord, other: Chord) -> bool:
    """Whether two chords share the root and the third: G and G7, Am and Am7."""
    minor = [3 in QUALITIES[chord.quality][1] for chord in (one, other)]
    return one.root == other.root and minor[0] == minor[1]


def _overlap(
    start: NDArray[np.integer],
    end: NDArray[np.integer],
    other_start: NDArray[np.integer],
    other_end: NDArray[np.integer],
) -> NDArray[np.float64]:
    """Ticks that each of n spans shares with each of m others, float64[n, m]."""
    shared = np.minimum(end[:, None], other_end) - np.maximum(start[:, None], other_start)
    ticks: NDArray[np.float64] = np.maximum(shared, 0).astype(np.float64)
    return ticks


def _hops(sheet: LeadSheet) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where hops start and end, in ticks, both int64[n]. A hop never crosses a bar line."""
    hop_ticks = _hop_ticks(sheet)
    last = max(sheet.end, int(sheet.bars[-1]) + 1)
    bar_ends = np.append(sheet.bars[1:], last)
    start = np.concatenate(
        [np.arange(a, b, hop_ticks) for a, b in zip(sheet.bars, bar_ends, strict=True)]
    ).astype(np.int64)
    return start, np.append(start[1:], max(last, int(start[-1]) + 1))


def _hop_ticks(sheet: LeadSheet) -> int:
    grid = grid_of(sheet.metre)
    assert grid, "`refusal` must accept the sheet"
    return grid.hop_beats * grid.beat_ticks
