from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import libraries

from livedshl.improviser.quotes import SEED_STEPS, Quotes
from livedshl.index import SegmentLibrary
from livedshl.music import Tune


def melody(steps):
    """Pitch and articulation: what is quoted."""
    return [tuple(step) for step in steps[:, :2].tolist()]


def songs_of(library):
    bounds = library.tune_steps.tolist()
    return [melody(library.steps[a:b]) for a, b in pairwise(bounds)]


def run_at_end(heard, song):
    """The longest ending of `heard` that stands somewhere in the song, by trying all."""
    longest = 0
    for end in range(1, len(song) + 1):
        run = 0
        while run < min(end, len(heard)) and heard[-1 - run] == song[end - 1 - run]:
            run += 1
        longest = max(longest, run)
    return longest


@st.composite
def heard_music(draw):
    """A library, and music put together from pieces of its tunes: int8[n, 3]."""
    library = draw(libraries)
    pieces = []
    for _ in range(draw(st.integers(0, 4))):
        first = draw(st.integers(0, len(library.steps) - 1))
        pieces.append(library.steps[first : first + draw(st.integers(1, 40))])
    return library, np.concatenate([np.empty((0, 3), np.int8), *pieces])


@given(heard_music())
def test_a_quote_is_the_longest_run_of_any_song_wherever_it_stands(music):
    library, steps = music
    quotes = Quotes(library, 8)
    for start in range(0, len(steps), 8):
        quotes.hear(steps[start : start + 8])
        heard = melody(steps[: start + 8])
        runs = [run_at_end(heard, song) for song in songs_of(library)]
        longest = max(runs) if max(runs) >= SEED_STEPS else 0
        assert quotes.beats == longest // 4
        assert quotes.songs.tolist() == [n for n, run in enumerate(runs) if run == longest > 0]


@given(heard_music(), st.integers(1, 8), st.data())
def test_exactly_what_would_quote_one_song_for_too_long_is_ruled_out(music, most_beats, data):
    library, steps = music
    quotes = Quotes(library, most_beats)
    quotes.hear(steps)
    most = 4 * max(most_beats, 6)  # a segment and a half is always allowed
    starts = st.sampled_from(library.starts.tolist())
    after = [library.steps[start : start + 16] for start in data.draw(st.lists(starts, min_size=1))]
    for start in np.flatnonzero([(window == steps[-16:]).all() for window in library.contents()]):
        end = library.starts[start] + 16  # what goes on as its song does
        after += [library.steps[end : end + 16]] if end + 16 <= len(library.steps) else []
    too_long = [
        any(
            run_at_end(melody(steps) + melody(candidate[:n]), song) > most
            for song in songs_of(library)
            for n in range(1, 17)
        )
        for candidate in after
    ]
    assert quotes.too_long(np.array(after)).tolist() == too_long


def scale_book():
    """One tune: a scale up over four octaves in sixteenths, its bars all different."""
    steps = np.zeros((48, 3), np.int8)
    steps[:, 0], steps[:, 1] = np.arange(40, 88), 1
    starts = np.arange(0, 33, 8, dtype=np.int32)
    return SegmentLibrary.of_tunes(
        [Tune("Scale", "book.abc#1", steps, starts, (starts // 4 % 4).astype(np.int8))]
    )


def test_a_song_is_left_after_so_many_beats_and_not_before():
    library = scale_book()
    quotes = Quotes(library, 8)
    own = library.steps
    quotes.hear(own[:16])
    assert not quotes.too_long(own[None, 16:32])[0]  # 8 beats in all
    quotes.hear(own[16:24])
    assert quotes.too_long(own[None, 24:40])[0]  # it would be 10
    assert quotes.beats == 6


def test_what_the_form_brings_back_is_no_quote():
    library = scale_book()
    quotes = Quotes(library, 8)
    quotes.hear(library.steps[:24], planned=True)
    assert quotes.beats == 0
    quotes.hear(library.steps[24:32])
    assert quotes.beats == 2
    assert not quotes.too_long(library.steps[None, 32:48])[0]


def test_other_chords_do_not_make_another_tune_of_it():
    library = scale_book()
    quotes = Quotes(library, 8)
    heard = library.steps[:16].copy()
    heard[:, 2] = 3
    quotes.hear(heard)
    assert quotes.beats == 4
