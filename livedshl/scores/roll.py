"""Draws a piano roll: the notes of every part, and in colour the tune each bar comes from."""

import io
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from livedshl.errors import OutputError
from livedshl.files import write_beside
from livedshl.midi.events import Events
from livedshl.midi.general_midi import DRUM_CHANNEL
from livedshl.midi.sounding import NOTE_CHANNEL, NOTE_PITCH, notes_of
from livedshl.music import Chord, Grid
from livedshl.music.leadsheet import Key
from livedshl.music.segments import CHORD
from livedshl.music.spelling import chord_name, fifths_of
from livedshl.scores.marks import TuneSpan, title_of
from livedshl.scores.roll_row import (
    GREY,
    INK,
    Row,
    colour_of,
    draw_frame,
    draw_notes,
    draw_tunes,
    write_chords,
    write_sections,
)

_ROW_BARS = 8  # a phrase, so that a return stands below what it repeats
_MOST_ROWS = 125
_DPI = 130
# Inches.
_WIDTH, _LEFT, _RIGHT = 14.0, 0.45, 0.15
_HEAD, _ROW, _GAP, _FOOT = 0.5, 2.0, 0.5, 0.8
_POINTS_PER_INCH = 72
_LEGEND_TUNES, _LEGEND_COLUMNS = 8, 4
# These would otherwise differ from one drawing, or one version of matplotlib, to the next.
_METADATA = {
    ".png": {"Software": "livedshl"},
    ".svg": {"Creator": "livedshl", "Date": None},
    ".pdf": {"Creator": "livedshl", "CreationDate": None},
}
_STYLE = {"svg.hashsalt": "livedshl", "svg.fonttype": "none", "text.parse_math": False}


def write_roll(
    path: Path,
    events: Events,
    steps: NDArray[np.int8],
    chords: Sequence[Chord],
    grid: Grid,
    key: Key,
    melody_channels: Collection[int],
    spans: Sequence[TuneSpan],
    sections: Sequence[tuple[int, str]],
    title: str,
    keys: Mapping[int, Key] | None = None,
) -> None:
    """Draws a performance into `path`, a .png, .svg or .pdf, with eight bars in a row.

    steps: int8[m, 3] in C major or A minor. chords: the chords that the steps number. key: of the
    first bar. keys: by bar from 0, where the key changes. melody_channels: drawn in colour.
    sections: (step, name). Raises OutputError for more than 1000 bars, and OSError.
    """
    row_steps = _ROW_BARS * grid.bar_steps
    n_rows = -(-len(steps) // row_steps)
    if n_rows > _MOST_ROWS:
        raise OutputError(
            f"a picture holds at most {_MOST_ROWS * _ROW_BARS} bars",
            where=str(path),
            remedy="Draw fewer bars",
        )
    spans = [replace(span, tune=title_of(span.tune)) for span in spans]
    title = title_of(title)
    notes = notes_of(events)
    pitched = notes[notes[:, NOTE_CHANNEL] != DRUM_CHANNEL, NOTE_PITCH]
    lowest, highest = (int(pitched.min()), int(pitched.max())) if len(pitched) else (60, 72)
    names = _chord_names(steps, chords, grid, key, keys or {})
    height = _HEAD + n_rows * (_ROW + _GAP) + _FOOT
    width = _WIDTH - _LEFT - _RIGHT
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, height))
        FigureCanvasAgg(figure)
        figure.text(_LEFT / _WIDTH, 1 - 0.24 / height, title, size=13, color=INK, va="center")
        for number in range(n_rows):
            bottom = height - _HEAD - (number + 1) * (_ROW + _GAP) + _GAP / 2
            axes = figure.add_axes((_LEFT / _WIDTH, bottom / height, width / _WIDTH, _ROW / height))
            first = number * row_steps
            points = _POINTS_PER_INCH * width
            row = Row(axes, first, first + row_steps, lowest, highest, points)
            draw_frame(row, grid.bar_steps, len(steps))
            draw_tunes(row, spans)
            draw_notes(row, notes, melody_channels, spans)
            write_chords(row, names)
            write_sections(row, sections)
        _add_legend(figure, spans, grid)
        picture = io.BytesIO()
        ending = path.suffix.lower()
        figure.savefig(picture, format=ending[1:], dpi=_DPI, metadata=_METADATA[ending])
    write_beside(path, picture.getvalue())


def _chord_names(
    steps: NDArray[np.int8],
    chords: Sequence[Chord],
    grid: Grid,
    key: Key,
    keys: Mapping[int, Key],
) -> list[tuple[int, str]]:
    """Chord symbols, (step, name), where the chord changes and at the start of every row."""
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


def _add_legend(figure: Figure, spans: Sequence[TuneSpan], grid: Grid) -> None:
    """Names the tunes with the most bars."""
    steps: Counter[tuple[str, str]] = Counter()
    for span in spans:
        steps[span.source, span.tune] += span.end - span.start
    handles = [
        Patch(color=colour_of(source), label=f"{tune} ({_bars(count / grid.bar_steps)})")
        for (source, tune), count in steps.most_common(_LEGEND_TUNES)
    ]
    others = len(steps) - len(handles)
    note = f"and {others} more. " if others else ""
    figure.legend(
        handles=handles, ncols=_LEGEND_COLUMNS, loc="lower left", fontsize=7.5, frameon=False,
        bbox_to_anchor=(_LEFT / _WIDTH, 0.22 / figure.get_figheight()), borderaxespad=0,
        borderpad=0,
    )  # fmt: skip
    figure.text(
        _LEFT / _WIDTH, 0.1 / figure.get_figheight(), size=7.5, color=GREY,
        s=f"{note}Colour: the tune. Lines: where another phrase takes over the melody, with its "
        "Hamming distance.",
    )  # fmt: skip


def _bars(number: float) -> str:
    return f"{number:.2g} bar" if number == 1 else f"{number:.2g} bars"
