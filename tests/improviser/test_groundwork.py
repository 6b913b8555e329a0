from dataclasses import replace

from support.bundles import random_bundle, random_tunes
from support.strategies import VOCABULARY

from livedshl.bundle import SegmentLibrary
from livedshl.improviser import Groundwork
from livedshl.learning.roles import roles_in

PAUSING = range(4)  # these tunes begin with a bar in which next to nothing is played


def tunes_that_open_after(first_notes):
    """The tunes that may open a section where some begin with so many sixteenths and a rest."""
    tunes = random_tunes(12, n_bars=16, seed=3)
    for number in PAUSING:
        tunes[number].steps[first_notes:16, :2] = 0
        tunes[number].steps[:first_notes, 1] = 1
    library = SegmentLibrary.of_tunes(tunes)
    bundle = random_bundle(12)
    bundle = replace(bundle, library=library, roles=roles_in(library, VOCABULARY, bundle.mode))
    return set(library.tune_of[Groundwork(bundle).openings].tolist())


def test_a_bar_of_rest_does_not_open_a_section_and_one_with_a_few_notes_does():
    for first_notes in (0, 1):
        assert tunes_that_open_after(first_notes) == set(range(12)) - set(PAUSING)
    assert tunes_that_open_after(4) == set(range(12))
