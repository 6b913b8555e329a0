import sys
from collections import Counter
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bundles import index_of, random_bundle
from support.strategies import libraries, step_arrays
from support.surroundings import COMMON_TIME_FIRST

from livedshl.bundle import SegmentLibrary
from livedshl.diagnostics.ear import NoteCount
from livedshl.diagnostics.music_checks import Repetition, RuleKeeping
from livedshl.diagnostics.soak import Soak, soak
from livedshl.diagnostics.usage import CountGrowth, MemoryGrowth, Usage
from livedshl.errors import MissingDependencyError
from livedshl.improviser import ContinuationRules, Form, Retrieve
from livedshl.live.performer import PlayerReport
from livedshl.live.session import Session
from livedshl.music import COMMON_TIME, GRIDS, Tune
from livedshl.outputs.choice import Output, OutputKind
from livedshl.performance.composition import Composition
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import Settings
from livedshl.player.clock.source import ClockSettings

TEMPO = 120.0  # ten minutes are 300 bars
HOURS = 0.1
NOWHERE = Output(OutputKind.NOWHERE, "", "")


def settings_of(bars=None, tempo_bpm=TEMPO, grid=COMMON_TIME, form=Form.NONE):
    return Settings.of_preset(
        load_preset("session"), grid, tempo_bpm=tempo_bpm, key=None, form=form,
        retrieve=Retrieve.MIN, seed=1, bars=bars,
    )  # fmt: skip


def random_bars(n, seed=1, grid=COMMON_TIME):
    steps = np.ones((n * grid.bar_steps, 3), np.int8)
    steps[:, 0] = np.random.default_rng(seed).integers(60, 80, len(steps))
    return steps


def repeats_in(steps, hop=8, tempo_bpm=TEMPO, grid=COMMON_TIME):
    repetition = Repetition(grid, tempo_bpm)
    for start in range(0, len(steps), hop):
        repetition.hear(steps[start : start + hop])
    assert bool(repetition.check().fault) == (repetition.repeats > 0)
    return repetition.repeats


@given(
    st.lists(step_arrays(), min_size=1, max_size=3),
    st.lists(st.integers(0, 2), max_size=60),
    st.sampled_from([8, 16]),
    st.floats(4.0, 12.0),
)
def test_eight_bars_that_come_again_are_counted_and_no_others(bars, order, hop, tempo_bpm):
    played = [bars[number % len(bars)] for number in order]
    steps = np.concatenate([np.empty((0, 3), np.int8), *played])
    windows = [steps[a : a + 128, :2].tobytes() for a in range(0, len(steps) - 127, 16)]
    soon = [windows[max(0, bar - int(10 * tempo_bpm / 4)) : bar] for bar in range(len(windows))]
    expected = sum(window in before for window, before in zip(windows, soon, strict=True))
    assert repeats_in(steps, hop, tempo_bpm) == expected


@pytest.mark.parametrize(("bars_between", "repeats"), [(0, 1), (292, 1), (293, 0)])
def test_a_repeat_is_one_within_ten_minutes_only(bars_between, repeats):
    theme = random_bars(8)
    steps = np.concatenate([theme, random_bars(bars_between, seed=2), theme])
    assert repeats_in(steps) == repeats


@pytest.mark.parametrize("metre", GRIDS)
def test_a_repeat_is_one_of_eight_bars_of_the_metre(metre):
    grid = GRIDS[metre]
    eight, rest = (random_bars(8, seed, grid) for seed in (1, 2))
    seven = eight[: 7 * grid.bar_steps]
    assert repeats_in(np.concatenate([eight, rest, eight]), grid.hop_steps, grid=grid) == 1
    assert repeats_in(np.concatenate([eight, rest, seven]), grid.hop_steps, grid=grid) == 0


def test_seven_bars_may_come_again_and_other_chords_make_no_other_melody():
    theme, rest = random_bars(8), random_bars(20, seed=2)
    assert repeats_in(np.concatenate([theme, rest, theme[:112], rest[:32]])) == 0
    other_chords = theme.copy()
    other_chords[:, 2] = 5
    assert repeats_in(np.concatenate([theme, rest, other_chords])) == 1


def test_a_repeat_is_told_with_its_bars():
    repetition = Repetition(COMMON_TIME, TEMPO)
    repetition.hear(np.concatenate([random_bars(12, seed=2), random_bars(8), random_bars(8)]))
    assert repetition.check().fault == (
        "1 window of 8 bars came again, first those of bar 13 at bar 21"
    )


