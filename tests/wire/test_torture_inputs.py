"""Floods and nonsense on every input of a performance; see `test_torture.py`."""

import os
import random
import threading
import time

import pytest
from support.processes import PLAYER, helpers_of
from support.surroundings import Sender
from support.trial import Trial, osc_message

from livedshl.rendering import replay

pytestmark = pytest.mark.torture

CONTROLS = ("re-roll", "mute/bass", "hold", "freeze", "next-tune", "panic", "tempo/up", "key")


@pytest.mark.parametrize("seed", range(4))
def test_osc_flood(jack, tmp_path, seed):
    rng = random.Random(seed)
    with Trial(jack, tmp_path) as trial:
        trial.begins()
        for _ in range(4000):
            trial.send(osc_message(f"/livedshl/{rng.choice(CONTROLS)}"))
            trial.send(
                rng.choice((b"/", b"#bundle\0" + bytes(8))) + rng.randbytes(rng.randrange(80))
            )
            time.sleep(0.001)
        trial.answers_osc()
        trial.goes_on()
        trial.ends()
        assert replay(trial.take).same


def _random_bytes(rng):
    return [rng.randrange(256) for _ in range(rng.randrange(1, 4))]


def _channel_message(rng):
    return [rng.randrange(0x80, 0xF0), rng.randrange(128), rng.randrange(128)]


def _sysex(rng):
    return [
        0xF0,
        *(rng.randrange(128) for _ in range(rng.randrange(200))),
        *([0xF7] * rng.randrange(2)),
    ]


def _keys_struck(rng):
    return [0x90, rng.randrange(128), rng.randrange(1, 128)]


def _clock_message(rng):
    position = [0xF2, rng.randrange(128), rng.randrange(128)]
    return rng.choice([[0xF8], [0xFA], [0xFB], [0xFC], position])


def _pulse(rng):
    return [0xF8]


STORMS = (_random_bytes, _channel_message, _sysex, _keys_struck, _clock_message, _pulse)


def _storm(sender, kind, seed):
    rng = random.Random(seed)
    for _ in range(40):
        words = (" ".join(map(str, kind(rng))) for _ in range(100))
        sender.do(*(f"send {word}" for word in words))
        time.sleep(0.05)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", STORMS)
def test_midi_storm_into_listen_and_control(jack, tmp_path, kind, seed):
    sender = Sender(f"storm{os.getpid()}", jack)
    ports = ("--listen", sender.port, "--control-port", sender.port)
    with Trial(jack, tmp_path, *ports) as trial:
        trial.begins()
        _storm(sender, kind, seed)
        sender.leave()
        trial.goes_on()
        trial.ends()
        assert replay(trial.take).same


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", STORMS)
def test_midi_storm_into_sync_and_plain_clock_after_it(jack, tmp_path, kind, seed):
    sender = Sender(f"storm{os.getpid()}", jack)
    ports = ("--sync", "clock", "--sync-port", sender.port)
    with Trial(jack, tmp_path, *ports, tempo=None) as trial:
        trial.helper(PLAYER)
        time.sleep(2)
        player = helpers_of(trial.main.pid)[PLAYER].pid
        _storm(sender, kind, seed)
        time.sleep(0.7)
        clock = threading.Thread(target=sender.do, args=("start", "roll 384 120"))
        clock.start()
        trial.goes_on()
        clock.join()
        assert helpers_of(trial.main.pid)[PLAYER].pid == player
        trial.ends()
    sender.leave()
