"""Whatever stops `livedshl play`, and whenever: no note stays on."""

import signal
import subprocess
import time

import numpy as np
import pytest
from support.surroundings import Receiver, left_on, livedshl, notes_on

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL]


def start(jack, receiver):
    return subprocess.Popen(
        livedshl("play", "--port", receiver.port, "--tempo", 200, "--seed", 3),
        env=jack, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_until_announced(player):
    assert "Seed 3" in player.stderr.readline() + player.stderr.readline()


def stop(player, number):
    player.send_signal(number)
    if number == signal.SIGINT:  # once only brings the music to its end
        time.sleep(0.1)
        player.send_signal(number)
    _, told = player.communicate()
    assert player.returncode == (-number if number == signal.SIGKILL else 0), told


def heard_in_the_end(receiver):
    """What is heard of a performance that was stopped: it must be clean."""
    messages = receiver.messages()
    assert not left_on(messages)
    if notes_on(messages):
        channels = {m[0] & 0x0F for _, m in messages}
        for channel in channels:
            last = [m[1] for _, m in messages if m[0] == 0xB0 | channel][-4:]
            assert last == [64, 121, 123, 120]
    return messages


@pytest.mark.parametrize("number", SIGNALS)
def test_stopping_leaves_no_note_on(jack, receiver, number):
    player = start(jack, receiver)
    wait_until_announced(player)
    receiver.wait_for_a_note()
    stop(player, number)
    time.sleep(0.4)  # after a SIGKILL the player process ends by itself
    assert notes_on(heard_in_the_end(receiver))


@pytest.mark.slow
@pytest.mark.parametrize("moment", np.random.default_rng(5).uniform(0, 1.5, 20).round(3))
def test_stopping_at_any_moment_leaves_no_note_on(jack, moment):
    # Loading, then any time at all; a performance for each signal, all at once.
    receivers = [Receiver(f"stop{number}-{moment}", jack) for number in SIGNALS]
    players = [start(jack, receiver) for receiver in receivers]
    for player in players:
        wait_until_announced(player)
    time.sleep(0.5 + moment)
    for player, number in zip(players, SIGNALS, strict=True):
        stop(player, number)
    time.sleep(0.4)
    for receiver in receivers:
        heard_in_the_end(receiver)
