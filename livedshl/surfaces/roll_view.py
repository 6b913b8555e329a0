"""The piano roll of the screen: the notes around the present, and the chords under them."""

from functools import lru_cache
from itertools import groupby

import numpy as np
from rich.style import Style
from rich.text import Text

from livedshl.live.snapshot import Snapshot
from livedshl.midi.general_midi import DRUM_CHANNEL
from livedshl.midi.sounding import NOTE_CHANNEL, NOTE_PITCH
from livedshl.music import TICKS_PER_STEP
from livedshl.surfaces.chord_view import chord_names
from livedshl.surfaces.look import DIM, NOW, part_colour
from livedshl.surfaces.view import Notes, chunk_notes

_COMING_STEPS = 36  # columns for what is composed ahead


def roll(snapshot: Snapshot, width: int, height: int) -> list[Text]:
    """The notes around the present, two pitches a line and a step a column; chords below.

    What sounded is on the left, what comes on the right.
    """
    first_step = snapshot.tick // TICKS_PER_STEP - max(width // 3, width - _COMING_STEPS)
    now = snapshot.tick // TICKS_PER_STEP - first_step
    parts = {part.channel: number for number, part in enumerate(snapshot.steering.band.parts)}
    cells = np.full((2 * height, width), -1, np.int64)
    notes = chunk_notes(snapshot.chunks)
    notes = notes[notes[:, NOTE_CHANNEL] != DRUM_CHANNEL]
    if len(notes):
        lowest, highest = int(notes[:, NOTE_PITCH].min()), int(notes[:, NOTE_PITCH].max())
        pitches_a_row = max(1.0, (highest - lowest + 1) / (2 * height))
        # The melody, which comes first of the parts, is drawn last, over the others.
        order = np.argsort(
            [-parts.get(int(channel), 99) for channel in notes[:, NOTE_CHANNEL]], kind="stable"
        )
        for start, end, channel, pitch in notes[order].tolist():
            left = round(start / TICKS_PER_STEP) - first_step
            right = max(left + 1, round(end / TICKS_PER_STEP) - first_step)
            row = 2 * height - 1 - int((pitch - lowest) / pitches_a_row)
            cells[row, max(0, left) : max(0, right)] = parts.get(channel, len(parts))
    lines = [_roll_line(cells[2 * row], cells[2 * row + 1], now) for row in range(height)]
    return [*lines, chord_names(snapshot, first_step, width)]


def _roll_line(upper: Notes, lower: Notes, now: int) -> Text:
    """A line of text of two rows of cells. Like ones are one run: each run costs time to paint."""
    text = Text()
    cells = zip(upper.tolist(), lower.tolist(), strict=True)
    columns = ((above, below, column == now) for column, (above, below) in enumerate(cells))
    for cell, run in groupby(columns):
        glyph, style = _cell(*cell)
        text.append(glyph * sum(1 for _ in run), style)
    return text


@lru_cache(maxsize=512)
def _cell(above: int, below: int, is_now: bool) -> tuple[str, Style]:
    """The character for two cells, one above the other; each is a part's number or -1."""
    base = NOW if is_now else Style()
    if above < 0 and below < 0:
        return ("│" if is_now else " "), base + DIM
    if above < 0:
        return "▄", base + Style(color=part_colour(below))
    if below < 0 or above == below:
        return ("▀" if below < 0 else "█"), base + Style(color=part_colour(above))
    return "▀", Style(color=part_colour(above), bgcolor=part_colour(below))
