"""What a listener notices of the form: sections, cadences, returns, keys and the end."""

from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import groupby, islice, pairwise, takewhile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bundles import index_of
from support.strategies import VOCABULARY, thorough

from livedshl.arranger import Groove, Part, Role
from livedshl.bundle import Bundle, SegmentLibrary
from livedshl.improviser import (
    ContinuationRules,
    Form,
    Groundwork,
    Improvisation,
    Repertoire,
    Retrieve,
)
from livedshl.improviser.form import ENDING_BARS, SECTION_BARS
from livedshl.index import CodeShape, hamming, pack, unpack
from livedshl.learning.roles import roles_in
from livedshl.music import GRIDS, Mode, Tune
from livedshl.music.leadsheet import Key
from livedshl.music.sections import SectionRole
from livedshl.music.segments import CHORD, REST
from livedshl.performance.composition import Composition
from livedshl.performance.settings import Settings

PLANNED = [Form.ANY, Form.AABB, Form.AABA, Form.ABAC]
RULES = ContinuationRules(song_cap=4, window=12, recency=200)
TONIC, DOMINANT = 0, 1  # chord classes C and G7
PICKUP_STEPS = 2


def dances(grid, n_tunes, rng):
    """Tunes AABB of random eighths and chords, closing half the first time, then fully.

    In every other tune a pickup of an eighth leads on from each close but the last.
    """
    tunes = []
    for number in range(n_tunes):
        strains = []
        for _ in range(2):
            steps = np.zeros((SECTION_BARS * grid.bar_steps, 3), np.int8)
            steps[:, 0] = np.repeat(rng.integers(64, 79, len(steps) // 2), 2)
            steps[::2, 1] = 1
            steps[:, 2] = np.repeat(rng.integers(0, 12, len(steps) // 2), 2)
            for pitch, chord in ((74, DOMINANT), (72, TONIC)):
                strain = steps.copy()
                strain[-grid.beat_steps :] = pitch, 0, chord
                strain[-grid.beat_steps, 1] = 1
                if number % 2:
                    strain[-PICKUP_STEPS:] = 67, 0, chord
                    strain[-PICKUP_STEPS, 1] = 1
                strains.append(strain)
        steps = np.concatenate(strains)
        if number % 2:
            steps[-PICKUP_STEPS:] = REST, 0, TONIC
        starts = np.arange(0, len(steps) - grid.segment_steps + 1, grid.hop_steps, dtype=np.int32)
        phases = (starts // grid.beat_steps % grid.cycle_beats).astype(np.int8)
        source = f"book.abc#{number}"
        tunes.append(Tune(f"Tune {number}", source, steps, starts, phases, grid))
    return tunes


@cache
def dance_bundle(seed=0, metre="4/4", overlaps=True, n_tunes=30, shape=CodeShape(12, 4)):  # noqa: B008
    """A bundle of dances with random codes."""
    rng = np.random.default_rng(seed)
    grid = GRIDS[metre]
    library = SegmentLibrary.of_tunes(dances(grid, n_tunes, rng))
    codes = rng.integers(0, shape.symbols, (2, len(library), shape.length)).astype(np.uint8)
    forward, backward = pack(codes, shape)
    follow = grid.hop_beats if overlaps else grid.segment_beats
    return Bundle(
        folder=Path("memory"),
        manifest={},
        library=library,
        vocabulary=VOCABULARY,
        mode=Mode.MAJOR,
        roles=roles_in(library, VOCABULARY, Mode.MAJOR),
        shape=shape,
        follow_beats=follow,
        forward=forward,
        backward=backward,
    )


bundles = st.builds(
    dance_bundle,
    seed=st.integers(0, 5),
    metre=st.sampled_from(list(GRIDS)),
    overlaps=st.booleans(),
    n_tunes=st.sampled_from([1, 4, 30]),
)


def played(bundle, form=Form.ANY, bars=None, seed=0, rules=RULES, **options):
    last_beat = None if bars is None else bars * bundle.library.grid.bar_beats
    rng = np.random.default_rng(seed)
    repertoire = Repertoire(Groundwork(bundle), index_of(bundle), rules)
    return Improvisation(repertoire, form, rng, last_beat=last_beat, **options)


@settings(max_examples=20)
@given(bundle=bundles, form=st.sampled_from(list(Form)), tune=st.integers(0, 29))
def test_the_music_begins_with_the_tune_it_is_given_and_goes_on_elsewhere(bundle, form, tune):
    library = bundle.library
    opening = library.opening_of(tune % len(library.tunes))
    passages = list(islice(played(bundle, form, opening=opening), 40))
    assert passages[0].segment == opening
    assert library.tune_of[opening] == tune % len(library.tunes)
    assert library.phases[opening] == 0
    if len(library.tunes) == 30:
        assert len({int(library.tune_of[passage.segment]) for passage in passages}) > 3


def sections_in(passages):
    """The passages of each section."""
    key = lambda passage: (passage.place.tune, passage.place.section, passage.place.time)  # noqa: E731
    return [list(section) for _, section in groupby(passages, key)]


def n_beats(bundle, passages):
    return sum(len(passage.steps) for passage in passages) // bundle.library.grid.beat_steps


def assert_ends_on_the_tonic(bundle, passage):
    assert passage.ends
    pitch, _, chord = passage.steps[-1].tolist()
    assert pitch > 0
    assert pitch % 12 == 0
    assert chord == TONIC


@settings(max_examples=15)
@given(bundles, st.sampled_from(PLANNED), st.integers(0, 99))
def test_tunes_are_made_of_sections_of_eight_bars_as_their_plan_says(bundle, form, seed):
    played_bars = 80 * bundle.library.grid.bar_beats
    passages = list(takewhile(lambda p: p.beat < played_bars, played(bundle, form, seed=seed)))
    for before, after in pairwise(passages):
        assert after.beat == before.beat + n_beats(bundle, [before])
    sections = sections_in(passages)[:-1]
    for section in sections:
        assert n_beats(bundle, section) == SECTION_BARS * bundle.library.grid.bar_beats
    tunes = [list(tune) for _, tune in groupby(sections, lambda s: s[0].place.tune)]
    for tune in tunes[:-1]:
        plan = "".join(section[0].place.section for section in tune)
        assert plan == tune[0][0].place.plan
        assert form is Form.ANY or plan == form.value


@settings(max_examples=15)
@given(bundles, st.sampled_from(PLANNED), st.integers(0, 99))
def test_a_section_comes_back_as_itself_with_small_changes(bundle, form, seed):
    bar_steps = bundle.library.grid.bar_steps
    first = {}
    for section in sections_in(played(bundle, form, bars=64, seed=seed)):
        place = section[0].place
        steps = np.concatenate([passage.steps for passage in section])
        before = first.setdefault((place.tune, place.section), steps)
        assert (place.time == 1) == (before is steps)
        if place.time > 1 and len(steps) == len(before) == SECTION_BARS * bar_steps:
            opening = steps[: 2 * bar_steps, :CHORD]
            assert np.array_equal(opening, before[: 2 * bar_steps, :CHORD])
            body = [passage for passage in section if passage.place.bar <= 4]
            assert sum(not passage.place.planned for passage in body) <= 2


@settings(max_examples=15)
@given(st.sampled_from(list(GRIDS)), st.sampled_from(PLANNED), st.integers(0, 99))
def test_what_begins_a_phrase_begins_a_bar_in_its_song_too(metre, form, seed):
    bundle = dance_bundle(metre=metre)
    bar_beats = GRIDS[metre].bar_beats
    for section in sections_in(played(bundle, form, bars=96, seed=seed)):
        halves = [p for p in section if p.place.bar == 5 and p.splice is None]
        for passage in (section[0], *halves[:1]):
            if passage.beat % bar_beats == 0:
                assert bundle.library.phases[passage.segment] % bar_beats == 0


def test_a_section_opens_as_in_its_song_however_far_that_lies_by_its_code():
    shape = CodeShape(32, 64)
    bundle = dance_bundle(shape=shape)
    forward, backward = (unpack(codes, shape) for codes in (bundle.forward, bundle.backward))
    opens = bundle.roles & SectionRole.OPENS > 0
    forward //= 2
    backward[1:] = forward[:-1]  # what goes on in its song is near
    backward[opens] = shape.symbols - 1
    bundle = replace(bundle, forward=pack(forward, shape), backward=pack(backward, shape))
    sections = sections_in(played(bundle, bars=128))
    new = [section[0] for section in sections if section[0].place.time == 1]
    assert len(new) > 4
    assert all(opens[passage.segment] for passage in new)
    assert {passage.continuation.wish for passage in new if passage.continuation} == {"opening"}


def test_second_times_differ_somewhere_and_are_no_copy():
    sections = sections_in(played(dance_bundle(), Form.AABB, bars=128))
    varied = [p for section in sections for p in section if p.place.wished == "variation"]
    assert any(not passage.place.planned for passage in varied)
    first, second = (np.concatenate([p.steps for p in section]) for section in sections[:2])
    assert not np.array_equal(first, second)


@settings(max_examples=15)
@given(bundles, st.sampled_from(PLANNED), st.integers(0, 99))
def test_cadences_fall_where_the_trace_says_and_are_heard_to_their_end(bundle, form, seed):
    library = bundle.library
    wanted = {"half close": SectionRole.HALF, "full close": SectionRole.FULL,
              "end": SectionRole.FULL | SectionRole.RESTS}  # fmt: skip
    kinds = Counter()
    for section in sections_in(played(bundle, form, bars=64, seed=seed)):
        opening, closing = section[0], section[-1]
        if opening.continuation and opening.continuation.wish:
            assert bundle.roles[opening.segment] & SectionRole.OPENS
        for passage in section[:-1]:
            assert passage.place.wished not in wanted
        if closing.continuation.wish:
            kinds[closing.continuation.wish] += 1
            role = wanted[closing.continuation.wish]
            assert bundle.roles[closing.segment] & role == role
        if not closing.ends:
            content = library.contents(np.array(closing.segment))
            last = library.grid.hop_steps
            assert np.array_equal(closing.steps[-last:, :CHORD], content[-last:, :CHORD])
    if len(library.tunes) == 30:
        assert kinds["end"] >= 2


@pytest.mark.parametrize("metre", GRIDS)
def test_some_dances_close_fully_with_and_some_without_a_pickup(metre):
    """Or else the test above could not tell an end from a full close."""
    roles = dance_bundle(metre=metre).roles
    full = roles[roles & SectionRole.FULL > 0]
    n_resting = int((full & SectionRole.RESTS > 0).sum())
    assert 0 < n_resting < len(full)


@pytest.fixture(scope="module")
def many_sections():
    """The sections of 20 tunes."""
    return sections_in(played(dance_bundle(), Form.AABB, bars=640))


def test_some_sections_close_half_the_first_time_and_fully_the_next(many_sections):
    closes = [section[-1] for section in many_sections]
    wishes = Counter((close.place.time, close.place.wished) for close in closes)
    assert wishes[1, "half close"] >= 4
    assert not wishes[2, "half close"]


def test_the_second_half_of_most_sections_begins_as_the_first(many_sections):
    first_times = (section for section in many_sections if section[0].place.time == 1)
    whole = (np.concatenate([passage.steps for passage in section]) for section in first_times)
    bars = [steps.reshape(8, 16, 3)[..., :CHORD] for steps in whole]
    share = np.mean([np.array_equal(bar[0], bar[4]) for bar in bars])
    assert 0.5 < share < 1


@thorough(max_examples=40)
@given(bundles, st.sampled_from(PLANNED), st.integers(1, 40), st.integers(0, 99))
def test_the_last_bar_ends_on_the_tonic_however_many_there_are(bundle, form, bars, seed):
    passages = list(played(bundle, form, bars=bars, seed=seed))
    assert n_beats(bundle, passages) == bars * bundle.library.grid.bar_beats
    assert_ends_on_the_tonic(bundle, passages[-1])
    if bars > 4:
        last = passages[-1]
        wishes = (last.place.wished, last.continuation and last.continuation.wish)
        assert "end" in wishes or last.place.planned
    assert not any(passage.ends for passage in passages[:-1])


@thorough(max_examples=40)
@given(bundles, st.sampled_from([*PLANNED, Form.NONE]), st.integers(0, 120), st.integers(0, 99))
def test_music_that_is_asked_to_end_ends_on_the_tonic_within_four_bars(
    bundle, form, n_before, seed
):
    going = played(bundle, form, seed=seed)
    before = list(islice(going, n_before))
    going.end()
    after = list(going)
    passages = before + after
    assert 0 < n_beats(bundle, after) <= ENDING_BARS * bundle.library.grid.bar_beats
    assert n_beats(bundle, passages) % bundle.library.grid.bar_beats == 0
    assert_ends_on_the_tonic(bundle, passages[-1])


def test_a_theme_that_comes_back_begins_as_it_did_and_is_told_as_a_return():
    bundle = dance_bundle()
    for seed in range(20):  # one that brings a theme back
        sections = sections_in(played(bundle, Form.AABB, bars=80, seed=seed))
        if len(sections) > 8 and sections[8][0].place.from_tune:
            break
    first, back = sections[0], sections[8]
    assert [p.segment for p in back[:3]] == [p.segment for p in first[:3]]
    assert all(p.place.from_tune == 1 for p in back)
    assert all(p.place.planned for p in back[:3])
    assert np.array_equal(back[0].steps[:, :CHORD], first[0].steps[:, :CHORD])
    steps = [np.concatenate([p.steps for p in section])[:, :CHORD] for section in (first, back)]
    assert not np.array_equal(*steps)
    bars = (steps[0] == steps[1]).reshape(SECTION_BARS, -1).all(axis=1)
    assert bars.mean() >= 0.25


@pytest.mark.parametrize("metre", ["4/4", "6/8"])
def test_a_tag_repeats_the_last_phrase_and_ends_the_music(metre):
    section, tag = sections_in(played(dance_bundle(metre=metre), Form.AABB, bars=12))
    phrase = [p.segment for p in section if p.place.bar > SECTION_BARS // 2]
    assert [p.place.name for p in tag] == ["Tag"] * len(phrase)
    before_close = [p.segment for p in tag][: len(tag) // 2]
    changed = [one for one, other in zip(before_close, phrase, strict=False) if one != other]
    assert tag[0].segment == phrase[0] and len(changed) <= 1  # it is varied as any return
    assert_ends_on_the_tonic(dance_bundle(metre=metre), tag[-1])


def test_what_is_new_keeps_song_cap_and_recency():
    bundle = dance_bundle(n_tunes=60)
    rules = ContinuationRules(song_cap=3, window=16, recency=300)
    new = [p for p in played(bundle, bars=400, rules=rules) if not p.place.planned]
    assert all(p.continuation.rules_kept for p in new[1:])
    contents = [int(bundle.library.content_ids[p.segment]) for p in new]
    songs = [int(bundle.library.tune_of[p.segment]) for p in new]
    for start in range(len(new) - 300):
        assert len(set(contents[start : start + 301])) == 301
    for start in range(len(new) - 15):
        assert max(Counter(songs[start : start + 16]).values()) <= 3


def test_keys_are_related_and_change_only_between_tunes():
    tunes = [
        list(tune) for _, tune in groupby(played(dance_bundle(), bars=1000), lambda p: p.place.tune)
    ]
    shifts = [{passage.place.key_shift for passage in tune} for tune in tunes]
    assert all(len(keys) == 1 for keys in shifts)
    in_order = [keys.pop() for keys in shifts]
    assert in_order[0] == 0
    assert set(in_order) == {0, 5, -5}
    longest_elsewhere = max(len(list(run)) for home, run in groupby(in_order, bool) if home)
    assert longest_elsewhere <= 2


@pytest.mark.parametrize("overlaps", [True, False])
def test_without_form_the_run_is_free_and_has_no_last_bar(overlaps):
    bundle = dance_bundle(overlaps=overlaps)
    run = list(islice(played(bundle, Form.NONE, bars=8, seed=4), 60))
    assert len(run) == 60
    assert all(passage.place is None and not passage.ends for passage in run)
    for before, after in pairwise(run):
        assert (
            after.continuation.nearest
            == hamming(bundle.forward[before.segment], bundle.backward, bundle.shape).min()
        )


def test_the_same_seed_plays_the_same_and_another_does_not():
    bundle = dance_bundle()
    first, again, other = (
        [passage.segment for passage in played(bundle, bars=64, seed=seed)] for seed in (1, 1, 2)
    )
    assert first == again != other


PARTS = (
    Part("Tune", Role.MELODY, 0, 0, 100, 80, 60, 90, "written"),
    Part("Chords", Role.CHORDS, 1, 0, 100, 80, 48, 70, "offbeats"),
    Part("Bass", Role.BASS, 2, 0, 100, 80, 30, 50, "root-fifth"),
)


def composed(bundle, bars, form=Form.ANY):
    chosen = Settings(
        PARTS,
        Groove(),
        bundle.library.grid,
        120.0,
        Key(2, Mode.MAJOR),
        RULES,
        Retrieve.MIN,
        3,
        bars,
        form,
    )
    return list(Composition(bundle, index_of(bundle), chosen))


@settings(max_examples=15)
@given(bundles, st.integers(1, 40))
def test_every_note_ends_and_the_last_chord_rings_to_the_end_of_the_bar(bundle, bars):
    chunks = composed(bundle, bars)
    end = bars * bundle.library.grid.bar_ticks
    assert chunks[-1].end_tick == end
    on, last_off = Counter(), {}
    for tick, status, pitch, _ in np.concatenate([chunk.events for chunk in chunks]).tolist():
        channel, kind = status & 0xF, status & 0xF0
        on[channel, pitch] += (kind == 0x90) - (kind == 0x80)
        assert on[channel, pitch] >= 0
        if kind == 0x80:
            last_off.setdefault(channel, []).append((tick, pitch))
    assert not +on
    home = Key(2, Mode.MAJOR).transposed(chunks[-1].provenance.place.key_shift).tonic
    for offs in last_off.values():
        final = [(pitch - home) % 12 for tick, pitch in offs if tick == end]
        assert set(final) in ({0}, {0, 4, 7})


def test_provenance_names_the_key_and_the_notes_are_in_it():
    bundle = dance_bundle()
    chunks = composed(bundle, 600)
    for chunk in chunks[:-1]:
        shift = {"D": 2, "G": 7, "A": 9}[str(chunk.provenance.key)]
        heard = {p % 12 for _, s, p, v in chunk.events.tolist() if s == 0x90 and v}
        written = {(int(p) + shift) % 12 for p, a in chunk.steps[:, :2].tolist() if a}
        assert written <= heard
    assert {str(chunk.provenance.key) for chunk in chunks} == {"D", "G", "A"}
