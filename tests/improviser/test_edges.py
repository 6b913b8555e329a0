from dataclasses import replace

import numpy as np
import pytest
from support.bundles import random_bundle
from support.hand_made import steps_of
from support.strategies import every_hop

from livedshl.bundle import SegmentLibrary
from livedshl.improviser.edges import rung_out, struck
from livedshl.improviser.quotes import Melodies, Quotes
from livedshl.music import COMMON_TIME, GRIDS, Mode, Tune


def nothing_of(bundle):
    """What is known of quotes before any music."""
    return Quotes(Melodies(bundle.library), most_beats=8)


def test_a_tied_first_note_is_struck_and_a_rest_is_not():
    tied = steps_of([(60, 8)])
    tied[0, 1] = 0
    assert struck(tied)[:, 1].tolist() == [1] + [0] * 7
    assert tied[0, 1] == 0
    rest = steps_of([(0, 4), (60, 4)])
    assert struck(rest)[0, 1] == 0


@pytest.mark.parametrize(("mode", "pitch"), [(Mode.MAJOR, 60), (Mode.MINOR, 57)])
def test_a_last_note_on_the_tonic_is_held_to_the_end(mode, pitch):
    bundle = replace(random_bundle(), mode=mode)
    ended = rung_out(steps_of([(64, 4), (pitch, 2), (0, 2)]), bundle, nothing_of(bundle))
    assert ended[:, 0].tolist() == [64] * 4 + [pitch] * 4
    assert ended[:, 1].tolist() == [1, 0, 0, 0, 1, 0, 0, 0]
    chord = bundle.vocabulary.classes[ended[-1, 2]]
    assert chord.name == ("C" if mode is Mode.MAJOR else "Am")
    assert len(set(ended[4:, 2].tolist())) == 1


@pytest.mark.parametrize(
    ("last", "tonic"), [(62, 60), (66, 60), (67, 72), (71, 72), (59, 60), (61, 60)]
)
def test_another_last_note_moves_to_the_nearest_tonic_on_the_last_beat(last, tonic):
    bundle = random_bundle()
    ended = rung_out(steps_of([(last, 8)]), bundle, nothing_of(bundle))
    assert ended[:, 0].tolist() == [last] * 4 + [tonic] * 4
    assert ended[:, 1].tolist() == [1, 0, 0, 0, 1, 0, 0, 0]


@pytest.mark.parametrize(
    ("metre", "notes", "at"),
    [("4/4", [(64, 4), (62, 2), (60, 2)], 4), ("6/8", [(64, 6), (60, 4), (60, 2)], 6)],
)
def test_a_last_note_off_the_beat_comes_on_the_beat(metre, notes, at):
    bundle = random_bundle(grid=GRIDS[metre])
    ended = rung_out(steps_of(notes), bundle, nothing_of(bundle))
    assert ended[:, 0].tolist() == [64] * at + [60] * (len(ended) - at)
    assert np.flatnonzero(ended[:, 1]).tolist() == [0, at]


def test_a_passage_of_rests_ends_on_a_tonic_too():
    bundle = random_bundle()
    ended = rung_out(steps_of([(0, 8)]), bundle, nothing_of(bundle))
    assert ended[-1, 0] % 12 == 0 and ended[-1, 0] > 0
    assert not np.any(ended[:4, 0]) or ended[0, 0] % 12 == 0


@pytest.mark.parametrize(
    ("heard_steps", "struck_at"), [(16, [0, 4]), (20, [0, 4, 12]), (24, [0, 4, 8])]
)
def test_a_last_note_that_a_song_holds_too_is_struck_again_before_the_quote_is_too_long(
    heard_steps, struck_at
):
    melody = [(pitch, 4) for pitch in (62, 64, 65, 67, 69, 71, 69, 67, 62)]
    song = steps_of([*melody, (60, 12)])
    tune = Tune("Song", "book.abc#1", song, *every_hop(COMMON_TIME, len(song)))
    quotes = Quotes(Melodies(SegmentLibrary.of_tunes([tune])), most_beats=8)
    quotes.hear(song[32 - heard_steps : 32])
    ended = rung_out(steps_of([(62, 4), (60, 4), (0, 8)]), random_bundle(), quotes)
    assert ended[:, 0].tolist() == [62] * 4 + [60] * 12
    assert np.flatnonzero(ended[:, 1]).tolist() == struck_at
