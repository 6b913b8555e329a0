"""Intros, stop-time, and what leads from one tune into the next."""

import numpy as np
import pytest
from support.band import bars, notes_of, part, struck
from support.strategies import VOCABULARY

from livedshl.arranger import Arranger, Conducting, Cue, Groove, Role, Section
from livedshl.arranger.guide import guide_of
from livedshl.arranger.plan import BandPlan
from livedshl.music import COMMON_TIME, GRIDS, Mode

STEADY = Groove()
_RHYTHM = [part(Role.DRUMS), part(Role.BASS, "beats")]
PARTS = [part(role) for role in Role if role not in (Role.DRUMS, Role.BASS)] + _RHYTHM
SEEDS = range(60)
ENDS_TUNE = Section(96, 1, 3, 4, 2)


def lanes(role, seed, section, parts=PARTS, grid=COMMON_TIME):
    """What a part plays in a section, a text for each lane."""
    one = next(each for each in parts if each.role is role)
    plan = BandPlan(parts, seed)
    return guide_of(one, grid, plan, section, Conducting(intensity=0.9), STEADY).lanes


@pytest.mark.parametrize("intro", [0, 2, 4])
def test_the_melody_enters_after_the_intro_and_the_band_plays_from_the_start(intro):
    arranger = Arranger(PARTS, VOCABULARY, COMMON_TIME, Mode.MAJOR, Groove(), 3)
    before, form = Section(0, intro_bars=intro), Section(4 * intro, follows_intro=intro > 0)
    cues = [Cue(2 * hop, 0, before if hop < 2 * intro else form) for hop in range(16)]
    passages = [arranger.arrange(*one) for one in zip(bars(8), cues, strict=True)]
    events = np.concatenate([*passages, arranger.end(8 * COMMON_TIME.bar_ticks)])
    melody = notes_of(events, PARTS[0].channel)
    assert melody[0][0] == intro * COMMON_TIME.bar_ticks
    assert struck(events)[0, 0] == 0
    if intro:
        for one in PARTS[-2:]:  # drums and bass play on under the melody
            assert one.role in (Role.DRUMS, Role.BASS)
            strokes = struck(events, one.channel)[:, 0] // COMMON_TIME.bar_ticks
            assert {0, intro} <= set(strokes.tolist())


def test_drums_lead_from_the_intro_into_the_form():
    for seed in SEEDS:
        intro = lanes(Role.DRUMS, seed, Section(0, intro_bars=2))
        form = lanes(Role.DRUMS, seed, Section(32, follows_intro=True))
        last_bar = slice(COMMON_TIME.bar_steps, 2 * COMMON_TIME.bar_steps)
        assert [line[last_bar] for line in intro.values()] != [
            line[last_bar] for line in form.values()
        ]


@pytest.mark.parametrize("metre", GRIDS)
def test_in_stop_time_all_but_the_melody_strike_together_once_a_bar(metre):
    grid = GRIDS[metre]
    bar, phrase, found = grid.bar_steps, 4 * grid.bar_steps, 0
    for seed in SEEDS:
        bass = lanes(Role.BASS, seed, ENDS_TUNE, grid=grid)["notes"][:phrase]
        chords = lanes(Role.CHORDS, seed, ENDS_TUNE, grid=grid)["notes"][:phrase]
        silence = "." * (bar - grid.beat_steps)
        stops = [part[at + grid.beat_steps : at + bar] == silence
                 for part in (bass, chords) for at in range(0, phrase, bar)]  # fmt: skip
        if all(stops) and bass[0] == "r" and chords[0] == "a":
            found += 1
            drums = lanes(Role.DRUMS, seed, ENDS_TUNE, grid=grid)
            for lane in drums.values():
                assert {lane[at] for at in range(phrase) if at % bar} <= {"."}
            assert set(lanes(Role.MELODY, seed, ENDS_TUNE, grid=grid)["notes"]) == {"x"}
    assert 0 < found < len(SEEDS) / 2


def test_a_band_without_drums_does_not_stop():
    parts = [part(Role.MELODY), part(Role.BASS, "beats")]
    for seed in SEEDS:
        bass = lanes(Role.BASS, seed, ENDS_TUNE, parts)["notes"]
        assert bass[4:16] != "." * 12


def test_the_bass_walks_alone_into_most_tunes():
    leads = 0
    for seed in SEEDS:
        bass = lanes(Role.BASS, seed, ENDS_TUNE)["notes"]
        if bass.endswith("f---w---"):
            leads += 1
            assert lanes(Role.CHORDS, seed, ENDS_TUNE)["notes"].endswith("." * 8)
    assert len(SEEDS) / 3 < leads < len(SEEDS)
    within = Section(32, 1, 1, 4)
    assert not any(lanes(Role.BASS, seed, within)["notes"].endswith("f---w---") for seed in SEEDS)
