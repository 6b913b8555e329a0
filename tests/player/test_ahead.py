"""A player that is started before anybody knows what it will play."""

import psutil
import pytest

from livedshl.live.performer import Performer
from livedshl.outputs.choice import Output, OutputKind
from livedshl.player.ahead import end_player_ahead, player_ahead, start_player_ahead


def children():
    return psutil.Process().children()


@pytest.mark.parametrize("sounds", [False, True])
def test_it_leaves_when_its_standard_input_ends(sounds):
    start_player_ahead(sounds)
    ahead = player_ahead()
    ahead.process.stdin.close()
    assert ahead.process.wait(20) == 0
    ahead.lateness.close()


def test_it_is_ended_if_nobody_asked_for_it():
    before = children()
    start_player_ahead(sounds=False)
    assert len(children()) == len(before) + 1
    end_player_ahead()
    assert children() == before
    assert player_ahead() is None


def test_the_first_performer_plays_with_it_and_starts_no_other():
    before = children()
    start_player_ahead(sounds=False)
    (started,) = set(children()) - set(before)
    with Performer(Output(OutputKind.NOWHERE, "", "")) as performer:
        performer.wait_ready(20)
        players = [p for p in children() if "livedshl.player.process" in p.cmdline()]
        assert players == [started]
        performer.start(0, 120.0, 0.0)
    assert not started.is_running()
    assert performer.report() is not None
