"""What a MIDI file says beside the notes of a passage: its key, sections and chord names."""

from collections.abc import Iterator, Sequence

from livedshl.arranger import Part, symbol_of
from livedshl.improviser import Chart, Passage, Place
from livedshl.midi.signs import NO_CHORD_NAME, Signs
from livedshl.music import Grid
from livedshl.music.chords import NO_CHORD
from livedshl.music.leadsheet import Key
from livedshl.music.segments import CHORD
from livedshl.performance.harmony import Harmony


def signs_of_passage(
    passage: Passage, key: Key, parts: Sequence[Part], harmony: Harmony, grid: Grid
) -> Signs:
    """The signs of a passage that sounds in `key`. harmony: what its chords come from."""
    chart, vocabulary = harmony.chart, harmony.vocabulary
    start = passage.beat * grid.beat_ticks
    numbers = passage.steps[:: grid.beat_steps, CHORD].tolist()
    chords = []
    for beat, number in enumerate(numbers):
        if beat == 0 or number != numbers[beat - 1]:
            chord = None if number == NO_CHORD else vocabulary.classes[number]
            name = symbol_of(chord.transposed(key.shift), parts, key) if chord else NO_CHORD_NAME
            chords.append((start + beat * grid.beat_ticks, name))
    is_intro = passage.place is not None and passage.place.is_intro
    sections = (
        _of_chart(chart, passage, len(numbers), grid)
        if chart and any(section.name for section in chart.sections) and not is_intro
        else _of_form(passage, grid)
    )
    return Signs(((start, key),), tuple(sections), tuple(chords))


def _of_form(passage: Passage, grid: Grid) -> Iterator[tuple[int, str]]:
    """The section of the form that starts with the passage, if one does."""
    place = passage.place
    if place and place.bar == 1 and passage.beat % grid.bar_beats == 0:
        yield passage.beat * grid.beat_ticks, _name_of(place)


def _name_of(place: Place) -> str:
    """The section's name; the first section of a later tune names the tune too."""
    begins = place.tune > 1 and place.time == 1 and place.section == place.plan[0]
    return f"Tune {place.tune}: {place.name}" if begins else place.name


def _of_chart(chart: Chart, passage: Passage, beats: int, grid: Grid) -> Iterator[tuple[int, str]]:
    """The sections of the chart that start within the passage, under their own names."""
    starts, at = {}, 0
    for section in chart.sections:
        starts[at] = section.name
        at += section.beats
    for beat in range(passage.beat, passage.beat + beats):
        if name := starts.get(beat % len(chart.beats)):
            yield beat * grid.beat_ticks, name
