"""Every command has one form as text, and comes back from it whole."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedshl.errors import CommandError
from livedshl.music import Chord
from livedshl.music.leadsheet import Key, Mode
from livedshl.performance.command_kinds import COMMANDS
from livedshl.performance.command_text import ALL_COMMANDS, command_of, parse_command, text_of
from livedshl.performance.commands import (
    Answer,
    Choose,
    ChoosePreset,
    End,
    FollowChord,
    Freeze,
    Hold,
    Listen,
    Mute,
    NextTune,
    OpenWith,
    Panic,
    ReRoll,
    SetAdventure,
    SetKey,
    SetLatency,
    SetLevel,
    SetTempo,
    Solo,
)
from livedshl.performance.phrase import Phrase

numbers = st.floats(allow_nan=False, allow_infinity=False)
names = st.text(min_size=1).filter(lambda name: " " not in (name[0], name[-1]))
switches = st.booleans()
plain_commands = st.one_of(
    st.builds(SetTempo, numbers),
    st.builds(SetKey, st.builds(Key, st.integers(0, 11), st.sampled_from([*Mode][:2]))),
    st.builds(SetAdventure, numbers),
    st.builds(ChoosePreset, names),
    st.builds(Mute, names, switches),
    st.builds(Solo, names, switches),
    st.builds(SetLevel, names, st.integers(0, 127)),
    st.builds(Hold, switches),
    st.builds(Freeze, switches),
    st.sampled_from([NextTune(), ReRoll(), End(), Panic()]),
    st.builds(SetLatency, numbers),
    st.builds(OpenWith, st.none() | st.integers(0, 999_999_999)),
    st.builds(Choose, st.integers(1, 5)),
    st.builds(Listen, switches),
    st.builds(FollowChord, st.none() | st.builds(Chord, st.integers(0, 11), st.integers(0, 14))),
)


@given(plain_commands)
def test_a_command_comes_back_from_its_text_whatever_its_value(command):
    assert parse_command(text_of(command), ALL_COMMANDS) == command


def test_a_phrase_comes_back_from_its_text():
    phrase = Phrase(64, np.array([[60, 1, 0], [60, 0, -1]], np.int8))
    again = parse_command(text_of(Answer(phrase)), ALL_COMMANDS).phrase
    assert again.start_step == 64
    assert (again.steps == phrase.steps).all()


@pytest.mark.parametrize("kind", ALL_COMMANDS.values(), ids=ALL_COMMANDS)
def test_the_example_of_each_command_is_its_text(kind):
    assert text_of(parse_command(kind.example, ALL_COMMANDS)) == kind.example


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("x", "unknown control 'x'. Try: tempo, key, adventure"),
        ("temp 3", "unknown control 'temp'. Did you mean 'tempo'?"),
        ("rerol", "unknown control 'rerol'. Did you mean 're-roll'?"),
        ("", "unknown control ''"),
        ("open 3", "unknown control 'open'"),  # the session's alone
        ("choose", "choose: no number given. Try: choose 2"),
        ("listen on", "unknown control 'listen'"),  # the listener's alone
        ("tempo", "tempo: no number given. Try: tempo 120"),
        ("tempo fast", "tempo: 'fast' is not a number. Try: tempo 120"),
        ("tempo very 120", "tempo: unexpected 'very'. Try: tempo 120"),
        ("hold Bass", "hold: unexpected 'Bass'. Try: hold on"),
        ("mute", "mute: no part given. Try: mute Bass on"),
        ("level 90", "level: no part given"),
        ("key", "key: not a key"),
        ("key H", "key: not a key"),
        ("preset", "preset: no name given. Try: preset session"),
        ("end now", "end: unexpected 'now'"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_try(line, told):
    with pytest.raises(CommandError) as caught:
        parse_command(line)
    assert str(caught.value).startswith(told)


@pytest.mark.parametrize("value", [None, True, "on", b"1", [1], math.nan, math.inf])
@pytest.mark.parametrize("name", ["level", "hold", "key", "preset", "tempo"])
def test_a_value_of_any_type_gives_a_command_or_a_reason(name, value):
    part = "Bass" if name == "level" else None
    try:
        command = command_of(COMMANDS[name], value, part)
    except CommandError as error:
        assert error.where == name and error.remedy
    else:
        assert isinstance(command, COMMANDS[name].command)
