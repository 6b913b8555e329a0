"""What comes from outside, and how it is started and ended, stops neither music nor leaving."""

import os
import random
import signal
import time

from support.processes import PLAYER
from support.surroundings import Sender
from support.trial import Trial, osc_message, wait_for

from livedshl.midi.file import read_events

BUNDLE = b"#bundle\0" + bytes(7) + b"\1"
MESSAGE = b"/a\0\0,\0\0\0"
# Elements with a negative size: the first kept python-osc for ever, the second let it grow.
NEGATIVE = [
    BUNDLE + (-4).to_bytes(4, "big", signed=True),
    BUNDLE + b"\0\0\0\x08" + MESSAGE + (-16).to_bytes(4, "big", signed=True),
]
STUCK = 61


def test_whatever_comes_by_osc_and_from_a_keyboard_the_music_goes_on(jack, tmp_path):
    os.mkfifo(tmp_path / "never.toml")
    rng, keys = random.Random(1), Sender(f"stuck{os.getpid()}", jack)
    with Trial(jack, tmp_path, "--listen", keys.port, tempo=400) as trial:
        trial.begins()
        keys.do(f"send 144 {STUCK} 90", "send 254", "send 240 1", "send 144 64 90")
        for packet in NEGATIVE:
            trial.send(packet)
        trial.send(osc_message("/livedshl/preset", str(tmp_path / "never.toml")))
        trial.answers_osc()
        for _ in range(300):  # more than a terminal repeats a key
            trial.send(osc_message("/livedshl/re-roll"))
            trial.send(rng.choice((b"", b"/", b"#bundle\0")) + rng.randbytes(rng.randrange(60)))
            trial.send(osc_message("/livedshl/hello", 9))
            time.sleep(0.005)
        trial.goes_on()
        trial.answers_osc()
        wait_for(lambda: "Down for eight bars" in trial.told, "a stuck key stays down")
        trial.ends()
    keys.leave()


def test_without_standard_input_and_a_reader_of_errors_it_goes_on_to_the_cadence(jack, tmp_path):
    reading, writing = os.pipe()
    with Trial(
        jack, tmp_path, tempo=400, stderr=writing, stdin=None, preexec_fn=lambda: os.close(0)
    ) as trial:
        os.close(writing)
        trial.begins()
        os.close(reading)
        trial.send(osc_message("/livedshl/nonsense"))  # which is told
        trial.answers_osc()
        trial.goes_on()
        trial.ends(signal.SIGINT, within_s=30)
        assert read_events(trial.take)[-1, 0] % 1920 == 0  # the last bar is whole


def test_with_all_standard_streams_closed_it_plays(jack, tmp_path):
    nothing = {"stdin": None, "stdout": None, "stderr": None}
    with Trial(jack, tmp_path, **nothing, preexec_fn=lambda: os.closerange(0, 3)) as trial:
        trial.begins()
        trial.ends()


def test_ctrl_c_at_the_start_ends_it_without_a_word(jack, tmp_path):
    for delay_s in (0, 0.1, 0.25):
        with Trial(jack, tmp_path) as trial:
            trial.helper(PLAYER)  # before, it is Python that starts
            time.sleep(delay_s)
            trial.ends(signal.SIGINT, status=(0, 130, -signal.SIGINT), within_s=20)


def test_a_player_that_is_killed_before_it_is_ready_is_replaced(jack, tmp_path):
    with Trial(jack, tmp_path) as trial:
        trial.helper(PLAYER).kill()
        trial.begins()
        trial.ends()


def test_ctrl_c_does_not_wait_for_a_player_that_hangs_at_the_start(jack, tmp_path):
    with Trial(jack, tmp_path) as trial:
        trial.helper(PLAYER).suspend()
        time.sleep(3)  # by then the main process is loaded, on a slow machine as well
        trial.ends(signal.SIGINT)
