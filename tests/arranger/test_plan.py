from itertools import pairwise

import numpy as np
import pytest
from support.band import band, bars, part, struck
from support.strategies import VOCABULARY

from livedshl.arranger import Arranger, Conducting, Cue, Groove, Role, Section
from livedshl.arranger.guide import guide_of
from livedshl.arranger.plan import BandPlan, Locked
from livedshl.music import COMMON_TIME, Mode

SEEDS = range(20)
PARTS = band(*Role)
DYNAMIC = Groove(dynamics=10)


def sections(tunes=2, plan=4):
    return [
        Section(32 * (tune * plan + number), tune + 1, number, plan, 1 + number % 2)
        for tune in range(tunes)
        for number in range(plan)
    ]


def scenes(seed, intensity=0.5):
    plan = BandPlan(PARTS, seed)
    return [plan.scene(section, intensity) for section in sections()]


def played(seed, conducting=None, groove=DYNAMIC, parts=PARTS):
    """The events of each section of two tunes of one repeated bar."""
    arranger = Arranger(parts, VOCABULARY, COMMON_TIME, Mode.MAJOR, groove, seed)
    arranger.conducting = conducting or Conducting()
    events = []
    for section in sections():
        moments = [Cue(section.beat + 2 * hop, 0, section) for hop in range(16)]
        events.append(
            np.concatenate([arranger.arrange(*one) for one in zip(bars(8), moments, strict=True)])
        )
    return events


def test_a_tune_begins_thin_and_ends_full():
    for seed in SEEDS:
        drawn = scenes(seed)
        assert drawn[0].intensity <= 0.4
        assert drawn[3].intensity >= 0.85
        assert len(drawn[3].first_phrases) == len(PARTS)
        assert len(drawn[0].first_phrases) < len(PARTS)


def test_parts_enter_and_leave_between_sections():
    changes = [
        one.first_phrases.keys() != other.first_phrases.keys()
        for seed in SEEDS
        for one, other in pairwise(scenes(seed))
    ]
    assert np.mean(changes) >= 0.5


def test_somebody_always_accompanies_a_band_of_several():
    for seed in SEEDS:
        for scene in scenes(seed, intensity=0):
            assert sorted(scene.first_phrases.values())[:2] == [0, 0]


def test_the_seed_decides_the_plan():
    assert scenes(3) == scenes(3)
    assert scenes(3) != scenes(4)


@pytest.mark.parametrize("quantity", ["intensity", "density"])
def test_more_intensity_or_density_strikes_more_notes(quantity):
    thin, full = (
        sum(len(struck(events)) for seed in range(3) for events in played(seed, Conducting(**bend)))
        for bend in ({quantity: 0.1}, {quantity: 0.9})
    )
    assert full > 1.3 * thin


def test_a_louder_section_is_struck_harder():
    bass = part(Role.BASS, "beats")
    for seed in SEEDS:
        first, *_, last = (struck(events) for events in played(seed, parts=[bass])[:4])
        if len(first):
            assert last[:, 3].mean() > first[:, 3].mean()


def test_a_conductor_who_asks_for_swing_gets_it():
    chords = part(Role.CHORDS, "alberti")
    straight, swung = (
        np.concatenate(played(1, Conducting(swing=swing), Groove(), [chords])) for swing in (0, 1)
    )
    assert set((struck(straight)[:, 0] % 120).tolist()) == {0}
    assert 80 in set((struck(swung)[:, 0] % 120).tolist())


def test_neighbouring_phrases_have_different_rows():
    chords = part(Role.CHORDS, "strum")
    plan, same = BandPlan([chords], 1), []
    for section in sections():
        guide = guide_of(chords, COMMON_TIME, plan, section, Conducting(), DYNAMIC)
        symbols = guide.lanes["notes"]
        if set(symbols) != {"."}:
            same.append(symbols[:48] == symbols[64:112])
    assert not any(same)


def test_drums_fill_at_the_end_of_most_sections():
    drums = part(Role.DRUMS)
    differs = []
    for seed in SEEDS:
        plan = BandPlan([drums], seed)
        for section in sections():
            guide = guide_of(drums, COMMON_TIME, plan, section, Conducting(), DYNAMIC)
            bar = [symbols[96:112] for symbols in guide.lanes.values()]
            last = [symbols[112:] for symbols in guide.lanes.values()]
            if any(set(symbols) != {"."} for symbols in bar):
                differs.append(bar != last)
    assert np.mean(differs) >= 0.6


def test_phrases_rise_and_fall_each_in_its_own_way():
    bass, lively = part(Role.BASS), Groove(dynamics=20)
    arcs = [
        guide_of(bass, COMMON_TIME, BandPlan([bass], 1), section, Conducting(), lively).lifts
        for section in sections()
    ]
    shapes = {tuple(round(lift - arc[0], 3) for lift in arc[:4]) for arc in arcs}
    assert len(shapes) == len(arcs)
    assert all(max(arc) - min(arc) >= 3 for arc in arcs)


def test_a_locked_part_plays_the_same_pattern_in_all_bars_but_for_fills():
    drums = PARTS[[*Role].index(Role.DRUMS)]
    first, *later = sections()
    for seed in SEEDS:
        plan = BandPlan(PARTS, seed)
        then = Conducting(intensity=0.9)
        guide = guide_of(drums, COMMON_TIME, plan, first, then, DYNAMIC)
        locked = Conducting(0.2, 0.9).with_lock(drums.channel, Locked(first, 0, 0.9, 0.5))
        for section in later:
            kept = guide_of(drums, COMMON_TIME, plan, section, locked, DYNAMIC)
            assert in_bars(kept, 0, 3) == in_bars(guide, 0, 3)
            assert in_bars(kept, 4, 6) == in_bars(guide, 0, 2)


def in_bars(guide, first, end):
    """The strokes of a guide in some of its bars; lanes without any left out."""
    lanes = {name: symbols[16 * first : 16 * end] for name, symbols in guide.lanes.items()}
    return {name: symbols for name, symbols in lanes.items() if set(symbols) != {"."}}
