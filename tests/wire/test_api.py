"""A few lines of Python play and steer a session on a real MIDI wire."""

import subprocess
import sys

from support.surroundings import left_on, notes_on

PROGRAM = """
import sys, time, livedshl

settings = livedshl.make_settings("jig", tempo_bpm=200, seed=1)
with livedshl.Session(settings, port=sys.argv[1]) as session:
    session.send(livedshl.SetTempo(240))
    session.send(livedshl.Mute("Fiddle", True))
    time.sleep(1)
    print(session.snapshot().steering.tempo_bpm)
    session.end()
"""


def test_a_few_lines_play_and_steer_a_session(jack, receiver):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, receiver.port],
        env=jack, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "240\n"
    messages = receiver.messages()
    assert notes_on(messages) > 10
    assert not left_on(messages)
