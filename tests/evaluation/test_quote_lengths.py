from itertools import takewhile

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.hand_made import library_of, steps_of

from livedshl.evaluation.music.quotes import QuoteIndex

# Few pitches, so that long runs recur.
melodies = st.lists(
    st.tuples(st.sampled_from([0, 60, 62, 127]), st.integers(1, 3)), min_size=16, max_size=30
).map(lambda notes: steps_of(notes)[:48])


def searched(steps, planned, tunes):
    """The same by trying every place of every tune."""
    played = [None if p else tuple(s) for p, s in zip(planned, steps[:, :2].tolist(), strict=True)]
    places = [list(map(tuple, tune[at:, :2].tolist())) for tune in tunes for at in range(len(tune))]
    found = []
    for start in range(len(played)):
        pairs = [zip(played[start:], place, strict=False) for place in places]
        found.append(max(sum(1 for _ in takewhile(lambda p: p[0] == p[1], run)) for run in pairs))
    return found


@given(melodies, st.lists(melodies, min_size=1, max_size=3), st.data())
def test_runs_are_those_that_trying_every_place_finds(steps, tunes, data):
    planned = np.zeros(len(steps), np.bool_)
    planned[data.draw(st.integers(0, 47)) :] = data.draw(st.booleans())
    runs = QuoteIndex(library_of(*tunes)).runs(steps, planned)
    assert runs.tolist() == searched(steps, planned, tunes)


@given(st.lists(melodies, min_size=2, max_size=4), st.data())
def test_a_tune_that_is_left_out_is_not_quoted(tunes, data):
    own = data.draw(st.integers(0, len(tunes) - 1))
    unplanned = np.zeros(len(tunes[own]), np.bool_)
    runs = QuoteIndex(library_of(*tunes)).runs(tunes[own], unplanned, own)
    others = tunes[:own] + tunes[own + 1 :]
    assert runs.tolist() == searched(tunes[own], unplanned, others)


def test_a_whole_tune_is_one_quote_and_other_chords_do_not_hide_it():
    rng = np.random.default_rng(1)
    notes = [(int(pitch), 2) for pitch in rng.integers(60, 72, 288)]
    library = library_of(steps_of(notes, ["C"]), steps_of(notes[::-1], ["C"]))
    steps = steps_of(notes, ["F"])
    assert QuoteIndex(library).runs(steps, np.zeros(len(steps), np.bool_))[0] == 576
