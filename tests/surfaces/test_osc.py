"""The OSC server over UDP, as a client of the same machine meets it."""

import logging
import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_packet import OscPacket
from pythonosc.udp_client import SimpleUDPClient
from support.steered import Steered

from livedshl.errors import CommandError, OutputError
from livedshl.music.leadsheet import Key
from livedshl.performance.command_kinds import COMMANDS
from livedshl.performance.commands import (
    ChoosePreset,
    Hold,
    Mute,
    NextTune,
    Panic,
    SetAdventure,
    SetIntensity,
    SetKey,
    SetLevel,
    SetSwing,
    SetTempo,
    Solo,
)
from livedshl.surfaces.gesture import Gesture, Move
from livedshl.surfaces.osc import HOST, OscServer, gesture_of
from livedshl.surfaces.osc_packet import NotOscError, messages_of


@pytest.fixture
def port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((HOST, 0))
        return free.getsockname()[1]


@pytest.fixture
def music():
    return Steered()


@pytest.fixture
def told():
    return []


@pytest.fixture
def client(port, music, told):
    with OscServer(port, music, told.append):
        yield SimpleUDPClient(HOST, port)


def wait_for(condition):
    for _ in range(500):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it does not happen")


def heard(listener):
    """The next bundle that comes, as values by address."""
    messages = [timed.message for timed in OscPacket(listener.recv(65536)).messages]
    return {message.address: message.params for message in messages}


@pytest.fixture
def listener():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind((HOST, 0))
        listener.settimeout(10)
        yield listener


@pytest.mark.parametrize(
    ("address", "values", "command"),
    [
        ("/livedshl/tempo", 120, SetTempo(120)),
        ("/livedshl/adventure", 0.5, SetAdventure(0.5)),
        ("/livedshl/intensity", 0.75, SetIntensity(0.75)),
        ("/livedshl/swing/up", 1, SetSwing(0.3)),
        ("/livedshl/mute/bass", 1, Mute("Bass", True)),
        ("/livedshl/mute/Bass", 0.0, Mute("Bass", False)),
        ("/livedshl/solo/bass", [], Solo("Bass", True)),
        ("/livedshl/level/bass", 90, SetLevel("Bass", 90)),
        ("/livedshl/level/bass/down", [], SetLevel("Bass", 79)),
        ("/livedshl/hold", True, Hold(True)),
        ("/livedshl/next-tune", [], NextTune()),
        ("/livedshl/tempo/up", 1, SetTempo(110)),
        ("/livedshl/key", "E", SetKey(Key.parse("E"))),
        ("/livedshl/preset", "solo-piano", ChoosePreset("solo-piano")),
    ],
)
def test_a_message_does_what_it_says(client, music, told, address, values, command):
    client.send_message(address, values)
    wait_for(lambda: music.commands)
    assert music.commands == [command]
    assert not told


def test_every_control_has_an_address():
    for kind in COMMANDS.values():
        address = f"/livedshl/{kind.name}" + "/bass" * kind.per_part
        gesture = gesture_of(address, [] if kind.takes.value == "trigger" else [1])
        assert gesture.name == kind.name
    assert gesture_of("/livedshl/tempo/tap", []) == Gesture("tempo", move=Move.TAP)


def test_a_button_that_is_let_go_does_nothing():
    assert gesture_of("/livedshl/panic", [0.0]) is None
    assert gesture_of("/livedshl/tempo/up", [0]) is None


def test_a_fader_that_is_swept_ends_at_its_last_value(client, music):
    for value in range(101):  # more at once and the system may drop some
        client.send_message("/livedshl/adventure", value / 100)
    wait_for(lambda: music.commands and music.commands[-1] == SetAdventure(1.0))
    assert len(music.commands) < 50


