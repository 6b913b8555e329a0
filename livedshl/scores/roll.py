"""Draws a piano roll: every part's notes, and in colour which song each span came from."""

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import hsv_to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Patch
from matplotlib.textpath import TextToPath
from numpy.typing import NDArray

from livedshl.arranger import DRUM_CHANNEL, Part, Role
from livedshl.errors import OutputError
from livedshl.files import write_beside
from livedshl.improviser.sources import SourceSpan, sections_of
from livedshl.midi.sounding import notes_of
from livedshl.music import TICKS_PER_STEP, Chord, Grid
from livedshl.music.leadsheet import Key
from livedshl.music.segments import CHORD
from livedshl.scores.spelling import chord_name, fifths_of

# A row holds a phrase, so that what returns stands below what it repeats.
_ROW_BARS = 8
_MOST_ROWS = 125
_DPI = 130
# Inches.
_WIDTH, _LEFT, _RIGHT = 14.0, 0.45, 0.15
_HEAD, _ROW, _GAP, _FOOT = 0.5, 2.0, 0.5, 0.8
# Semitones below the lowest note: where distances and songs are written, and the edge.
_DISTANCE_AT, _SONG_AT, _EDGE = 4.0, 8.5, 10.0
_DRUM_AT = 1.5  # semitones below the lowest note
_DISTANCE_SIZE, _SONG_SIZE = 6.0, 6.5  # points
_LEGEND_SONGS, _LEGEND_COLUMNS = 8, 4
_GREY, _PALE, _INK = "#7d828b", "#a9afb9", "#222222"
# Saturation and value of the colours; with the hue they tell songs apart.
_SHADES = ((0.80, 0.82), (0.95, 0.58), (0.52, 0.68))
# What would change from one drawing to the next, or from another version's.
_METADATA = {
    ".png": {"Software": "livedshl"},
    ".svg": {"Creator": "livedshl", "Date": None},
    ".pdf": {"Creator": "livedshl", "CreationDate": None},
}
_STYLE = {"svg.hashsalt": "livedshl", "svg.fonttype": "none", "text.parse_math": False}

Rgb = tuple[float, float, float]


def write_roll(
    path: Path,
    events: NDArray[np.int64],
    steps: NDArray[np.int8],
    chords: Sequence[Chord],
    grid: Grid,
    key: Key,
    parts: Sequence[Part],
    spans: Sequence[SourceSpan],
    title: str,
    keys: Mapping[int, Key] | None = None,
) -> None:
    """Draws a performance into `path`, a .png, .svg or .pdf, eight bars a row.

    events: int64[n, 4] as `livedshl.arranger` makes them. steps: int8[m, 3], what they were made
    from. chords: what the chord classes of the steps mean. spans: where each came from. keys:
    by bar from 0, where the key changes. Raises OutputError for more than 1000 bars, OSError.
    """
    row_steps = _ROW_BARS * grid.bar_steps
    n_rows = -(-len(steps) // row_steps)
    if n_rows > _MOST_ROWS:
        raise OutputError(f"{path}: a picture holds at most {_MOST_ROWS * _ROW_BARS} bars")
    notes = notes_of(events)
    pitched = notes[notes[:, 2] != DRUM_CHANNEL, 3]
    lowest, highest = (int(pitched.min()), int(pitched.max())) if len(pitched) else (60, 72)
    names = _chord_names(steps, chords, grid, key, keys or {})
    height = _HEAD + n_rows * (_ROW + _GAP) + _FOOT
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, height))
        FigureCanvasAgg(figure)
        figure.text(_LEFT / _WIDTH, 1 - 0.24 / height, title, size=13, color=_INK, va="center")
        for row in range(n_rows):
            bottom = height - _HEAD - (row + 1) * (_ROW + _GAP) + _GAP / 2
            axes = figure.add_axes(
                (_LEFT / _WIDTH, bottom / height, 1 - (_LEFT + _RIGHT) / _WIDTH, _ROW / height)
            )
            first = row * row_steps
            _rule(axes, first, row_steps, len(steps), grid, (lowest, highest))
            _draw_spans(axes, spans, lowest)
            _draw_notes(axes, notes, parts, spans, lowest)
            _write_chords(axes, names, highest)
            _write_sections(axes, sections_of(spans), highest)
        _add_legend(figure, spans, grid)
        picture = io.BytesIO()
        ending = path.suffix.lower()
        figure.savefig(picture, format=ending[1:], dpi=_DPI, metadata=_METADATA[ending])
    write_beside(path, picture.getvalue())


