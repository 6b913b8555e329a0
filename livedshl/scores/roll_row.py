"""Draws one row of a piano roll: bar lines, tunes in their colours, notes, chords and sections."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import hsv_to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath
from numpy.typing import NDArray

from livedshl.midi.general_midi import DRUM_CHANNEL
from livedshl.midi.sounding import NOTE_CHANNEL, NOTE_END, NOTE_PITCH, NOTE_START
from livedshl.music import TICKS_PER_STEP
from livedshl.scores.marks import TuneSpan, shortened

GREY, PALE, INK = "#7d828b", "#a9afb9", "#222222"
# Semitones below the lowest note: drums, distances, tunes, and the edge of the row.
_DRUM_AT, _DISTANCE_AT, _TUNE_AT, _EDGE = 1.5, 4.0, 8.5, 10.0
_DISTANCE_SIZE, _TUNE_SIZE = 6.0, 6.5  # points
# Saturation and value of the colours. With the hue they set tunes apart.
_SHADES = ((0.80, 0.82), (0.95, 0.58), (0.52, 0.68))

Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """The steps of a performance that one row shows, from `first` up to `end`.

    The row is as wide as full ones even if the music ends before. lowest, highest: the pitches of
    the whole performance. width_points: the width of the row.
    """

    axes: Axes
    first: int
    end: int
    lowest: int
    highest: int
    width_points: float

    @property
    def steps_per_point(self) -> float:
        """Steps in a point of the row's width."""
        return (self.end - self.first) / self.width_points

    def __contains__(self, step: float) -> bool:
        return self.first <= step < self.end


def colour_of(source: str) -> Rgb:
    """The colour of a tune, the same in every picture."""
    number = int.from_bytes(sha256(source.encode(errors="surrogatepass")).digest()[:4])
    saturation, value = _SHADES[number % len(_SHADES)]
    red, green, blue = hsv_to_rgb((number / 2**32, saturation, value)).tolist()
    return red, green, blue