@pytest.mark.parametrize(
    ("address", "values"),
    [
        ("/livedshl/louder", 1), ("/tempo", 120), ("/livedshl/mute", 1),
        ("/livedshl/tempo/bass", 1),
        ("/livedshl/tempo", []), ("/livedshl/tempo", "fast"), ("/livedshl/tempo", 1e6),
        ("/livedshl/tempo", float("nan")), ("/livedshl/hold", "on"), ("/livedshl/key", 3),
        ("/livedshl/key", "Am"), ("/livedshl/mute/zither", 1), ("/livedshl/hello", "me"),
        ("/livedshl/hello", 80), ("/livedshl/tempo", [1, 2]), ("/livedshl/level/bass/up/up", []),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told_once_and_the_next_message_is_obeyed(
    client, music, told, address, values
):
    for _ in range(3):
        client.send_message(address, values)
    client.send_message("/livedshl/panic", [])
    wait_for(lambda: music.commands)
    assert music.commands == [Panic()]
    assert len(told) == 1


def test_packets_that_are_no_osc_are_ignored_with_one_warning(port, client, music, told, caplog):
    nested = b""
    for _ in range(2000):
        nested = b"#bundle\0" + bytes(7) + b"\1" + len(nested).to_bytes(4, "big") + nested
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
        caplog.at_level(logging.DEBUG),
    ):
        for packet in (b"", b"hi", b"/a\0\0,kkk", bytes(60), b"\xff" * 2000, nested, b"#bundle\0"):
            stranger.sendto(packet, (HOST, port))
        client.send_message("/livedshl/panic", [])
        wait_for(lambda: music.commands)
    assert len([line for line in told if "not OSC" in line]) == 1
    assert len(told) <= 2  # "/a" is a message, to nobody
    assert not caplog.records


@given(st.text(max_size=30), st.lists(st.none() | st.floats() | st.text() | st.booleans()))
def test_of_any_message_comes_a_gesture_nothing_or_a_reason(address, values):
    for prefix in ("", "/livedshl/", "/livedshl/mute/", "/livedshl/tempo"):
        try:
            gesture = gesture_of(prefix + address, values)
        except CommandError as error:
            assert str(error)
        else:
            assert gesture is None or gesture.name in COMMANDS


def test_who_says_hello_is_told_how_things_stand_and_what_changes(port, music, client, listener):
    hello = b"/livedshl/hello\0,\0\0\0"
    listener.sendto(hello, (HOST, port))
    state = heard(listener)
    assert state["/livedshl/tempo"] == [108.0]
    assert state["/livedshl/key"] == ["D"]
    assert state["/livedshl/mute/bass"] == [0]
    assert state["/livedshl/level/chords"] == [94]
    for address, values in state.items():
        assert gesture_of(address, values)  # so that a fader can listen at its own address
    music.becomes(muted=frozenset({"Bass"}))
    assert heard(listener) == {"/livedshl/mute/bass": [1]}
    listener.sendto(hello, (HOST, port))
    assert len(heard(listener)) == len(state)


def test_hello_may_name_another_port_for_the_answers(client, listener):
    client.send_message("/livedshl/hello", listener.getsockname()[1])
    assert heard(listener)["/livedshl/hold"] == [0]


def test_a_port_that_is_taken_is_an_error_that_says_so(port, client, music):
    with pytest.raises(OutputError, match=f"{port}.*another"):
        OscServer(port, music, print)


@given(st.binary(max_size=120), st.integers(-(2**31), 2**31 - 1), st.booleans())
def test_of_any_packet_come_few_messages_or_a_reason(content, size, in_a_bundle):
    head = b"#bundle\0" + bytes(7) + b"\1" + size.to_bytes(4, "big", signed=True)
    try:
        messages = messages_of(head + content if in_a_bundle else b"/" + content)
    except NotOscError:
        return
    assert len(messages) <= 10


@pytest.mark.parametrize("size", [-4, -20, 0, 3, 1 << 20])
def test_a_bundle_with_a_wrong_size_stops_nothing(port, client, music, told, size):
    message = b"/a\0\0,\0\0\0"
    head = b"#bundle\0" + bytes(7) + b"\1" + len(message).to_bytes(4, "big") + message
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(head + size.to_bytes(4, "big", signed=True), (HOST, port))
    client.send_message("/livedshl/panic", [])
    wait_for(lambda: music.commands)
    assert len(told) == 1


def test_hello_from_a_button_or_with_a_float_is_answered(client, listener):
    client.send_message("/livedshl/hello", 0)
    client.send_message("/livedshl/hello", float(listener.getsockname()[1]))
    assert heard(listener)["/livedshl/hold"] == [0]
