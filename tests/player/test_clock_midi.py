"""A MIDI clock followed, on simulated time: what is heard, and when."""

import random
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.clocks import JITTERS, Sender, Stage, beats_to_lock, deviations, rms
from support.strategies import thorough
from support.surroundings import left_on

from livedshl.player.clock.source import next_in_bar
from livedshl.player.midi_clock import CONTINUE, PULSE, START, STOP, song_position

tempos = st.floats(60, 200)
positions = st.integers(0, (1 << 14) - 1)  # in sixteenths
jitters = st.sampled_from(list(JITTERS.values()))
# With more, pulses overtake each other at 200 BPM: nobody could tell lost ones from late ones.
countable_jitters = st.sampled_from([JITTERS[name] for name in JITTERS if name != "gaussian, 2 ms"])
seeds = st.integers(0, 1 << 32)
unhurried = thorough(max_examples=40)


def play(sender, **options):
    """Follows the sender to the end of what it sends and a while longer."""
    stage = Stage(sender, **options)
    stage.begin()
    stage.run(sender.time_s + 5)
    return stage


def assert_clean(stage):
    """Everything is off, what went off was on, and no note came again or out of order."""
    assert not left_on(stage.sent)
    on = set()
    for _, message in stage.sent:
        if message[0] & 0xF0 == 0x90:
            on.add((message[0] & 15, message[1]))
        elif message[0] & 0xF0 == 0x80:
            on.remove((message[0] & 15, message[1]))
    steps = [step for _, step in stage.notes()]
    assert steps == sorted(set(steps))


def heard(stage, from_s, to_s):
    """The sixteenths heard between two times in seconds."""
    return [step for time_s, step in stage.notes() if from_s <= time_s < to_s]


@pytest.mark.parametrize("tempo", [60, 120, 200])
@pytest.mark.parametrize(
    ("jitter", "sigma_s"),
    [("uniform, 2 ms to each side", 0.00116), ("gaussian, 1 ms", 0.001), ("gaussian, 2 ms", 0.002)],
)
def test_an_uneven_clock_is_locked_to_within_two_beats_and_evened_out(tempo, jitter, sigma_s):
    runs = [deviations(JITTERS[jitter], tempo, 96, seed) for seed in range(3)]
    for run in runs:
        assert len(run) == 4 * 96
        assert beats_to_lock(run, sigma_s) <= 2
    locked = [deviation for run in runs for deviation in run[8:]]
    settled = [deviation for run in runs for deviation in run[4 * 32 :]]
    assert rms(locked) < 0.0003
    assert rms(settled) < 0.00015
    if jitter != "gaussian, 2 ms":
        assert max(map(abs, settled)) < 0.0003


