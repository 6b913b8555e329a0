from xml.etree import ElementTree as ET

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import VOCABULARY, grids, step_arrays
from support.written_notes import keys, pitch_of, read_by_signs

from livedshl.music import COMMON_TIME, Mode
from livedshl.music.leadsheet import Key
from livedshl.scores.musicxml import musicxml
from livedshl.scores.screen_score import ScreenEngraver

three_bars = grids.flatmap(
    lambda grid: st.tuples(st.just(grid), step_arrays(3 * grid.bar_steps, grid.beat_steps))
)


@given(three_bars, keys)
def test_a_player_who_reads_the_signs_plays_every_pitch(grid_and_steps, key):
    grid, steps = grid_and_steps
    score = musicxml(steps, VOCABULARY.classes, grid, key, 100, "Title")
    read = list(read_by_signs(ET.fromstring(score)))
    assert [pitch for _, pitch in read] == [pitch_of(note) for note, _ in read]
    assert len(read) == score.count(b"<pitch>")


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
