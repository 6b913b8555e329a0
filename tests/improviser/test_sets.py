"""Sets keep to one dance, which a preset may choose."""

from dataclasses import replace

import numpy as np
import pytest
from support.bundles import index_of, random_bundle

from livedshl.bundle.library import TuneInfo
from livedshl.improviser import ContinuationRules, Repertoire
from livedshl.improviser.line import Line
from livedshl.improviser.wishes import Wishes
from livedshl.music.dances import Dance

TITLES = ("A reel", "A march")
PLAIN = random_bundle(n_tunes=24)
TUNES = [TuneInfo(TITLES[at % 2], info.source) for at, info in enumerate(PLAIN.library.tunes)]
BUNDLE = replace(PLAIN, library=replace(PLAIN.library, tunes=tuple(TUNES)))
LIBRARY = BUNDLE.library


def repertoire(**rules):
    return Repertoire(BUNDLE, index_of(BUNDLE), ContinuationRules(**rules))


def titles_of(wish):
    """The titles of the tunes that a section may open with."""
    return {TUNES[tune].title for tune in LIBRARY.tune_of[wish.segments].tolist()}


def opened_with(line, tune):
    line.add(LIBRARY.opening_of(tune), None, merged=False, n_beats=4, planned=False)


@pytest.mark.parametrize("tune", [0, 1])
def test_the_sections_of_a_set_open_with_the_dance_of_the_first(tune):
    player = repertoire()
    line, wishes = Line(player), Wishes(player)
    assert titles_of(wishes.opening(line)) == set(TITLES)
    opened_with(line, tune)
    assert titles_of(wishes.opening(line)) == {TITLES[tune]}
    opened_with(line, 1 - tune)  # a section that opens otherwise does not change the set
    assert titles_of(wishes.opening(line)) == {TITLES[tune]}
    line.begin_set()
    assert titles_of(wishes.opening(line)) == set(TITLES)


def test_a_preset_chooses_the_dance_of_every_set():
    player = repertoire(dances=(Dance.MARCH,))
    line, wishes = Line(player), Wishes(player)
    assert titles_of(wishes.opening(line)) == {"A march"}
    opened_with(line, 1)
    line.begin_set()
    assert titles_of(wishes.opening(line)) == {"A march"}


def test_what_no_tune_is_leaves_the_choice_open():
    for rules in ({"dances": (Dance.POLKA,)}, {"notes_a_bar": (0.0, 1.0)}):
        player = repertoire(**rules)
        assert titles_of(Wishes(player).opening(Line(player))) == set(TITLES)


def test_where_segments_are_held_back_they_are_the_ones_that_are_wished_for():
    player = repertoire()
    line, wishes = Line(player), Wishes(player)
    opened_with(line, 0)
    wish = wishes.opening(line)
    assert len(wish.handicap) == len(wish.segments)
    assert (np.diff(wish.segments) > 0).all()
