"""The player's loop in this process, on pipes and an output of our own."""

import json
import os

import pytest

from livedshl.errors import OutputError
from livedshl.player.clock.source import ClockSettings, Internal
from livedshl.player.lateness import Lateness
from livedshl.player.pipes import InstructionPipe, ReplyPipe
from livedshl.player.playback import Playback
from livedshl.player.port_names import PortNames
from livedshl.player.process import Player
from livedshl.player.protocol import RECORD, Instruction, Reply
from livedshl.player.recovery import RecoveringOutput

ON, OFF = bytes((0x90, 60, 90)), bytes((0x80, 60, 0))


class Output:
    """Keeps what it is sent; refuses the messages whose numbers are in `refused`."""

    dropouts = 0

    def __init__(self, refused=()):
        self.tried = []
        self.closed = False
        self._refused = refused

    def send(self, message):
        self.tried.append(message)
        if len(self.tried) - 1 in self._refused:
            raise OutputError("the MIDI port takes no messages")

    def flush(self, rings):
        assert not self.closed

    def close(self):
        self.closed = True


def record(kind, tick=0, message=(0, 0, 0), value=0):
    return RECORD.pack(tick, kind, *message, value)


def two_notes(second_tick):
    """Commands that play one note twice, and leave 10 ticks after the second began."""
    events = [(0, ON), (10, OFF), (second_tick, ON)]
    return [
        *(record(Instruction.EVENT, tick, message) for tick, message in events),
        record(Instruction.HORIZON, second_tick + 10),
        record(Instruction.TEMPO, 0, value=400_000),
        record(Instruction.START, 0),
        record(Instruction.FINISH, second_tick + 10),
    ]


def perform(output, commands, follower=None):
    """Runs a player on these instructions, after which the pipe closes; its replies."""
    read_commands, write_commands = os.pipe()
    read_answers, write_answers = os.pipe()
    os.write(write_commands, b"".join(commands))
    os.set_blocking(write_answers, False)
    replies = ReplyPipe(write_answers)
    player = Player(
        RecoveringOutput(output, lambda: output, replies),
        follower or Internal(ClockSettings()),
        Playback(),
        InstructionPipe(read_commands),
        replies,
        Lateness.opened(""),
        "normal",
        PortNames(),
    )
    try:
        player.run()
    finally:
        for descriptor in (read_commands, write_commands, write_answers):
            os.close(descriptor)
    with os.fdopen(read_answers, "rb") as answers:
        return list(parse(answers))


def parse(answers):
    while len(header := answers.read(RECORD.size)) == RECORD.size:
        _, kind, _, _, _, value = RECORD.unpack(header)
        yield Reply(kind), b"" if kind == Reply.POSITION else answers.read(value)


def test_the_player_sends_everything_then_releases_then_closes():
    output = Output()
    answers = dict(perform(output, two_notes(40)))
    silence = [
        bytes((0xB0, controller, 0)) for controller in (64, 121, 123)
    ]  # what sounds rings out
    assert output.tried == [ON, OFF, ON, OFF, *silence]
    assert output.closed
    assert json.loads(answers[Reply.REPORT])["notes"] == 2


@pytest.mark.parametrize("refused", [{0}, {1}, {3}, {4}, set(range(7))])
def test_an_output_that_refuses_is_told_of_once_and_the_music_goes_on(refused):
    output = Output(refused)
    answers = perform(output, two_notes(40))
    assert len(output.tried) == 7
    assert output.closed
    assert [text for kind, text in answers if kind is Reply.LOST] == [
        b"the MIDI port takes no messages"
    ]


def test_a_change_of_tempo_that_comes_late_does_not_move_what_has_sounded():
    output = Output()
    commands = two_notes(100)
    commands.insert(-1, record(Instruction.TEMPO, -480_000, value=20_000))
    perform(output, commands)
    assert output.tried[:3] == [ON, OFF, ON]


def test_a_note_that_an_earlier_player_left_on_is_released():
    output = Output()
    perform(output, [record(Instruction.SOUNDING, 0, ON), record(Instruction.QUIT)])
    assert output.tried[0] == OFF
    assert [message[1] for message in output.tried[1:]] == [64, 121, 123, 120]


@pytest.mark.parametrize("died", [False, True])
def test_a_port_that_is_given_up_is_released_first_unless_its_system_died(died):
    output = Output()
    commands = [record(Instruction.SOUNDING, 0, ON), record(Instruction.GONE, value=died)]
    perform(output, [*commands, record(Instruction.QUIT)])
    silence = [bytes((0xB0, controller, 0)) for controller in (64, 121, 123, 120)]
    assert output.tried == ([] if died else [OFF, *silence])
    assert output.closed != died


class FailingFollower(Internal):
    """Fails once a note has been adopted."""

    def poll(self, playback, now):
        if playback.scheduler.notes.sounding:
            raise ZeroDivisionError
        return iter(())


def test_a_failing_loop_still_releases_and_closes():
    output = Output()
    with pytest.raises(ZeroDivisionError):
        perform(output, [record(Instruction.SOUNDING, 0, ON)], FailingFollower(ClockSettings()))
    assert output.tried[0] == OFF
    assert output.closed
