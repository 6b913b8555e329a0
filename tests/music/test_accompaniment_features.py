import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.accompaniments import accompanied, accompanied_bars

from livedshl.music.accompaniment import accompaniment_of
from livedshl.music.accompaniment_features import (
    N_INTERVALS,
    AccompanimentBars,
    likeness,
    mutual_likeness,
)


def bars_of(*sheets):
    cut = [accompaniment_of(sheet) for sheet in sheets]
    return AccompanimentBars.of(cut, range(len(cut)))


def test_a_figure_over_another_chord_has_the_same_rhythm_and_intervals():
    on_c = [(0, 4, 48, 1), (4, 4, 64, 0), (8, 4, 67, 0)]
    on_f = [(onset, length, pitch + 5, hand) for onset, length, pitch, hand in on_c]
    bars = bars_of(accompanied(on_c, [(0, "C")]), accompanied(on_f, [(0, "F")]))
    assert (bars.rhythms[0] == bars.rhythms[1]).all()
    assert (bars.figures[0, -N_INTERVALS:] == bars.figures[1, -N_INTERVALS:]).all()
    assert (bars.chords[0] != bars.chords[1]).any()
    assert bars.contents[0] != bars.contents[1]


def test_a_bar_that_comes_again_has_the_same_content():
    notes = [(16 * bar, 16, pitch, 1) for bar, pitch in enumerate((48, 53, 48))]
    contents = bars_of(accompanied(notes, [(0, "C")], bars=3)).contents
    assert contents[0] == contents[2] != contents[1]


def test_bars_lead_on_within_a_song_only_and_over_nothing_left_out():
    notes = [(16 * bar, 16, 48, 1) for bar in (0, 1, 3, 4)]
    bars = bars_of(*(accompanied(notes, [(0, "C")], bars=5) for _ in range(2)))
    assert bars.followed().tolist() == [0, 3, 5, 8]
    assert bars.back(np.array([1, 5, 3]), 1)[1].tolist() == [True, False, False]


@given(st.lists(accompanied_bars(), min_size=1, max_size=4))
def test_every_bar_is_most_like_itself(sheets):
    bars = bars_of(*sheets)
    figures = bars.figures
    assert np.allclose(likeness(figures, figures), 1, atol=1e-5)
    alike = mutual_likeness(figures, figures)
    assert (alike <= alike.diagonal() + 1e-5).all()
    assert np.isfinite(figures).all()
