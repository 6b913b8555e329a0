"""Choosing by hand what opens the next section: when it is heard, and what is left as it was."""

import numpy as np
import pytest
from support.bundles import index_of, random_bundle

from livedshl.improviser import Form, Retrieve
from livedshl.music import COMMON_TIME
from livedshl.performance.commands import End, NextTune, OpenWith
from livedshl.performance.composer import Change, Composer
from livedshl.performance.composition import Composition
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import Settings
from livedshl.units import MOST_CHOICES, TICKS_PER_BEAT

BAR = COMMON_TIME.bar_ticks
SECTION = 8 * BAR
LOOKAHEAD = 8 * TICKS_PER_BEAT


@pytest.fixture(scope="module")
def bundle():
    return random_bundle(n_tunes=20, n_bars=24)


@pytest.fixture
def performance_of(bundle):
    """Makes a performance that is played as a session plays it."""

    def make(form=Form.AABB, seed=1, bars=None):
        settings = Settings.of_preset(
            load_preset("solo-piano"), COMMON_TIME, tempo_bpm=None, key=None, form=form,
            retrieve=Retrieve.MIN, seed=seed, bars=bars,
        )  # fmt: skip
        return PlayedAhead(Composer(Composition(bundle, index_of(bundle), settings), BAR))

    return make


class PlayedAhead:
    """Composes ahead of a clock, and keeps what is heard."""

    def __init__(self, composer):
        self.composer = composer
        self.clock = 0
        self.heard, self.coming, self.changes = [], [], []

    def until(self, tick):
        """Plays on to a tick."""
        for clock in range(self.clock, tick, 60):
            self.clock = clock
            while not self.composer.over and self.composer.tick <= self.clock + LOOKAHEAD:
                self.coming.append(self.composer.compose())
            while self.coming and self.coming[0].start_tick <= self.clock:
                self.changes += self.composer.keep_before(self.coming[0].start_tick + 1)
                self.heard.append(self.coming.pop(0))
        return self

    def choices(self):
        return self.composer.choices(self.clock + 100)

    def obey(self, command):
        tick = self.composer.change(Change(self.clock + 100, command))
        self.coming = [chunk for chunk in self.coming if chunk.start_tick < tick]
        return self

    def events(self, until):
        return np.concatenate([c.events for c in self.heard if c.start_tick < until])

    def opening(self, tick):
        """The segment that opens the section at a tick."""
        return next(c.provenance.segment for c in self.heard if c.start_tick == tick)


def test_the_list_stands_from_the_first_bar_of_a_section_to_its_last(performance_of):
    performance = performance_of().until(2 * BAR)
    choices = performance.choices()
    assert choices.section == "A2" and choices.returns
    assert 1 < len(choices.tunes) <= MOST_CHOICES
    assert len({tune.song for tune in choices.tunes}) == len(choices.tunes)
    assert performance.until(SECTION - 200).choices() == choices
    assert performance.until(SECTION + BAR).choices().section == "B"


@pytest.mark.parametrize("seed", range(10))
def test_what_comes_unless_somebody_chooses_is_among_the_choices(performance_of, seed):
    performance = performance_of(form=Form.ABAC, seed=seed).until(2 * BAR)
    offered = [tune.segment for tune in performance.choices().tunes]
    assert len(offered) == MOST_CHOICES
    assert performance.until(SECTION + BAR).opening(SECTION) in offered


def test_looking_changes_nothing(performance_of):
    unseen, looked_at = performance_of().until(12 * BAR), performance_of()
    for bar in range(1, 13):
        looked_at.until(bar * BAR).choices()
    assert np.array_equal(unseen.events(11 * BAR), looked_at.events(11 * BAR))


@pytest.mark.parametrize("early", [4 * BAR, 150], ids=["four bars before", "just in time"])
def test_what_is_chosen_opens_the_next_section_and_nothing_changes_before(performance_of, early):
    plain = performance_of().until(2 * SECTION + BAR)
    chosen = performance_of().until(2 * SECTION - early)
    tunes = chosen.choices().tunes
    segment = next(t.segment for t in tunes if t.segment != plain.opening(2 * SECTION))
    chosen.obey(OpenWith(segment)).until(3 * SECTION + BAR)
    assert chosen.opening(2 * SECTION) == segment
    assert np.array_equal(plain.events(2 * SECTION - BAR), chosen.events(2 * SECTION - BAR))
    assert chosen.opening(3 * SECTION) == segment  # B comes back as it was chosen


def test_a_choice_takes_the_place_of_a_section_that_would_come_back(performance_of):
    performance = performance_of().until(2 * BAR)
    first = performance.opening(0)
    segment = next(t.segment for t in performance.choices().tunes if t.segment != first)
    performance.obey(OpenWith(segment)).until(2 * SECTION + BAR)
    second = [c for c in performance.heard if SECTION <= c.start_tick < 2 * SECTION]
    assert second[0].provenance.segment == segment
    assert second[0].provenance.wish == "chosen"
    assert not any(c.provenance.planned for c in second[: len(second) // 2])


def test_a_choice_is_shown_until_it_plays_and_can_be_taken_back(performance_of):
    plain = performance_of().until(2 * SECTION)
    performance = performance_of().until(2 * BAR)
    segment = performance.choices().tunes[-1].segment
    performance.obey(OpenWith(segment)).until(3 * BAR)
    assert performance.composer.steering.opens_with == segment
    performance.obey(OpenWith(None)).until(2 * SECTION)
    assert performance.composer.steering.opens_with is None
    assert np.array_equal(plain.events(12 * BAR), performance.events(12 * BAR))


def test_the_take_plays_it_again(performance_of):
    performance = performance_of().until(3 * BAR)
    segment = performance.choices().tunes[1].segment
    performance.obey(OpenWith(segment)).until(12 * BAR)
    again = performance_of()
    for change in performance.changes:
        again.composer.change(change)
    again.until(12 * BAR)
    assert np.array_equal(performance.events(11 * BAR), again.events(11 * BAR))


def test_in_a_free_run_the_chosen_phrase_comes_at_once(performance_of):
    performance = performance_of(Form.NONE).until(5 * BAR + 50)
    choices = performance.choices()
    assert choices.section == "" and choices.tunes
    performance.obey(OpenWith(choices.tunes[-1].segment)).until(8 * BAR)
    later = [c for c in performance.heard if c.start_tick > 5 * BAR]
    assert later[0].provenance.segment == choices.tunes[-1].segment


def test_before_the_end_there_is_nothing_to_choose(performance_of):
    performance = performance_of().until(2 * BAR).obey(End())
    assert not performance.until(3 * BAR).choices().tunes
    last = performance_of(bars=8).until(3 * BAR)
    assert not last.choices().tunes


def test_after_next_tune_the_list_is_of_what_follows_that(performance_of):
    performance = performance_of().until(2 * BAR).obey(NextTune()).until(5 * BAR)
    assert performance.choices().section == "A2"