@given(libraries.filter(len), st.data(), st.integers(1, 3), st.integers(1, 8), st.integers(0, 8))
def test_rules_are_broken_as_often_as_is_told(library, data, song_cap, window, recency):
    rules = ContinuationRules(song_cap=song_cap, window=window, recency=recency)
    played = data.draw(st.lists(st.integers(0, len(library) - 1), max_size=40))
    contents = library.content_ids
    recency = min(recency, (contents.max() + 1) // 4)
    over_cap = returns = 0
    for place, segment in enumerate(played):
        last = contents[played[max(0, place + 1 - window) : place + 1]]
        counts = Counter(song for c in last for song in set(library.tune_of[contents == c]))
        over_cap += max(counts.values()) > song_cap
        returns += contents[segment] in contents[played[max(0, place - recency) : place]]
    kept = RuleKeeping(library, rules)
    for beat, segment in enumerate(played):
        kept.hear(segment, beat)
    assert (kept.over_cap, kept.returns) == (over_cap, returns)
    assert [bool(check.fault) for check in kept.checks()] == [over_cap > 0, returns > 0]


def test_a_content_that_songs_share_counts_for_each():
    shared, own = random_bars(1), random_bars(2, seed=2)
    tunes = [
        Tune(title, "b", steps, np.arange(0, len(steps), 16, dtype=np.int32), np.zeros(n, np.int8))
        for title, steps, n in [("One", shared, 1), ("Two", np.concatenate([shared, own]), 3)]
    ]
    library = SegmentLibrary.of_tunes(tunes)
    kept = RuleKeeping(library, ContinuationRules(song_cap=2, window=3, recency=0))
    for segment in (0, 2, 3):  # the shared one as a segment of "One", then the rest of "Two"
        kept.hear(segment, 4 * segment)
    assert kept.checks()[0].fault == "1 segment over 2 in 3 of one song, first by 'Two' at beat 12"


def growth(mb_at, hours=3.0):
    memory = MemoryGrowth()
    for minute in range(1, int(hours * 60) + 1):
        memory.sample(minute / 60, mb_at(minute / 60))
    return memory


def test_memory_that_grows_after_the_first_hour_is_told():
    assert growth(lambda hour: 100 + 1.5 * hour).check().fault == "memory grows by 1.50 MB an hour"
    assert growth(lambda hour: 100 + 0.5 * hour).check().fault is None
    assert growth(lambda hour: 100 + 40 * min(hour, 1.0)).check().fault is None


@given(st.floats(-20, 20), st.floats(1, 500), st.integers(0, 100))
def test_the_slope_is_that_of_least_squares(slope, start, seed):
    noise = np.random.default_rng(seed).normal(0, 1, 10**4)
    samples = {
        hour: start + slope * hour + noise[int(hour * 60)] for hour in np.arange(60, 181) / 60
    }
    memory = growth(lambda hour: samples.get(hour, 0.0))
    expected = np.polyfit(list(samples), list(samples.values()), 1)[0]
    assert memory.mb_per_hour == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("numbers", "grows"),
    [
        ([40, 43, 40, 41] * 40, False),  # some come and go
        ([90] * 60 + [40] * 120, False),  # the first hour does not count
        ([40 + n // 60 for n in range(240)], True),  # one an hour
    ],
)
def test_descriptors_and_threads_must_not_grow(numbers, grows):
    growth = CountGrowth("threads")
    for n, number in enumerate(numbers):
        growth.sample(n / 60, number)
    assert bool(growth.check().fault) == grows


def test_memory_of_less_than_two_hours_is_not_judged_and_that_is_said():
    check = growth(lambda hour: 100 * hour, hours=1.9).check()
    assert (check.found, check.fault) == ("190.0 MB; growth shows from two hours on", None)


def test_notes_left_on_and_ends_of_nothing_are_counted():
    account = NoteCount()
    for message in [(0xC0, 5, 0), (0x90, 60, 9), (0x91, 60, 9), (0x90, 60, 9), (0x80, 60, 0)]:
        account.hear(*message)
    assert (account.notes, account.left_on, account.stray_ends) == (3, 2, 0)
    for message in [(0x90, 60, 0), (0x80, 61, 0), (0x81, 60, 0), (0x81, 60, 0)]:
        account.hear(*message)
    assert (account.notes, account.left_on, account.stray_ends) == (3, 0, 2)


def soaked(
    change=list,
    hours=HOURS,
    tempo_bpm=TEMPO,
    mb_a_minute=0.0,
    tell=print,
    grid=COMMON_TIME,
    form=Form.NONE,
):
    """A watcher that has looked on, the chunks changed before; and how many notes it was shown."""
    bundle = random_bundle(n_tunes=200, grid=grid)
    settings = settings_of(round(hours * 60 * tempo_bpm / grid.bar_beats), tempo_bpm, grid, form)
    mb = count(100.0, mb_a_minute)
    watcher = Soak(settings, bundle.library, hours, lambda: Usage(next(mb), 40, 9), tell)
    notes = 0
    for chunk in change([*Composition(bundle, index_of(bundle), settings)]):
        watcher.observe(chunk)
        notes += int((chunk.events[:, 1] & 0xF0 == 0x90).sum())
    return watcher, notes


@pytest.fixture(scope="module")
def looked_on():
    """A watcher, and the notes, of a performance as it should be."""
    return soaked()


def faults(watcher, report, heard=None):
    return [check.fault for check in watcher.checks(report, 60.0, heard) if check.fault]


def good_report(notes):
    return PlayerReport("SCHED_FIFO", 0.01, 0.02, 0.03, 0, 0, notes, 0, 0, 0)


def account(notes):
    heard = NoteCount()
    for _ in range(notes):
        heard.hear(0x90, 60, 90)
        heard.hear(0x80, 60, 0)
    return heard


@pytest.mark.parametrize("form", [Form.NONE, Form.ANY], ids=str)
@pytest.mark.parametrize("metre", COMMON_TIME_FIRST)
def test_a_performance_as_it_should_be_passes(metre, form):
    watcher, notes = soaked(grid=GRIDS[metre], form=form)
    assert notes > 500
    assert faults(watcher, good_report(notes), account(notes)) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"underruns": 2}, "2 times the composer was late (60 times the tempo is too fast"),
        ({"dropped": 3}, "3 notes left out, too late (60 times the tempo is too fast"),
        ({"unreleased": 1}, "1 note had to be released at the end"),
        ({"jumps": 1}, "1 time the clock stood still"),
        ({"notes": 7}, "notes composed, 7 played"),
    ],
)
def test_what_the_player_did_wrong_is_told(looked_on, changed, told):
    watcher, notes = looked_on
    (fault,) = faults(watcher, replace(good_report(notes), **changed))
    assert told in fault