def colour_of(source: str) -> Rgb:
    """The colour of a song, the same in every picture."""
    number = int.from_bytes(sha256(source.encode()).digest()[:4])
    saturation, value = _SHADES[number % len(_SHADES)]
    red, green, blue = hsv_to_rgb((number / 2**32, saturation, value)).tolist()
    return red, green, blue


def _chord_names(
    steps: NDArray[np.int8],
    chords: Sequence[Chord],
    grid: Grid,
    key: Key,
    keys: Mapping[int, Key],
) -> list[tuple[int, str]]:
    """The chord symbols, each at the step where it begins; anew in each row."""
    names = []
    before = None
    for step in range(0, len(steps), grid.beat_steps):
        key = keys.get(step // grid.bar_steps, key)
        chord = int(steps[step, CHORD])
        if (chord, key) != before or step % (_ROW_BARS * grid.bar_steps) == 0:
            transposed = chords[chord].transposed(key.shift) if chord >= 0 else None
            names.append((step, chord_name(transposed, fifths_of(key)) if transposed else "N.C."))
        before = (chord, key)
    return names


def _rule(
    axes: Axes, first: int, row_steps: int, end: int, grid: Grid, pitches: tuple[int, int]
) -> None:
    """Lays out a row: bar lines with their numbers, and a line for every C."""
    lowest, highest = pitches
    bars = range(first, min(first + row_steps, end), grid.bar_steps)
    axes.set(xlim=(first, first + row_steps), ylim=(lowest - _EDGE, highest + 2))
    axes.set_xticks(bars, [str(step // grid.bar_steps + 1) for step in bars])
    octaves = range(-(-lowest // 12) * 12, highest + 1, 12)
    axes.set_yticks(octaves, [f"C{pitch // 12 - 1}" for pitch in octaves])
    axes.tick_params(length=0, labelsize=7, colors=_GREY, pad=2)
    axes.hlines(octaves, first, end, color=_PALE, lw=0.4, zorder=1)
    axes.vlines([*bars, bars[-1] + grid.bar_steps], lowest - _EDGE, highest + 2,
                color=_GREY, lw=0.9, zorder=1)  # fmt: skip
    for label in axes.get_xticklabels():
        label.set_horizontalalignment("left")
    axes.spines[:].set_visible(False)


def _draw_spans(axes: Axes, spans: Sequence[SourceSpan], lowest: int) -> None:
    """Tints every span in the colour of its song; joins are lines with their distance."""
    first, end = axes.get_xlim()
    steps_per_point = (end - first) / (72 * (_WIDTH - _LEFT - _RIGHT))
    seen = [span for span in spans if span.start < end and span.end > first]
    free = first
    for span in seen:
        start, until = max(span.start, first), min(span.end, end)
        colour = colour_of(span.provenance.source)
        axes.axvspan(start, until, color=colour, alpha=0.15, lw=0, zorder=0)
        if start == span.start and span.provenance.hamming is not None:
            axes.axvline(start, color=_INK, lw=0.7, ls=(0, (1, 2)), zorder=2)
            distance = f" {span.provenance.hamming}"
            at = max(start, free)
            free = at + _width(distance, _DISTANCE_SIZE) * steps_per_point
            axes.text(at, lowest - _DISTANCE_AT, distance, size=_DISTANCE_SIZE, color=_INK,
                      va="center")  # fmt: skip
    for span, run_end in _songs(seen):
        start, until = max(span.start, first), min(run_end, end)
        words = _fitting(span.provenance.song, (until - start) / steps_per_point - 4)
        dark = tuple(0.6 * light for light in colour_of(span.provenance.source))
        axes.text(start, lowest - _SONG_AT, f" {words}", size=_SONG_SIZE, va="center", color=dark)


def _songs(spans: Sequence[SourceSpan]) -> Iterator[tuple[SourceSpan, int]]:
    """The first span of each run from one song, and the step at which the run ends."""
    opening: SourceSpan | None = None
    for span in spans:
        if opening is None or span.provenance.source != opening.provenance.source:
            if opening:
                yield opening, span.start
            opening = span
    if opening:
        yield opening, spans[-1].end


def _fitting(words: str, room_points: float) -> str:
    """As much of a song's name as there is room for."""
    if _width(words, _SONG_SIZE) <= room_points:
        return words
    while words and _width(f"{words}…", _SONG_SIZE) > room_points:
        words = words[:-1].rstrip()
    return words and f"{words}…"


def _width(words: str, size: float) -> float:
    """The width of words, in points as their size."""
    font = FontProperties(size=size)
    width, _, _ = TextToPath().get_text_width_height_descent(words, font, ismath=False)
    return float(width)


def _draw_notes(
    axes: Axes,
    notes: NDArray[np.int64],
    parts: Iterable[Part],
    spans: Sequence[SourceSpan],
    lowest: int,
) -> None:
    """Melodies in the colour of the song that they come from, the other parts pale."""
    melodies = [part.channel for part in parts if part.role is Role.MELODY]
    starts = [span.start for span in spans]
    first, end = (edge * TICKS_PER_STEP for edge in axes.get_xlim())
    here = notes[(notes[:, 0] < end) & (notes[:, 1] > first)]
    leading = np.isin(here[:, 2], melodies)
    drums = here[:, 2] == DRUM_CHANNEL
    heights = np.where(leading, 1.7, 1.0)
    middles = np.where(drums, lowest - _DRUM_AT, here[:, 3])
    # A note that a groove plays early belongs to the step that it is meant for.
    owners = np.searchsorted(starts, np.rint(here[:, 0] / TICKS_PER_STEP), "right") - 1
    colours = [
        colour_of(spans[owner].provenance.source) if leads else _PALE
        for owner, leads in zip(owners.tolist(), leading.tolist(), strict=True)
    ]
    boxes = _boxes(here[:, :2] / TICKS_PER_STEP, middles, heights)
    order = np.argsort(leading, kind="stable")  # melodies over the others
    axes.add_collection(
        PolyCollection(
            list(boxes[order]),
            facecolors=[colours[index] for index in order],
            edgecolors=["white" if leading[index] else "none" for index in order],
            linewidths=0.5,
            zorder=3,
        ),
        autolim=False,
    )


def _boxes(
    times: NDArray[np.float64], middles: NDArray[np.float64], heights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The corners of rectangles, float64[n, 4, 2]."""
    left, right = times.T
    low, high = middles - heights / 2, middles + heights / 2
    corners = [(left, low), (left, high), (right, high), (right, low)]
    return np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1)


def _write_chords(axes: Axes, names: Iterable[tuple[int, str]], highest: int) -> None:
    first, end = axes.get_xlim()
    for step, name in names:
        if first <= step < end:
            axes.text(step, highest + 2.6, name, size=8, weight="bold", color=_INK, va="bottom")


def _write_sections(axes: Axes, sections: Iterable[tuple[int, str]], highest: int) -> None:
    first, end = axes.get_xlim()
    for step, name in sections:
        if first <= step < end:
            axes.annotate(
                name, (step, highest + 2.6), (4, 13), textcoords="offset points", size=8,
                weight="bold", color=_INK, bbox={"fc": "white", "ec": _INK, "lw": 0.7, "pad": 2},
                annotation_clip=False,
            )  # fmt: skip


def _add_legend(figure: Figure, spans: Sequence[SourceSpan], grid: Grid) -> None:
    """Names the songs with most bars."""
    steps: Counter[tuple[str, str]] = Counter()
    for span in spans:
        steps[span.provenance.source, span.provenance.song] += span.end - span.start
    handles = [
        Patch(color=colour_of(source), label=f"{song} ({_bars(count / grid.bar_steps)})")
        for (source, song), count in steps.most_common(_LEGEND_SONGS)
    ]
    others = len(steps) - len(handles)
    note = f"and {others} more. " if others else ""
    figure.legend(
        handles=handles, ncols=_LEGEND_COLUMNS, loc="lower left", fontsize=7.5, frameon=False,
        bbox_to_anchor=(_LEFT / _WIDTH, 0.22 / figure.get_figheight()), borderaxespad=0,
        borderpad=0,
    )  # fmt: skip
    figure.text(
        _LEFT / _WIDTH, 0.1 / figure.get_figheight(), size=7.5, color=_GREY,
        s=f"{note}Colour: the song. Lines: where another segment takes over the melody, with its "
        "Hamming distance.",
    )  # fmt: skip


def _bars(number: float) -> str:
    return f"{number:.2g} bar" if number == 1 else f"{number:.2g} bars"