@pytest.mark.parametrize(("first", "last"), [(60, 200), (200, 60)])
@pytest.mark.parametrize("jitter", JITTERS)
def test_a_ramp_is_followed_without_skipping_or_repeating_a_note(first, last, jitter):
    sender, due = Sender(JITTERS[jitter]), []
    sender.say(START)
    step = 5 if last > first else -5
    for tempo in [first] * 8 + list(range(first, last, step)) + [last] * 16:
        for pulse in range(24):
            due += sender.roll(1, max(60, min(200, tempo + step * pulse / 24)))
    stage = play(sender)
    steps = [step for time_s, step in stage.notes() if time_s <= due[-1] + 0.01]
    assert steps == list(range(len(due) // 6))
    off = [time_s - due[6 * step] for time_s, step in stage.notes()[: len(steps)]]
    assert max(map(abs, off)) < 0.015
    assert rms(off[-32:]) < 0.001
    assert_clean(stage)


@given(tempos, tempos)
@unhurried
def test_a_sudden_change_of_tempo_is_followed(before, after):
    sender = Sender()
    sender.say(START)
    due = sender.roll(24 * 8, before) + sender.roll(24 * 8, after)
    stage = play(sender)
    assert_clean(stage)
    for time_s, step in stage.notes():
        if 4 * 10 <= step < 4 * 16:
            assert time_s == pytest.approx(due[6 * step], abs=0.001)


@given(tempos, st.integers(30, 300), jitters, seeds)
@unhurried
def test_missing_pulses_hold_the_tempo_for_two_beats_and_silence_after(tempo, pulses, jitter, seed):
    sender = Sender(jitter, seed)
    sender.say(START)
    due = sender.roll(pulses, tempo)
    beat_s = 60 / tempo
    ceased_s = due[-1]
    sender.rest(4 * beat_s)
    back = sender.roll(24 * 8, tempo)
    stage = play(sender, note_ticks=1000)
    held = [s for s in stage.notes() if ceased_s < s[0] < ceased_s + 1.9 * beat_s]
    assert [step for _, step in held] == list(range(held[0][1], held[-1][1] + 1))
    for time_s, step in held:
        assert time_s == pytest.approx(due[0] + step * beat_s / 4, abs=0.25 * beat_s / 4)
    assert not left_on([m for m in stage.sent if m[0] < ceased_s + 2.1 * beat_s])
    assert not heard(stage, ceased_s + 2.1 * beat_s, back[0] - 0.01)
    assert_clean(stage)
    # It goes on at the place in the bar that the sender is at.
    again = [s for s in stage.notes() if back[24] <= s[0] <= back[-1] - 0.01]
    assert len(again) in (27, 28, 29)
    for time_s, step in again:
        number = round((time_s - back[0]) / (beat_s / 24)) + pulses
        assert abs((number - 6 * step + 48) % 96 - 48) <= 0
    assert len({step for _, step in again}) == len(again)


@given(tempos, st.integers(0, 200), jitters, seeds)
@unhurried
def test_the_first_pulse_after_start_is_the_downbeat_of_a_bar(tempo, before, jitter, seed):
    """Pulses before the start, which many devices send, tell the tempo and no more."""
    sender = Sender(jitter, seed)
    sender.roll(before, tempo)
    sender.say(START)
    due = sender.roll(24 * 4, tempo)
    stage = play(sender)
    assert heard(stage, 0, due[0] - 0.004) == []
    first_s, step = stage.notes()[0]
    assert step == 0
    assert first_s == pytest.approx(due[0], abs=0.012)
    assert_clean(stage)
    if before > 48:  # the tempo is known at the first beat
        for time_s, step in stage.notes()[1:5]:
            assert time_s == pytest.approx(due[6 * step], abs=0.003)


def test_a_sender_whose_pulses_begin_anew_with_start_is_in_step_at_once():
    sender = Sender()
    sender.roll(240, 120)
    sender.rest(0.008)  # two fifths of a pulse
    sender.say(START)
    due = sender.roll(24 * 4, 120)
    for time_s, step in play(sender).notes()[1:16]:
        assert time_s == pytest.approx(due[6 * step], abs=0.0005)


@given(positions, tempos, st.integers(0, 400), jitters, seeds)
@unhurried
def test_continue_resumes_on_the_beat_that_the_pointer_names(position, tempo, before, jitter, seed):
    sender = Sender(jitter, seed)
    sender.say(START)
    sender.roll(before, tempo)
    sender.say(STOP)
    sender.rest(1)
    stopped_s = sender.time_s
    sender.say(song_position(position))
    sender.say(CONTINUE)
    due = sender.roll(24 * 6, tempo)
    stage = play(sender)
    resumed = [s for s in stage.notes() if stopped_s - 0.01 <= s[0] <= due[-1]]
    assert [step % 16 for _, step in resumed] == [(position + i) % 16 for i in range(24)]
    assert resumed[0][1] - (before // 6) <= 17, "more than a bar of music was left out"
    for number, (time_s, _) in enumerate(resumed):
        assert time_s == pytest.approx(due[6 * number], abs=0.012)
    assert_clean(stage)


@given(st.integers(2, 300), tempos, jitters, seeds)
@unhurried
def test_continue_without_a_position_goes_on_where_stop_was(pulses, tempo, jitter, seed):
    sender = Sender(jitter, seed)
    sender.say(START)
    sender.roll(pulses, tempo)
    sender.say(STOP)
    sender.roll(100, tempo)  # many devices send pulses while they are stopped
    sender.say(CONTINUE)
    sender.roll(200, tempo)
    stage = play(sender)
    assert_clean(stage)
    steps = heard(stage, 0, sender.time_s)
    assert steps[: len(steps) - 8] == list(range(len(steps) - 8)), "nothing was left out"


@given(st.integers(1, 300), tempos)
@unhurried
def test_stop_releases_every_note_at_once(pulses, tempo):
    sender = Sender()
    sender.say(START)
    sender.roll(pulses, tempo)
    sender.say(STOP)
    stopped_s = sender.time_s
    sender.roll(100, tempo)
    stage = play(sender, note_ticks=4000)
    assert stage.notes()
    assert not left_on([m for m in stage.sent if m[0] < stopped_s + 0.003])
    assert not heard(stage, stopped_s, sender.time_s)
    assert [m[1] for _, m in stage.sent[-4:]] == [64, 121, 123, 120]


@given(st.integers(0, 200), tempos)
@unhurried
def test_start_sent_twice_begins_at_a_bar_twice(pulses, tempo):
    sender = Sender()
    sender.say(START)
    sender.say(START)
    sender.roll(pulses, tempo)
    sender.say(START)
    due = sender.roll(24 * 8, tempo)
    stage = play(sender)
    assert_clean(stage)
    again = [s for s in stage.notes() if due[1] < s[0] <= due[-1]]
    assert [step % 16 for _, step in again][:20] == [i % 16 for i in range(1, 21)]


@given(
    st.lists(st.integers(48, 400), max_size=4, unique=True),
    tempos,
    countable_jitters,
    seeds,
    st.booleans(),
)
@example([163], 60.0, JITTERS["gaussian, 1 ms"], 13773, False)
@example([163], 60.0, JITTERS["gaussian, 1 ms"], 13773, True)
@unhurried
def test_lost_and_doubled_pulses_do_not_move_the_beat(numbers, tempo, jitter, seed, doubled):
    numbers = [n for n in numbers if not any(0 < n - other < 24 for other in numbers)]
    sender, due = Sender(jitter, seed), []
    sender.say(START)
    for number in range(480):
        due += sender.roll(1, tempo, lost=[0] if number in numbers and not doubled else [])
        if number in numbers and doubled:
            sender.repeat()
    stage = play(sender)
    assert_clean(stage)
    for time_s, step in stage.notes():
        if 8 <= step < 80:
            assert time_s == pytest.approx(due[6 * step], abs=0.006 if step > 74 else 0.015)


@pytest.mark.parametrize("gap", [2, 5, 12, 30, 47])
def test_the_beat_is_kept_over_a_gap_shorter_than_two_beats(gap):
    sender = Sender(JITTERS["uniform, 2 ms to each side"], gap)
    sender.say(START)
    due = sender.roll(480, 130, lost=range(100, 100 + gap))
    stage = play(sender)
    assert heard(stage, 0, due[-1] + 0.001) == list(range(80))
    assert all(abs(s - due[6 * step]) < 0.004 for s, step in stage.notes() if 8 <= step < 80)


def test_pulses_that_were_held_up_and_come_at_once_change_nothing():
    sender = Sender()
    sender.say(START)
    due = sender.roll(480, 120)
    sender.arrivals = [
        (message, max(time_s, due[220]) if time_s > due[200] else time_s)
        for message, time_s in sender.arrivals
    ]
    stage = play(sender)
    assert heard(stage, 0, due[-1] + 0.001) == list(range(80))
    assert all(abs(s - due[6 * step]) < 0.002 for s, step in stage.notes() if 1 <= step < 80)


@given(st.integers(0, 500), st.integers(0, 2000), tempos)
@unhurried
def test_a_sender_that_jumps_is_followed_to_its_place_in_the_bar(before, position, tempo):
    sender = Sender()
    sender.say(START)
    sender.roll(before, tempo)
    sender.say(song_position(position))
    due = sender.roll(24 * 6, tempo)
    stage = play(sender)
    assert_clean(stage)
    again = [s for s in stage.notes() if due[3] <= s[0] <= due[-1]]
    assert [step % 16 for _, step in again] == [(position + 1 + i) % 16 for i in range(23)]


@given(st.integers(1, 400), st.integers(0, 200), tempos)
@unhurried
def test_one_who_is_ready_late_comes_in_at_the_sender_s_place_in_the_bar(missed, ticks, tempo):
    sender = Sender()
    sender.say(START)
    due = sender.roll(missed, tempo)
    ready_s = due[-1] + 0.001
    due += sender.roll(24 * 6, tempo)
    stage = Stage(sender)
    stage.run(ready_s)
    stage.begin()
    stage.run(sender.time_s)
    assert stage.notes()
    for time_s, step in stage.notes():
        number = round((time_s - due[0]) / (60 / tempo / 24))
        if number < len(due):
            assert number % 96 == 6 * step % 96


@given(st.integers(100, 2000), st.floats(-0.4, 0.4), tempos)
@unhurried
def test_a_player_that_takes_another_s_place_is_in_sync(pulses, error, tempo):
    """The sender does not start again; where it is, the main process knows within half a pulse."""
    sender = Sender()
    sender.say(START)
    due = sender.roll(pulses + 24 * 8, tempo)
    heir = Sender()
    heir.arrivals = [arrival for arrival in sender.arrivals if arrival[1] > due[pulses]]
    stage = Stage(heir)
    stage.now = due[pulses] + 0.001
    stage.playback.transport.set_tempo(0, tempo)
    ticks = (stage.now - due[0]) / (60 / tempo / 480)
    stage.begin(round(ticks + error * 20), resuming=True)
    stage.run(due[-1])
    steps = [step for time_s, step in stage.notes() if time_s > due[pulses + 6]]
    assert len(steps) >= 28
    for time_s, step in stage.notes():
        if time_s > due[pulses + 6]:
            assert time_s == pytest.approx(due[6 * step], abs=0.001)


def test_a_player_that_takes_another_s_place_while_the_sender_stands_still_waits_for_it():
    sender = Sender()
    sender.roll(100, 120)
    ready_s = sender.time_s
    sender.roll(100, 120)
    started_s = sender.time_s
    sender.say(START)
    sender.roll(100, 120)
    stage = Stage(sender)
    stage.run(ready_s)
    stage.begin(1920 * 3 + 500)
    stage.run(sender.time_s)
    time_s, step = stage.notes()[0]
    assert step == 4 * 16
    assert time_s == pytest.approx(started_s, abs=0.003)


def test_a_player_that_takes_another_s_place_waits_when_no_pulse_ever_comes():
    stage = Stage(Sender(), note_ticks=5000)
    stage.begin(1920, resuming=True)
    stage.run(stage.now + 5)
    assert len(stage.notes()) in (8, 9)
    assert not left_on(stage.sent)


actions = st.one_of(
    st.tuples(st.just("roll"), st.integers(1, 200)),
    st.tuples(st.just("roll"), st.integers(1, 30)),
    st.tuples(st.just("lose"), st.integers(1, 70)),
    st.tuples(st.just("say"), st.sampled_from([START, STOP, CONTINUE])),
    st.tuples(st.just("seek"), positions),
    st.tuples(st.just("rest"), st.floats(0, 3)),
    st.tuples(st.just("repeat"), st.none()),
    st.tuples(st.just("tempo"), tempos),
)


def do(sender, todo):
    tempo = 120.0
    for action, value in todo:
        if action == "tempo":
            tempo = value
        elif action == "roll":
            sender.roll(value, tempo)
        elif action == "lose":
            sender.roll(value, tempo, lost=range(value))
        elif action == "say":
            sender.say(value)
        elif action == "seek":
            sender.say(song_position(value))
        elif action == "rest":
            sender.rest(value)
        elif sender.arrivals:
            sender.repeat()
    return tempo


@given(
    st.lists(actions, max_size=25), positions, countable_jitters, seeds, st.booleans(),
    st.sampled_from([-0.05, 0.0, 0.02, 0.3]), st.integers(10, 1500),
)  # fmt: skip
@thorough(max_examples=100)
def test_whatever_the_sender_does_no_note_stays_on_none_comes_twice_and_no_beat_is_lost(
    todo, position, jitter, seed, sends_clock, latency_s, note_ticks
):
    sender = Sender(jitter, seed)
    tempo = do(sender, todo)
    sender.say(STOP)
    sender.rest(0.5)
    sender.say(song_position(position))
    sender.say(CONTINUE)
    due = sender.roll(24 * 12, tempo)
    sender.say(STOP)
    stage = play(sender, sends_clock=sends_clock, latency_s=latency_s, note_ticks=note_ticks)
    assert_clean(stage)
    # Eight beats after it began again, on whatever beat, each sixteenth is there and in its place.
    at_end = [s for s in stage.notes() if due[24 * 8 - 3] <= s[0] + latency_s < due[24 * 11 - 3]]
    assert [step % 16 for _, step in at_end] == [(position + 32 + i) % 16 for i in range(12)]
    for number, (time_s, _) in enumerate(at_end):
        assert time_s + latency_s == pytest.approx(due[24 * 8 + 6 * number], abs=0.006)


STORMS = {
    "starts": (lambda rng: [START], 1000),
    "starts and stops": (lambda rng: rng.sample([START, STOP, CONTINUE], 3), 1000),
    "positions": (lambda rng: [song_position(rng.randrange(1 << 14))], 1000),
    "pulses": (lambda rng: [], 20_000),
}


@pytest.mark.parametrize("storm", STORMS)
@pytest.mark.parametrize("seed", range(3))
def test_a_storm_of_messages_does_not_drive_the_music_ahead_of_the_composer(storm, seed):
    messages, tempo = STORMS[storm]
    rng, sender = random.Random(seed), Sender()
    sender.say(START)
    sender.roll(48, 120)
    begun_s = sender.time_s
    while sender.time_s < begun_s + 2:
        for message in messages(rng):
            sender.say(message)
        sender.roll(1, tempo)
    sender.rest(0.1)
    sender.say(START)
    due = sender.roll(24 * 8, 120)
    stage = play(sender, bar_s=0.05)
    assert_clean(stage)
    after = heard(stage, due[24 * 2] - 0.01, due[24 * 7] - 0.01)
    assert [step % 16 for step in after] == [(8 + i) % 16 for i in range(20)]


def received(stage):
    """The ticks at which a receiver of the clock is at each pulse: (seconds, tick)."""
    tick, running = 0, False
    for time_s, message in stage.sent:
        if message == START:
            tick, running = 0, True
        elif message == CONTINUE:
            running = True
        elif message == STOP:
            running = False
        elif message[0] == 0xF2:
            assert not running, "a position may be told to those that stand still only"
            tick = (message[1] | message[2] << 7) * 120
        elif message == PULSE:
            assert running
            yield time_s, tick
            tick += 20


@given(
    st.lists(actions, max_size=25), jitters, seeds, st.sampled_from([-0.05, 0.0, 0.02, 0.3])
)  # fmt: skip
@unhurried
def test_what_follows_our_clock_is_always_where_our_music_is(todo, jitter, seed, latency_s):
    sender = Sender(jitter, seed)
    sender.say(START)
    tempo = do(sender, todo)
    sender.say(START)
    due = sender.roll(24 * 8, tempo)
    stage = play(sender, sends_clock=True, latency_s=latency_s)
    pulses = list(received(stage))
    assert all(after - before in (0, 20) or after % 120 == 0
               for (_, before), (_, after) in pairwise(pulses))  # fmt: skip
    times = {tick: time_s for time_s, tick in pulses if due[24 * 3] < time_s <= due[-1]}
    assert len(times) >= 24 * 5 - 2
    compared = 0
    for time_s, step in stage.notes():
        if 120 * step in times and time_s > due[24 * 4]:
            compared += 1
            assert times[120 * step] == pytest.approx(time_s + latency_s, abs=0.003)
    assert compared >= 10
    assert [message for _, message in stage.sent if message[0] >= 0xF0][-1] == STOP


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_next_place_in_a_bar_is_less_than_a_bar_away(tick, place):
    found = next_in_bar(tick, place, 1920)
    assert 0 <= found - tick < 1920
    assert found % 1920 == place % 1920
