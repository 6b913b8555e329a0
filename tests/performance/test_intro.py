"""An intro: the band plays before the form begins, and the form is heard whole after it."""

from dataclasses import replace

import numpy as np
import pytest
from support.bundles import index_of, random_bundle
from support.charts import chart_of
from support.strategies import VOCABULARY

from livedshl.improviser import Form, Retrieve
from livedshl.midi.signs import joined
from livedshl.music import COMMON_TIME, GRIDS, Chord
from livedshl.music.segments import CHORD, PITCH
from livedshl.performance.commands import End, NextTune
from livedshl.performance.composition import Composition
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import Settings

SESSION = load_preset("session")
INTRO = 4


def music(bars=None, metre="4/4", intro=INTRO, **chosen):
    """What a band with an intro plays over random tunes."""
    bundle = random_bundle(n_tunes=30, n_bars=16, grid=GRIDS[metre])
    settings = Settings.of_preset(
        SESSION, GRIDS[metre], tempo_bpm=None, key=None, form=Form.AABB, retrieve=Retrieve.MIN,
        seed=1, bars=bars,
    )  # fmt: skip
    groove = replace(settings.groove, intro=intro)
    return Composition(bundle, index_of(bundle), replace(settings, groove=groove, **chosen))


def steps_of(chunks):
    return np.concatenate([chunk.steps for chunk in chunks])


@pytest.mark.parametrize("metre", ["4/4", "6/8"])
def test_the_form_is_heard_whole_after_the_intro(metre):
    grid = GRIDS[metre]
    chunks, plain = (list(music(16 + bars, metre, bars)) for bars in (INTRO, 0))
    steps = steps_of(chunks)
    rests, heard = np.split(steps, [INTRO * grid.bar_steps])
    assert not rests[:, :CHORD].any()
    assert np.array_equal(heard, steps_of(plain))  # nothing but the intro is new
    assert chunks[-1].end_tick == (16 + INTRO) * grid.bar_ticks
    signs = joined([chunk.signs for chunk in chunks])
    bars = [(tick // grid.bar_ticks, name) for tick, name in signs.sections]
    assert bars[:3] == [(0, "Intro"), (INTRO, "A"), (INTRO + 8, "A2")]
    melody = SESSION.parts[0].channel
    struck = [e[0] for c in chunks for e in c.events.tolist() if e[1] == 0x90 | melody]
    assert min(struck) >= (INTRO * grid.bar_steps - 1) * 120


def test_the_intro_has_the_last_chords_of_the_tune_that_opens_and_leads_back():
    composition = music(20)
    chunks = list(composition)
    library = random_bundle(n_tunes=30, n_bars=16).library
    tune = library.tune_of[chunks[0].provenance.segment]
    end = library.tune_steps[tune + 1]
    wanted = library.steps[end - INTRO * COMMON_TIME.bar_steps : end, CHORD]
    played = steps_of(chunks)[: len(wanted), CHORD]
    assert np.array_equal(played[:-8], wanted[:-8])
    last = VOCABULARY.classes[played[-1]]
    assert last.root != Chord.parse("C").root
    assert {chunk.provenance.song for chunk in chunks[: 2 * INTRO + 1]} == {
        chunks[0].provenance.song
    }


def test_a_chart_begins_at_its_first_bar_after_its_last_ones():
    chart = chart_of("[Verse] C | Am | F | G7 | [Bridge] Dm | Em | Dm | G7")
    composition = music(20, chart=chart, key=replace(SESSION.key, tonic=0))
    chunks = list(composition)
    numbers = steps_of(chunks)[:: COMMON_TIME.bar_steps, CHORD].tolist()
    names = [composition.chords.classes[number].name for number in numbers]
    assert names[:8] == ["Dm", "Em", "Dm", "G7", "C", "Am", "F", "G7"]
    sections = joined([chunk.signs for chunk in chunks]).sections
    assert [name for _, name in sections[:3]] == ["Intro", "Verse", "Bridge"]


@pytest.mark.parametrize("command", [End(), NextTune()])
@pytest.mark.parametrize("hops", [1, 6])
def test_who_wants_to_go_on_need_not_wait_for_the_end_of_the_intro(command, hops):
    composition = music(16)
    before = [next(composition) for _ in range(hops)]
    composition.obey(command)
    chunks = before + list(composition)
    first = next(c for c in chunks if not c.provenance.is_intro)
    assert first.start_tick == -(-before[-1].end_tick // COMMON_TIME.bar_ticks) * 1920
    assert steps_of([first])[0, PITCH] > 0
    assert [c.start_tick for c in chunks[1:]] == [c.end_tick for c in chunks[:-1]]
    length = chunks[-1].end_tick / COMMON_TIME.bar_ticks
    assert length == 16 if command == NextTune() else length <= hops // 2 + 5


@pytest.mark.parametrize("chosen", [{"opening": 3}, {"form": Form.NONE}])
def test_what_is_asked_for_is_heard_at_once(chosen):
    assert steps_of([next(music(**chosen))])[0, PITCH] > 0
    assert steps_of([next(music(15))])[0, PITCH] > 0
