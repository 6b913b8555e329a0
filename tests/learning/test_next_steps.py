import numpy as np
from support.own_tunes import own_tunes

from livedshl.bundle import SegmentLibrary
from livedshl.learning.pretraining import learn_next_steps
from livedshl.networks.next_step import NextStep


def test_what_a_tune_goes_on_with_is_learned_to_be_likely():
    library = SegmentLibrary.of_tunes(own_tunes())
    told = []
    network = NextStep(learn_next_steps(library, 1, told.append))
    assert told[-1] == 1.0
    right, wrong = [], []
    rng = np.random.default_rng(0)
    for start in library.starts[:-2:5].tolist():
        before, own = library.steps[start : start + 16], library.steps[start + 16 : start + 24]
        if len(own) < 8:
            continue
        other = library.contents(rng.integers(len(library), size=9))[:, :8]
        likely = network.likelihood(before, np.concatenate([own[None], other]))
        right.append(likely[0])
        wrong.append(likely[1:].mean())
    assert np.mean(right) > np.mean(wrong)


def test_the_same_seed_learns_the_same():
    library = SegmentLibrary.of_tunes(own_tunes())
    first, again = (learn_next_steps(library, 7, lambda share: None) for _ in range(2))
    assert np.array_equal(first, again)
