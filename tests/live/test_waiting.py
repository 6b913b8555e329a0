"""The commands that wait for the composer."""

from hypothesis import given
from hypothesis import strategies as st

from livedshl.live.waiting import WaitingCommands
from livedshl.performance.commands import (
    Answer,
    End,
    Hold,
    Listen,
    Mute,
    NextTune,
    Panic,
    ReRoll,
    SetAdventure,
)
from livedshl.performance.composer import Change
from livedshl.performance.phrase import Phrase

COMMANDS = [
    ReRoll(), NextTune(), End(), Panic(), *(Hold(on) for on in (True, False)),
    *(Mute(part, on) for part in ("Bass", "Chords") for on in (True, False)),
    *(SetAdventure(tenth / 10) for tenth in range(11)),
]  # fmt: skip


class Clock:
    """A clock that stands still until it is moved on."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


def add(waiting, command):
    waiting.add(Change(0, command))


def taken(waiting):
    return [change.command for change in waiting.take()]


def test_of_each_control_the_latest_command_is_left_and_the_order_stays():
    waiting = WaitingCommands(Clock())
    for command in (Mute("Bass", True), ReRoll(), Mute("Chords", True), Mute("Bass", False)):
        for _ in range(100):
            add(waiting, command)
    assert taken(waiting) == [ReRoll(), Mute("Chords", True), Mute("Bass", False)]
    assert taken(waiting) == []


def test_a_control_is_paced_while_others_are_obeyed_at_once():
    clock = Clock()
    waiting = WaitingCommands(clock)
    add(waiting, ReRoll())
    assert taken(waiting) == [ReRoll()]
    add(waiting, ReRoll())
    add(waiting, Panic())
    assert taken(waiting) == [Panic()]
    clock.seconds += 1
    assert taken(waiting) == [ReRoll()]


def test_what_the_listener_asks_is_never_put_behind_its_answer():
    waiting = WaitingCommands(Clock())
    answer = Answer(Phrase.parse("64: 60.1.0 62.1.0"))
    for command in (Listen(True), Listen(False), Listen(True)):
        add(waiting, command)
        taken(waiting)
    add(waiting, Listen(True))
    add(waiting, answer)
    assert taken(waiting) == [Listen(True), answer]


def test_what_is_planned_for_a_bar_is_neither_dropped_nor_put_behind():
    waiting = WaitingCommands(Clock())
    planned = [Change(1920, Hold(True)), Change(3840, Hold(False)), Change(3840, ReRoll())]
    waiting.add(planned[0])
    assert waiting.take() == planned[:1]
    for change in planned[1:]:
        waiting.add(change)
    assert waiting.take() == planned[1:]


@given(st.lists(st.tuples(st.sampled_from(COMMANDS), st.floats(0, 0.3)), max_size=60))
def test_whatever_comes_the_last_command_of_each_control_is_obeyed(sent):
    clock = Clock()
    waiting = WaitingCommands(clock)
    obeyed = []
    for command, pause_s in sent:
        add(waiting, command)
        obeyed += taken(waiting)
        clock.seconds += pause_s
    clock.seconds += 1
    obeyed += taken(waiting)
    assert len(obeyed) <= len(sent)
    for kind in {(type(command), getattr(command, "part", None)) for command, _ in sent}:

        def last(commands, kind=kind):
            return [c for c in commands if (type(c), getattr(c, "part", None)) == kind][-1]

        assert last(obeyed) == last([command for command, _ in sent])
