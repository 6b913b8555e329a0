import numpy as np
from hand_made import library_of, steps_of
from hypothesis import given, settings
from hypothesis import strategies as st

from livedshl.measures.quotes import QuoteIndex

# Few pitches, so that long runs recur.
melodies = st.lists(
    st.tuples(st.sampled_from([0, 60, 62, 127]), st.integers(1, 3)), min_size=16, max_size=30
).map(lambda notes: steps_of(notes)[:48])


def searched(steps, planned, tunes):
    """The same by trying every place of every tune."""
    found = np.zeros(len(steps), int)
    for start in range(len(steps)):
        for tune in tunes:
            for at in range(len(tune)):
                length = 0
                while (
                    start + length < len(steps)
                    and at + length < len(tune)
                    and not planned[start + length]
                    and (steps[start + length, :2] == tune[at + length, :2]).all()
                ):
                    length += 1
                found[start] = max(found[start], length)
    return found


@settings(deadline=None)
@given(melodies, st.lists(melodies, min_size=1, max_size=3), st.data())
def test_runs_are_those_that_trying_every_place_finds(steps, tunes, data):
    planned = np.zeros(len(steps), np.bool_)
    planned[data.draw(st.integers(0, 47)) :] = data.draw(st.booleans())
    runs = QuoteIndex(library_of(*tunes)).runs(steps, planned)
    assert runs.tolist() == searched(steps, planned, tunes).tolist()


@settings(deadline=None)
@given(st.lists(melodies, min_size=2, max_size=4), st.data())
def test_a_tune_that_is_left_out_is_not_quoted(tunes, data):
    own = data.draw(st.integers(0, len(tunes) - 1))
    unplanned = np.zeros(len(tunes[own]), np.bool_)
    runs = QuoteIndex(library_of(*tunes)).runs(tunes[own], unplanned, own)
    others = tunes[:own] + tunes[own + 1 :]
    assert runs.tolist() == searched(tunes[own], unplanned, others).tolist()


def test_a_whole_tune_is_one_quote_and_other_chords_do_not_hide_it():
    rng = np.random.default_rng(1)
    notes = [(int(pitch), 2) for pitch in rng.integers(60, 72, 288)]
    library = library_of(steps_of(notes, ["C"]), steps_of(notes[::-1], ["C"]))
    steps = steps_of(notes, ["F"])
    assert QuoteIndex(library).runs(steps, np.zeros(len(steps), np.bool_))[0] == 576
