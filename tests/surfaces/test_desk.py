import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.steered import Steered

from livedshl.performance.commands import Hold, Mute, ReRoll, SetAdventure, SetLevel, SetTempo
from livedshl.surfaces.desk import Desk
from livedshl.surfaces.gesture import Gesture
from livedshl.surfaces.tap import TapTempo


def at_a_desk(begun=True):
    music, told = Steered(begun), []
    return Desk(music, told.append), music, told


def press(desk, *texts):
    for text in texts:
        desk.press(Gesture.parse(text), 0.0)


def wait_for(desk, music, command):
    """Hands on until the music has been asked for this."""
    for _ in range(2000):
        desk.hand_on()
        if command in music.commands:
            return
        time.sleep(0.005)
    pytest.fail(f"{command} does not come; {music.commands}")


def test_of_a_knob_that_is_swept_the_music_gets_few_values_and_the_last():
    desk, music, _ = at_a_desk()
    for position in range(128):
        desk.turn(Gesture("adventure"), position)
        desk.turn(Gesture("level", "bass"), 127 - position)
    wait_for(desk, music, SetAdventure(1.0))
    wait_for(desk, music, SetLevel("Bass", 0))
    assert len(music.commands) < 20


def test_positions_that_mean_the_same_ask_once():
    desk, music, _ = at_a_desk()
    for position in (70, 71, 90, 127, 64, 63, 10):
        desk.turn(Gesture("hold"), position)
    assert music.commands == [Hold(True), Hold(False)]


def test_presses_toggle_switches_and_triggers_act_each_time():
    desk, music, _ = at_a_desk()
    press(desk, "mute Bass", "mute Bass", "mute bass on", "re-roll", "re-roll")
    muted = [Mute("Bass", value) for value in (True, False, True)]
    assert music.commands == [*muted, ReRoll(), ReRoll()]


def test_a_toggle_knows_what_others_have_switched():
    desk, music, _ = at_a_desk()
    music.becomes(muted=frozenset({"Bass"}), hold=True)
    press(desk, "mute Bass", "hold")
    assert music.commands == [Mute("Bass", False), Hold(False)]


def test_steps_in_quick_succession_add_up():
    desk, music, _ = at_a_desk()
    press(desk, "tempo up", "tempo up", "tempo up", "tempo down")
    wait_for(desk, music, SetTempo(112.0))


def test_a_tempo_can_be_tapped():
    desk, music, _ = at_a_desk()
    for beat in range(5):
        desk.press(Gesture.parse("tempo tap"), beat * 0.5)
    wait_for(desk, music, SetTempo(120.0))


@given(st.floats(20.5, 399), st.integers(2, 12))
def test_taps_at_a_tempo_give_that_tempo(tempo_bpm, n_taps):
    taps = TapTempo()
    assert taps.tap(100.0) is None
    for tap in range(1, n_taps):
        assert taps.tap(100.0 + tap * 60 / tempo_bpm) == pytest.approx(tempo_bpm, abs=0.051)


def test_a_pause_begins_the_taps_anew_and_two_at_once_are_no_tempo():
    taps = TapTempo()
    assert taps.tap(0.0) is None
    assert taps.tap(0.0) is None
    assert taps.tap(0.5) is not None
    assert taps.tap(60.0) is None
    assert taps.tap(60.25) == 240


def test_what_cannot_be_done_is_told_once():
    desk, music, told = at_a_desk()
    press(desk, "mute Zither", "mute Zither")
    assert len(told) == 1
    assert "Bass" in told[0]
    assert not music.commands
    press(desk, "panic", "level Zither up")
    assert len(told) == 2


def test_before_the_music_a_surface_is_told_so():
    desk, music, told = at_a_desk(begun=False)
    press(desk, "hold", "hold")
    desk.turn(Gesture("adventure"), 3)
    assert told == ["The music has not begun yet"]
    assert not music.commands


def slipped(times, slip, at):
    """The times of taps with one slip: a beat without a tap, an extra tap, or one that bounces."""
    if slip == "missed":
        return times[:at] + times[at + 1 :]
    later = 0.05 if slip == "bounced" else (times[at] - times[at - 1]) / 2
    return [*times[:at], times[at - 1] + later, *times[at:]]


@given(
    st.floats(60, 200), st.sampled_from(["missed", "doubled", "bounced"]), st.integers(3, 9),
    st.lists(st.floats(-0.01, 0.01), min_size=12, max_size=12),
)  # fmt: skip
def test_a_slip_among_the_taps_does_not_change_the_tempo(tempo_bpm, slip, at, jitter):
    times = [n * 60 / tempo_bpm + each for n, each in enumerate(jitter)]
    taps = TapTempo()
    tempi = [taps.tap(time_s) for time_s in slipped(times, slip, at)]
    heard = [tempo for tempo in tempi[4:] if tempo is not None]
    assert heard[-1] == pytest.approx(tempo_bpm, rel=0.05)
    assert max(heard) < 1.35 * tempo_bpm and min(heard) > 0.7 * tempo_bpm


@pytest.mark.parametrize(("before", "after"), [(120, 60), (60, 120), (120, 180), (120, 80)])
def test_another_tempo_is_taken_up_within_a_bar(before, after):
    taps = TapTempo()
    for n in range(8):
        taps.tap(n * 60 / before)
    tempi = [taps.tap(7 * 60 / before + n * 60 / after) for n in range(1, 5)]
    assert tempi[-1] == pytest.approx(after, abs=0.2)
