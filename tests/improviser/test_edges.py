from dataclasses import replace

import numpy as np
import pytest
from support.bundles import random_bundle
from support.hand_made import steps_of

from livedshl.improviser.edges import rung_out, struck
from livedshl.music import Mode


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
    ended = rung_out(steps_of([(64, 4), (pitch, 2), (0, 2)]), bundle)
    assert ended[:, 0].tolist() == [64] * 4 + [pitch] * 4
    assert ended[:, 1].tolist() == [1, 0, 0, 0, 1, 0, 0, 0]
    chord = bundle.vocabulary.classes[ended[-1, 2]]
    assert chord.name == ("C" if mode is Mode.MAJOR else "Am")
    assert len(set(ended[4:, 2].tolist())) == 1


@pytest.mark.parametrize(
    ("last", "tonic"), [(62, 60), (66, 60), (67, 72), (71, 72), (59, 60), (61, 60)]
)
def test_another_last_note_moves_to_the_nearest_tonic_on_the_last_beat(last, tonic):
    ended = rung_out(steps_of([(last, 8)]), random_bundle())
    assert ended[:, 0].tolist() == [last] * 4 + [tonic] * 4
    assert ended[:, 1].tolist() == [1, 0, 0, 0, 1, 0, 0, 0]


def test_a_passage_of_rests_ends_on_a_tonic_too():
    ended = rung_out(steps_of([(0, 8)]), random_bundle())
    assert ended[-1, 0] % 12 == 0 and ended[-1, 0] > 0
    assert not np.any(ended[:4, 0]) or ended[0, 0] % 12 == 0
