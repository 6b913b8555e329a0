import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.steered import Steered

from livedshl.performance.commands import (
    Hold,
    Mute,
    ReRoll,
    SetAdventure,
    SetLevel,
    SetTempo,
)
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
