"""Ports that other programs rename while livedshl plays, and systems that let it open little."""

import os
import resource
import signal
import subprocess
import time

import pytest
from support.surroundings import Sender, livedshl, notes_on, rename_port, sounding

TEMPO = 240


def play(jack, *arguments, **options):
    command = livedshl("play", "--no-tui", "--tempo", TEMPO, "--seed", 1, *arguments)
    return subprocess.Popen(
        command, env=jack, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def stop(player):
    player.send_signal(signal.SIGTERM)
    _, told = player.communicate(timeout=20)
    assert player.returncode == 0, told
    assert "Traceback" not in told
    return told


@pytest.mark.slow
def test_a_connected_port_that_is_renamed_is_played_to_and_found_again(jack, receiver):
    before = receiver.port
    player = play(jack, "--port", before)
    receiver.wait_for_a_note()
    time.sleep(1)
    renamed = rename_port(before, "drums", jack)
    renamed_s = time.monotonic()
    time.sleep(1)
    receiver.reopen()  # under its first name
    time.sleep(2)
    told = stop(player)
    messages = receiver.messages()
    assert f"{before} is called {renamed} now" in told
    assert f"{renamed} has gone" in told
    assert f"{before} is back" in told
    assert not sounding(messages)
    for first_s in (renamed_s, renamed_s + 2):
        within = [each for each in messages if first_s < each[0] < first_s + 1]
        assert notes_on(within) > 4


@pytest.mark.slow
def test_inputs_that_are_renamed_are_heard_on(jack, receiver):
    sender = Sender(f"clock{os.getpid()}", jack)
    player = play(jack, "--port", receiver.port, "--sync", "clock", "--sync-port", sender.port)
    stop(player)


@pytest.mark.slow
@pytest.mark.parametrize("most_files", [32, 28, 24, 20])
def test_no_note_stays_on_where_few_files_may_be_open(jack, receiver, most_files):
    player = play(
        jack,
        "--port",
        receiver.port,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files)),
    )
    time.sleep(4)
    if player.poll() is None:
        player.send_signal(signal.SIGTERM)
    _, told = player.communicate(timeout=20)
    messages = receiver.messages()
    print(most_files, player.returncode, told, notes_on(messages))
    assert not sounding(messages)
    assert "has gone" not in told
    assert "Traceback" not in told
    assert player.returncode == (0 if notes_on(messages) else 1)
