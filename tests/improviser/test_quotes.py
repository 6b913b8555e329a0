from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import every_hop

from livedshl.bundle import SegmentLibrary
from livedshl.improviser.quotes import SEED_STEPS, Melodies, Quotes
from livedshl.music import COMMON_TIME, GRIDS, Tune


def melody(steps):
    """Pitch and articulation, as one number: what is quoted."""
    return [2 * pitch + articulated for pitch, articulated, _ in steps.tolist()]


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


def little_book(rng):
    """A few tunes of bars out of a few, over so few notes that they have much in common."""
    bars = rng.choice([60, 62], (4, 16)).repeat(2, axis=0).reshape(-1, 16)
    tunes = []
    for number in range(rng.integers(1, 5)):
        own = bars[rng.integers(len(bars), size=rng.integers(1, 6))].reshape(-1)
        steps = np.zeros((len(own), 3), np.int8)
        steps[:, 0], steps[:, 1] = own, np.diff(own, prepend=0) != 0
        starts, phases = every_hop(COMMON_TIME, len(steps))
        tunes.append(Tune(f"Tune {number}", f"book.abc#{number}", steps, starts, phases))
    return SegmentLibrary.of_tunes(tunes)


def heard_music(library, rng):
    """Music put together from pieces of its tunes, int8[n, 3]."""
    pieces = [np.empty((0, 3), np.int8)]
    for _ in range(rng.integers(0, 4)):
        first = rng.integers(len(library.steps))
        pieces.append(library.steps[first : first + rng.integers(1, 50)])
    return np.concatenate(pieces)


@given(st.integers(0, 2**32 - 1))
def test_a_quote_is_the_longest_run_of_any_song_wherever_it_stands(seed):
    rng = np.random.default_rng(seed)
    library = little_book(rng)
    steps = heard_music(library, rng)
    quotes = Quotes(Melodies(library), 8)
    for start in range(0, len(steps), 8):
        quotes.hear(steps[start : start + 8])
        heard = melody(steps[: start + 8])
        runs = [run_at_end(heard, song) for song in songs_of(library)]
        longest = max(runs) if max(runs) >= SEED_STEPS else 0
        assert quotes.beats == longest // 4


@given(st.integers(0, 2**32 - 1), st.integers(1, 8))
def test_exactly_what_would_quote_one_song_for_too_long_is_ruled_out(seed, most_beats):
    rng = np.random.default_rng(seed)
    library = little_book(rng)
    steps = heard_music(library, rng)
    quotes = Quotes(Melodies(library), most_beats)
    quotes.hear(steps)
    most = 4 * max(most_beats, 6)  # what may agree before a segment is always allowed
    songs = songs_of(library)
    for after in library.contents(rng.integers(len(library), size=6)):
        heard = melody(np.concatenate([steps, after]))
        lengths = range(len(steps) + 1, len(heard) + 1)
        expected = any(run_at_end(heard[:n], song) > most for n in lengths for song in songs)
        assert quotes.too_long(after[None]).tolist() == [expected]


def scale_book(grid=COMMON_TIME, n_steps=48):
    """One tune: a scale upwards in the shortest notes, its bars all different."""
    steps = np.zeros((n_steps, 3), np.int8)
    steps[:, 0], steps[:, 1] = np.arange(n_steps) + 1, 1
    return SegmentLibrary.of_tunes(
        [Tune("Scale", "book.abc#1", steps, *every_hop(grid, n_steps), grid)]
    )


@pytest.mark.parametrize("grid", GRIDS.values(), ids=str)
def test_in_no_metre_does_a_song_go_on_for_more_beats_than_may_be_quoted(grid):
    library = scale_book(grid, 120)
    quotes, own, at = Quotes(Melodies(library), 8), library.steps, 0
    while not quotes.too_long(own[None, at : at + grid.segment_steps])[0]:
        quotes.hear(own[at : at + grid.hop_steps])
        at += grid.hop_steps
    longest_beats = (at - grid.hop_steps + grid.segment_steps) / grid.beat_steps
    assert 8 - grid.hop_beats < longest_beats <= 8


def test_a_song_is_left_after_so_many_beats_and_not_before():
    library = scale_book()
    quotes = Quotes(Melodies(library), 8)
    own = library.steps
    quotes.hear(own[:16])
    assert not quotes.too_long(own[None, 16:32])[0]  # 8 beats in all
    quotes.hear(own[16:24])
    assert quotes.too_long(own[None, 24:40])[0]  # it would be 10
    assert quotes.beats == 6


def test_what_the_form_brings_back_is_no_quote():
    library = scale_book()
    quotes = Quotes(Melodies(library), 8)
    quotes.hear(library.steps[:24], planned=True)
    assert quotes.beats == 0
    quotes.hear(library.steps[24:32])
    assert quotes.beats == 2
    assert not quotes.too_long(library.steps[None, 32:48])[0]


def test_other_chords_do_not_make_another_tune_of_it():
    library = scale_book()
    quotes = Quotes(Melodies(library), 8)
    heard = library.steps[:16].copy()
    heard[:, 2] = 3
    quotes.hear(heard)
    assert quotes.beats == 4
