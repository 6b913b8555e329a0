from xml.etree import ElementTree as ET

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import VOCABULARY, grids, step_arrays

from livedshl.music import COMMON_TIME, Mode
from livedshl.music.leadsheet import Key
from livedshl.scores.musicxml import musicxml
from livedshl.scores.screen_score import ScreenEngraver

SIGNS = {"flat-flat": -2, "flat": -1, "natural": 0, "sharp": 1, "double-sharp": 2}
SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
keys = st.builds(Key, st.integers(0, 11), st.sampled_from([Mode.MAJOR, Mode.MINOR]))
three_bars = grids.flatmap(
    lambda grid: st.tuples(st.just(grid), step_arrays(3 * grid.bar_steps, grid.beat_steps))
)


def as_a_player_reads_it(score):
    """The pitches of a score by its key signature and signs alone."""
    signature, before = {}, None
    for measure in ET.fromstring(score).iter("measure"):
        signs = {}
        for element in measure:
            if fifths := element.findtext("key/fifths"):
                count = int(fifths)
                letters = "FCGDAEB"[:count] if count >= 0 else "BEADGCF"[:-count]
                signature = dict.fromkeys(letters, 1 if count >= 0 else -1)
            if element.find("pitch") is None:
                continue
            letter, octave = element.findtext("pitch/step"), int(element.findtext("pitch/octave"))
            if sign := element.findtext("accidental"):
                signs[letter, octave] = SIGNS[sign]
            alter = signs.get((letter, octave), signature.get(letter, 0))
            written = 12 * (octave + 1) + SEMITONES[letter] + alter
            tied = any(tie.get("type") == "stop" for tie in element.findall("tie"))
            before = before if tied else written
            yield before


@given(three_bars, keys)
def test_a_player_who_reads_the_signs_plays_every_pitch(grid_and_steps, key):
    grid, steps = grid_and_steps
    score = musicxml(steps, VOCABULARY.classes, grid, key, 100, "Title")
    pitches = [
        int(note.findtext("pitch/octave")) * 12
        + 12
        + SEMITONES[note.findtext("pitch/step")]
        + int(note.findtext("pitch/alter", "0"))
        for note in ET.fromstring(score).iter("note")
        if note.find("pitch") is not None
    ]
    assert list(as_a_player_reads_it(score)) == pitches


def test_a_sign_is_written_once_a_bar_and_drawn():
    steps = np.full((32, 3), -1, np.int8)
    steps[:, 1] = 0
    steps[::4, 1] = 1
    for bar in (0, 16):
        steps[bar : bar + 16, 0] = np.repeat((66, 66, 65, 65), 4)  # F sharp twice, F twice
    score = musicxml(steps, VOCABULARY.classes, COMMON_TIME, Key(0, Mode.MAJOR), 100, "Title")
    notes = list(ET.fromstring(score).iter("note"))
    assert [n.findtext("accidental") for n in notes] == 2 * ["sharp", None, "natural", None]
    steps[:, 0] = 65  # F alone, which needs no sign
    plain = musicxml(steps, VOCABULARY.classes, COMMON_TIME, Key(0, Mode.MAJOR), 100, "Title")
    engraver = ScreenEngraver()
    outlines, fewer = (engraver.engrave(each.decode()).svg.count("M ") for each in (score, plain))
    assert outlines >= fewer + 4  # each sign has one or two
