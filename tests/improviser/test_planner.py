"""Planning a section: it changes nothing but the music to come, and the same plan is made again."""

from itertools import islice

import numpy as np
from support.bundles import index_of, random_bundle

from livedshl.improviser import ContinuationRules, Form, Groundwork, Improvisation, Repertoire

BUNDLE = random_bundle()
RULES = ContinuationRules(song_cap=4, window=12, recency=200)


def improvisation(seed=1):
    repertoire = Repertoire(Groundwork(BUNDLE), index_of(BUNDLE), RULES)
    return Improvisation(repertoire, Form.AABB, np.random.default_rng(seed))


def played(music, n):
    return [passage.steps.tobytes() for passage in islice(music, n)]


def test_a_copy_plays_the_same_whether_it_is_made_before_or_in_a_plan():
    for n_before in (0, 1, 2, 7, 15, 16, 17, 20):
        music = improvisation()
        played(music, n_before)
        other = music.copy()
        assert played(music, 24) == played(other, 24)


def test_a_change_in_mid_section_plans_the_rest_again_and_keeps_what_sounded():
    plain, changed = improvisation(), improvisation()
    assert played(plain, 5) == played(changed, 5)
    changed.set_adventure(1.0)
    assert played(plain, 11) != played(changed, 11)


def test_the_same_changes_at_the_same_place_give_the_same_music():
    def steered():
        music = improvisation()
        heard = played(music, 6)
        music.set_adventure(0.9)
        heard += played(music, 3)
        music.end()
        return heard + played(music, 40)

    assert steered() == steered()


def test_a_chart_that_stays_the_same_drops_no_plan():
    plain, told = improvisation(), improvisation()
    assert played(plain, 4) == played(told, 4)
    told.set_chart(None)
    assert played(plain, 12) == played(told, 12)
