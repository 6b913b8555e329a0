"""Writes melody, chord symbols and parts for keyboards as MusicXML 4.0."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from livedshl.music import TICKS_PER_STEP, Chord, Grid
from livedshl.music.leadsheet import Key
from livedshl.music.segments import CHORD
from livedshl.music.spelling import fifths_of
from livedshl.scores.elements import (
    Speller,
    add_barline,
    add_chord,
    add_clef,
    add_key,
    add_metre,
    add_note,
    add_parts,
    new_score,
    written_out,
)
from livedshl.scores.keyboard import KeyboardPart, add_keyboard
from livedshl.scores.marks import LINE_BARS, Mark, title_of
from livedshl.scores.written_notes import QUARTER, beams_of, written_notes


def musicxml(
    steps: NDArray[np.int8],
    chords: Sequence[Chord],
    grid: Grid,
    key: Key,
    tempo_bpm: float,
    title: str,
    creator: str = "livedshl",
    keys: Mapping[int, Key] | None = None,
    marks: Sequence[Mark] = (),
    tempi: Sequence[tuple[int, float]] = (),
    keyboards: Sequence[KeyboardPart] = (),
) -> bytes:
    """The score of steps, int8[n, 3] in C major or A minor, with four bars on a line.

    chords: the chords that the steps number. key: of the first bar. keys: by bar from 0, where the
    key changes. tempo_bpm: beats of the grid a minute. marks: words beside the notes. tempi: (tick,
    BPM) of each change of tempo. Where it falls from step to step, a ritardando is written.
    keyboards: parts on two staves below the melody.
    """
    score = new_score(title, creator)
    part, *others = add_parts(score, ["Melody", *(keyboard.name for keyboard in keyboards)])
    n_bars = -(-len(steps) // grid.bar_steps)
    bar_keys = _by_bar(keys or {}, key, n_bars)
    over = _sounding(steps, chords, bar_keys, grid)
    for other, keyboard in zip(others, keyboards, strict=True):
        add_keyboard(other, keyboard.notes, over, grid, bar_keys)
    speller = Speller()
    symbol: tuple[Chord | None, ...] = ()  # the last that was written, if one was in this key
    marks_at = _by_step(marks)
    tempi_at = {tick // TICKS_PER_STEP: bpm for tick, bpm in tempi}
    for bar, key in enumerate(bar_keys):
        start, fifths = bar * grid.bar_steps, fifths_of(key)
        measure = ET.SubElement(part, "measure", number=str(bar + 1))
        if bar and bar % LINE_BARS == 0:
            ET.SubElement(measure, "print", {"new-system": "yes"})
        if bar == 0:
            _add_attributes(measure, key, grid)
            _add_tempo(measure, tempi_at.get(0, tempo_bpm), grid)
        elif key != bar_keys[bar - 1]:
            symbol = ()
            add_key(ET.SubElement(measure, "attributes"), key)
        end = min(start + grid.bar_steps, len(steps))
        notes = written_notes(steps, start, end, grid.beat_steps, key.shift)
        for note, beams in zip(notes, beams_of(notes, grid.beat_steps), strict=True):
            onset = start + note.first
            for step in range(onset, onset + note.length):
                for mark in marks_at.get(step, ()):
                    _add_mark(measure, mark, step - onset)
                if step and step in tempi_at:
                    _add_change(measure, step, tempi_at, grid, step - onset)
            if note.first % grid.beat_steps == 0 and symbol != (over[onset],):
                add_chord(measure, over[onset], fifths)
                symbol = (over[onset],)
            add_note(measure, note, speller.spelled(note, over[onset], fifths), beams)
        if any(mark.section for mark in marks_at.get(start + grid.bar_steps, ())):
            add_barline(measure, "light-light")
    add_barline(measure, "light-heavy")
    return written_out(score)


def _by_bar(keys: Mapping[int, Key], key: Key, n_bars: int) -> list[Key]:
    """The key of each bar."""
    found = []
    for bar in range(n_bars):
        key = keys.get(bar, key) if bar else key
        found.append(key)
    return found


def _sounding(
    steps: NDArray[np.int8], chords: Sequence[Chord], bar_keys: Sequence[Key], grid: Grid
) -> list[Chord | None]:
    """The chord of each step as it sounds; None for none."""
    return [
        chords[chord].transposed(bar_keys[step // grid.bar_steps].shift) if chord >= 0 else None
        for step, chord in enumerate(steps[:, CHORD].tolist())
    ]


def _by_step(marks: Sequence[Mark]) -> Mapping[int, Sequence[Mark]]:
    at: dict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        at[mark.step].append(mark)
    return at


def _add_attributes(measure: ET.Element, key: Key, grid: Grid) -> None:
    attributes = ET.SubElement(measure, "attributes")
    ET.SubElement(attributes, "divisions").text = str(QUARTER)
    add_key(attributes, key)
    add_metre(attributes, grid.metre)
    add_clef(attributes)


def _add_tempo(measure: ET.Element, tempo_bpm: float, grid: Grid, offset_steps: int = 0) -> None:
    """Writes a tempo that belongs `offset_steps` after the start of the next note."""
    direction = ET.SubElement(measure, "direction", placement="above")
    metronome = ET.SubElement(ET.SubElement(direction, "direction-type"), "metronome")
    ET.SubElement(metronome, "beat-unit").text = "quarter"
    if grid.beat_steps != QUARTER:
        ET.SubElement(metronome, "beat-unit-dot")
    ET.SubElement(metronome, "per-minute").text = f"{tempo_bpm:g}"
    if offset_steps:
        ET.SubElement(direction, "offset", sound="yes").text = str(offset_steps)
    ET.SubElement(direction, "sound", tempo=f"{grid.quarter_bpm(tempo_bpm):g}")


def _add_change(
    measure: ET.Element, step: int, tempi_at: Mapping[int, float], grid: Grid, offset_steps: int
) -> None:
    """Writes a change of tempo: as part of a ritardando where others are next to it."""
    begins = step - 1 not in tempi_at
    if begins and step + 1 not in tempi_at:
        _add_tempo(measure, tempi_at[step], grid, offset_steps)
    else:
        _add_slowing(measure, grid.quarter_bpm(tempi_at[step]), offset_steps, begins)


def _add_slowing(measure: ET.Element, quarter_bpm: float, offset_steps: int, begins: bool) -> None:
    """Writes a tempo that belongs `offset_steps` after the start of the next note."""
    tempo = f"{quarter_bpm:.3f}"
    if begins:
        direction = ET.SubElement(measure, "direction", placement="above")
        kind = ET.SubElement(direction, "direction-type")
        ET.SubElement(kind, "words", {"font-style": "italic"}).text = "rit."
        if offset_steps:
            ET.SubElement(direction, "offset", sound="yes").text = str(offset_steps)
        ET.SubElement(direction, "sound", tempo=tempo)
        return
    sound = ET.SubElement(measure, "sound", tempo=tempo)
    if offset_steps:
        ET.SubElement(sound, "offset").text = str(offset_steps)


def _add_mark(measure: ET.Element, mark: Mark, offset_steps: int) -> None:
    """Writes a mark that belongs `offset_steps` after the start of the next note."""
    place = "above" if mark.section else "below"
    direction = ET.SubElement(measure, "direction", placement=place)
    kind = ET.SubElement(direction, "direction-type")
    if mark.section:
        ET.SubElement(kind, "rehearsal", enclosure="square").text = title_of(mark.text)
    else:
        # A fixed height keeps the words of a line in a row.
        ET.SubElement(kind, "words", {"default-y": "-60"}).text = title_of(mark.text)
    if offset_steps:
        ET.SubElement(direction, "offset").text = str(offset_steps)