def test_what_the_listening_end_misses_is_told(looked_on):
    watcher, notes = looked_on
    deaf = account(notes - 1)
    assert faults(watcher, good_report(notes), deaf) == [f"{notes} notes played, {notes - 1} heard"]
    deaf.hear(0x90, 60, 90)
    assert faults(watcher, good_report(notes), deaf) == ["1 note left on at the listening end"]


def test_what_the_composer_does_wrong_is_told():
    def break_everything(chunks):
        """The first ten bars again and again; and a note-off too many."""
        theme = chunks[:20]
        chunks = [
            replace(
                chunk,
                steps=theme[n % 20].steps,
                provenance=replace(chunk.provenance, segment=n % 20),
            )
            for n, chunk in enumerate(chunks)
        ]
        stray = np.concatenate([[[0, 0x80, 1, 0]], chunks[0].events])
        return [replace(chunks[0], events=stray), *chunks[1:]]

    watcher, notes = soaked(break_everything)
    told = faults(watcher, good_report(notes))
    assert len(told) == 4
    assert "windows of 8 bars came again, first those of bar 1 at bar 11" in told[0]
    assert "over 3 in 16 of one song" in told[1]
    assert "segments came again within 1000 segments" in told[2]
    assert told[3] == "1 note-off that ended nothing"


def test_a_performance_that_was_stopped_fails_and_says_how_long_it_was():
    watcher, notes = soaked(lambda chunks: chunks[: len(chunks) // 2])
    (fault,) = faults(watcher, replace(good_report(notes - 10), unreleased=2))
    assert "stopped after 0.05 of 0.1 hours" in fault


def test_a_leak_shows_every_hour_and_at_the_end():
    lines = []
    watcher, notes = soaked(hours=2.5, tempo_bpm=5.0, mb_a_minute=0.1, tell=lines.append)
    assert [line.split(":")[0] for line in lines] == [
        "Hour 1 of 2.5 composed",
        "Hour 2 of 2.5 composed",
    ]
    assert lines[0].endswith("all well")
    assert lines[1].endswith("memory grows by 6.00 MB an hour")
    assert faults(watcher, good_report(notes)) == ["memory grows by 6.00 MB an hour"]


def test_a_session_shows_its_chunks_to_an_observer():
    seen = []
    settings = settings_of(bars=6)
    Session(
        settings,
        NOWHERE,
        clock=ClockSettings(speed=20),
        observe=seen.append,
    ).run()
    assert [chunk.start_tick for chunk in seen] == [960 * n for n in range(12)]
    assert seen[-1].end_tick == 6 * 1920


def test_an_error_of_an_observer_ends_the_session():
    def fail(chunk):
        raise ZeroDivisionError

    session = Session(settings_of(), NOWHERE, observe=fail)
    with pytest.raises(ZeroDivisionError):
        session.run()


def test_what_to_install_is_told_where_memory_cannot_be_measured(monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "livedshl\[dev\]"'):
        soak(settings_of(), hours=1, speed=60, tell=print)