def draw_frame(row: Row, bar_steps: int, music_end: int) -> None:
    """Draws bar lines with their numbers, and a line for every C."""
    axes, first, end = row.axes, row.first, min(row.end, music_end)
    bars = range(first, end, bar_steps)
    axes.set(xlim=(first, row.end), ylim=(row.lowest - _EDGE, row.highest + 2))
    axes.set_xticks(bars, [str(step // bar_steps + 1) for step in bars])
    octaves = range(-(-row.lowest // 12) * 12, row.highest + 1, 12)
    axes.set_yticks(octaves, [f"C{pitch // 12 - 1}" for pitch in octaves])
    axes.tick_params(length=0, labelsize=7, colors=GREY, pad=2)
    axes.hlines(octaves, first, music_end, color=PALE, lw=0.4, zorder=1)
    axes.vlines([*bars, bars[-1] + bar_steps], row.lowest - _EDGE, row.highest + 2,
                color=GREY, lw=0.9, zorder=1)  # fmt: skip
    for label in axes.get_xticklabels():
        label.set_horizontalalignment("left")
    axes.spines[:].set_visible(False)


def draw_tunes(row: Row, spans: Sequence[TuneSpan]) -> None:
    """Tints each span in the colour of its tune; a dotted line marks a join, with its distance."""
    axes = row.axes
    seen = [span for span in spans if span.start < row.end and span.end > row.first]
    free: float = row.first
    for span in seen:
        start, until = max(span.start, row.first), min(span.end, row.end)
        axes.axvspan(start, until, color=colour_of(span.source), alpha=0.15, lw=0, zorder=0)
        if start == span.start and span.distance is not None:
            axes.axvline(start, color=INK, lw=0.7, ls=(0, (1, 2)), zorder=2)
            words = f" {span.distance}"
            at = max(start, free)
            free = at + _width(words, _DISTANCE_SIZE) * row.steps_per_point
            axes.text(at, row.lowest - _DISTANCE_AT, words, size=_DISTANCE_SIZE, color=INK,
                      va="center")  # fmt: skip
    for span, run_end in _runs(seen):
        start, until = max(span.start, row.first), min(run_end, row.end)
        room = (until - start) / row.steps_per_point - 4
        title = shortened(span.tune, room, lambda words: _width(words, _TUNE_SIZE))
        dark = tuple(0.6 * light for light in colour_of(span.source))
        axes.text(start, row.lowest - _TUNE_AT, f" {title}", size=_TUNE_SIZE, va="center",
                  color=dark)  # fmt: skip


def draw_notes(
    row: Row,
    notes: NDArray[np.int64],
    melody_channels: Collection[int],
    spans: Sequence[TuneSpan],
) -> None:
    """Draws the melody in the colour of its tune, and the other parts pale."""
    starts = [span.start for span in spans]
    first, end = row.first * TICKS_PER_STEP, row.end * TICKS_PER_STEP
    here = notes[(notes[:, NOTE_START] < end) & (notes[:, NOTE_END] > first)]
    leading = np.isin(here[:, NOTE_CHANNEL], list(melody_channels))
    drums = here[:, NOTE_CHANNEL] == DRUM_CHANNEL
    heights = np.where(leading, 1.7, 1.0)
    middles = np.where(drums, row.lowest - _DRUM_AT, here[:, NOTE_PITCH])
    # A note that the groove plays early belongs to the step it is written on.
    owners = np.searchsorted(starts, np.rint(here[:, NOTE_START] / TICKS_PER_STEP), "right") - 1
    colours = [
        colour_of(spans[owner].source) if leads else PALE
        for owner, leads in zip(owners.tolist(), leading.tolist(), strict=True)
    ]
    boxes = _boxes(here[:, : NOTE_END + 1] / TICKS_PER_STEP, middles, heights)
    order = np.argsort(leading, kind="stable")  # the melody over the others
    row.axes.add_collection(
        PolyCollection(
            list(boxes[order]),
            facecolors=[colours[index] for index in order],
            edgecolors=["white" if leading[index] else "none" for index in order],
            linewidths=0.5,
            zorder=3,
        ),
        autolim=False,
    )


def write_chords(row: Row, names: Iterable[tuple[int, str]]) -> None:
    """Writes chord symbols, (step, name), above the notes."""
    for step, name in names:
        if step in row:
            row.axes.text(step, row.highest + 2.6, name, size=8, weight="bold", color=INK,
                          va="bottom")  # fmt: skip


def write_sections(row: Row, sections: Iterable[tuple[int, str]]) -> None:
    """Writes the names of sections, (step, name), in boxes above the chords."""
    for step, name in sections:
        if step in row:
            row.axes.annotate(
                name, (step, row.highest + 2.6), (4, 13), textcoords="offset points", size=8,
                weight="bold", color=INK, bbox={"fc": "white", "ec": INK, "lw": 0.7, "pad": 2},
                annotation_clip=False,
            )  # fmt: skip


def _runs(spans: Iterable[TuneSpan]) -> Iterator[tuple[TuneSpan, int]]:
    """The first span of each run from one tune, and the step at which the run ends."""
    for _, group in groupby(spans, lambda span: span.source):
        run = list(group)
        yield run[0], run[-1].end


def _width(words: str, size: float) -> float:
    """The width of words, in points like their size."""
    font = FontProperties(size=size)
    width, _, _ = TextToPath().get_text_width_height_descent(words, font, ismath=False)
    return float(width)


def _boxes(
    times: NDArray[np.float64], middles: NDArray[np.float64], heights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The corners of rectangles, float64[n, 4, 2]."""
    left, right = times.T
    low, high = middles - heights / 2, middles + heights / 2
    corners = [(left, low), (left, high), (right, high), (right, low)]
    return np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1)
