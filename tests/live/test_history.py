"""Undo: what it takes back, and in which order."""

import pytest

from livedshl.errors import CommandError
from livedshl.improviser import Chart
from livedshl.live.history import History
from livedshl.music import Chord
from livedshl.music.leadsheet import Key
from livedshl.performance.command_text import parse_command, text_of
from livedshl.performance.commands import (
    Answer,
    ChoosePreset,
    End,
    FollowChart,
    Listen,
    NextTune,
    OpenWith,
    Panic,
    Pause,
    ReRoll,
    SetSwing,
    SetVariation,
    UseModel,
    Vary,
)
from livedshl.performance.material import FollowedChart, NamedModel
from livedshl.performance.preset import load_preset
from livedshl.performance.steering import Band, Steering, steered

SESSION = Band.of(load_preset("session"))
PIANO = Band.of(load_preset("solo-piano"))


class Clock:
    """Time that the test makes: every look at it is two seconds later, unless it is held."""

    def __init__(self):
        self.now, self.step = 0.0, 2.0

    def __call__(self):
        self.now += self.step
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def history(clock):
    return History(Steering(108.0, Key.parse("D"), 0.25, SESSION), 0.0, clock)


def test_what_was_varied_is_taken_back_one_after_the_other(history, clock):
    clock.step = 0.1
    for number in (1, 2):
        command = history.varied(Vary("Bass"))
        assert command == SetVariation("Bass", number)
        history.add(command, None)
    assert history.undo() == (SetVariation("Bass", 1), None)
    assert history.undo() == (SetVariation("Bass", 0), None)
    with pytest.raises(CommandError):
        history.undo()


def test_a_choice_is_taken_back(history):
    history.add(OpenWith(12), None)
    history.add(OpenWith(0), None)
    assert history.undo() == (OpenWith(None), None)


def test_a_chart_is_taken_back_to_the_one_before_in_the_key_that_it_had(history):
    before = FollowedChart("none", Key.parse("G"))
    blues = FollowedChart("blues", Key.parse("E"), Chart((Chord.parse("C7"),)))
    history.add(parse_command("key G"), None)
    history.add(FollowChart(blues), None)
    history.add(parse_command("key A"), None)
    assert text_of(history.undo()[0]) == "key E"
    assert history.undo() == (FollowChart(before), None)
    assert history.chart == before
    with pytest.raises(CommandError):
        history.undo(), history.undo()


def test_a_model_is_taken_back(history):
    history.add(UseModel(NamedModel("lieder", manifest="abc")), None)
    history.add(UseModel(NamedModel("lieder", manifest="abc")), None)  # which changes nothing
    assert history.undo() == (UseModel(NamedModel("session")), None)
    with pytest.raises(CommandError):
        history.undo()


@pytest.mark.parametrize(
    ("line", "undone"),
    [
        ("tempo 132", "tempo 108"),
        ("key G", "key D"),
        ("adventure 0.9", "adventure 0.25"),
        ("intensity 1", "intensity 0.5"),
        ("density 0", "density 0.5"),
        ("mute Bass on", "mute Bass off"),
        ("solo Bass on", "solo Bass off"),
        ("level Bass 10", f"level Bass {SESSION.parts[2].volume}"),
        ("hold on", "hold off"),
        ("freeze on", "freeze off"),
        ("latency 20", "latency 0"),
    ],
)
def test_undo_restores_what_the_last_command_changed(history, line, undone):
    history.add(parse_command(line), None)
    command, band = history.undo()
    assert (text_of(command), band) == (undone, None)


def test_a_preset_comes_back_with_its_band_and_the_swing_that_was_asked_for(history):
    history.add(SetSwing(0.7), None)
    history.add(ChoosePreset("solo-piano"), PIANO)
    command, band = history.undo()
    assert command == ChoosePreset("session")
    assert band.parts == SESSION.parts
    after = steered(Steering(108.0, Key.parse("D"), 0.25, PIANO), command, band)
    assert after.swing == 0.7


def test_several_changes_are_undone_latest_first_until_nothing_is_left(history):
    for line in ("tempo 120", "mute Bass on", "tempo 140"):
        history.add(parse_command(line), None)
    undone = [text_of(history.undo()[0]) for _ in range(3)]
    assert undone == ["tempo 120", "mute Bass off", "tempo 108"]
    with pytest.raises(CommandError, match="nothing to undo"):
        history.undo()


def test_a_knob_that_is_swept_is_undone_at_once(history, clock):
    clock.step = 0.2
    for amount in ("0.3", "0.5", "0.8"):
        history.add(parse_command(f"intensity {amount}"), None)
    clock.step = 2.0
    history.add(parse_command("intensity 0.9"), None)
    assert [text_of(history.undo()[0]) for _ in range(2)] == ["intensity 0.8", "intensity 0.5"]


def test_what_changes_no_setting_is_not_undone(history):
    history.add(parse_command("tempo 120"), None)
    for command in (NextTune(), ReRoll(), Panic(), Pause(True), Pause(False), End(), Listen(True)):
        history.add(command, None)
    history.add(parse_command("tempo 120"), None)
    assert text_of(history.undo()[0]) == "tempo 108"


def test_a_hold_that_an_answer_has_let_go_of_is_known_to_be_off(history):
    history.add(parse_command("hold on"), None)
    history.add(Answer(None), None)
    history.add(parse_command("hold on"), None)
    assert text_of(history.undo()[0]) == "hold off"
