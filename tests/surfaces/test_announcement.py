"""What a surface says after each command: the new state."""

import pytest

from livedshl.performance.command_kinds import COMMANDS
from livedshl.performance.command_text import parse_command
from livedshl.performance.commands import Choose, OpenWith, Undo
from livedshl.surfaces.announcement import announced, told_of


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("mute Melody on", "Melody muted"),
        ("mute Melody off", "Melody unmuted"),
        ("solo Melody", "Solo: Melody"),
        ("hold off", "Hold off: carrying on"),
        ("tempo 100", "Tempo 100 BPM from the next beat"),
        ("key Em", "Key Em from the next bar"),
        ("latency 12", "Playing 12 ms early"),
        ("latency -12.5", "Playing 12.5 ms late"),
        ("latency 0", "Playing on time"),
        ("end", "Ending at the next cadence"),
    ],
)
def test_the_new_state_is_told(line, told):
    assert announced(parse_command(line)) == told


def test_a_choice_is_told_by_its_number_and_undone_as_what_comes_instead():
    assert told_of(Choose(3), OpenWith(1234)) == "Choice 3 from the next section"
    assert told_of(Undo(), OpenWith(None)) == "Undone: the next section opens as planned"


@pytest.mark.parametrize("kind", COMMANDS.values(), ids=COMMANDS)
def test_every_command_has_something_to_tell(kind):
    assert announced(parse_command(kind.example))
