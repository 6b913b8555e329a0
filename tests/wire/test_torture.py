"""Harm done to a performance at random moments: whatever happens, no note stays on.

Each try is a test of its own, and repeats with its seed. `pytest --torture --numprocesses=0` runs
them all, and prints how many there were of each and how many failed.
"""

import fcntl
import os
import pty
import random
import resource
import select
import shutil
import signal
import subprocess
import termios
import threading
import time
from contextlib import suppress

import pytest
from support.processes import PLAYER, WATCH
from support.surroundings import JackServer, need, notes_on
from support.trial import Trial, osc_message

from livedshl.midi.file import read_events
from livedshl.rendering import replay

pytestmark = pytest.mark.torture

STOPPED = (0, 1, 130, -signal.SIGINT)


def tries(number):
    return pytest.mark.parametrize("seed", range(number))


def moment(seed, most_s=2.0):
    time.sleep(random.Random(seed).uniform(0, most_s))


@pytest.fixture
def server(tmp_path):
    need(shutil.which("jackd") and shutil.which("jack_lsp"), "JACK (jackd2)")
    server = JackServer(f"livedshl-torture-{os.getpid()}", tmp_path / "jackd.log")
    yield server
    server.stop()


@tries(8)
def test_main_process_killed(jack, tmp_path, seed):
    with Trial(jack, tmp_path) as trial:
        moment(seed, 3.0)
        trial.ends(signal.SIGKILL, -signal.SIGKILL)


@tries(8)
@pytest.mark.parametrize("module", [PLAYER, WATCH])
def test_player_or_watch_killed(jack, tmp_path, module, seed):
    with Trial(jack, tmp_path) as trial:
        victim = trial.helper(module)
        moment(seed)
        victim.kill()
        trial.begins().goes_on()
        trial.ends()


@tries(3)
@pytest.mark.parametrize("module", [None, PLAYER, WATCH])
def test_process_stopped_for_ten_seconds(jack, tmp_path, module, seed):
    with Trial(jack, tmp_path) as trial:
        trial.begins()
        moment(seed)
        victims = [trial.helper(module)] if module else trial.processes()
        for victim in victims:
            victim.suspend()
        time.sleep(10)
        for victim in victims:
            with suppress(Exception):  # a player that hung has been replaced
                victim.resume()
        trial.goes_on()
        trial.ends()


@tries(4)
def test_jack_server_killed_three_times(server, tmp_path, seed):
    with Trial(server.environment, tmp_path, "--listen", "--control-port") as trial:
        trial.begins()
        for _ in range(3):
            moment(seed)
            server.kill()
            server.start()
            trial.listen_again()
            trial.goes_on()
        trial.ends()


@tries(6)
def test_receiver_vanishes_and_returns(jack, tmp_path, seed):
    with Trial(jack, tmp_path) as trial:
        trial.begins()
        moment(seed)
        trial.listen_again(away_s=random.Random(seed).uniform(0.02, 2))
        trial.goes_on()
        trial.ends()


@tries(12)
def test_ctrl_c_during_start(jack, tmp_path, seed):
    with Trial(jack, tmp_path) as trial:
        trial.helper(PLAYER)
        moment(seed, 0.8)
        trial.ends(signal.SIGINT, STOPPED, within_s=30)


@tries(8)
def test_stopped_and_the_take_is_what_was_heard(jack, tmp_path, seed):
    with Trial(jack, tmp_path, tempo=300) as trial:
        trial.begins()
        moment(seed)
        heard = notes_on(trial.ends())
        take = [(0, message) for _, *message in read_events(trial.take).tolist()]
        if "left out" not in trial.told:
            assert heard == notes_on(take)
        assert replay(trial.take).same


@tries(3)
@pytest.mark.parametrize("plain", [[], ["--no-tui"]], ids=["screen", "lines"])
def test_terminal_closed(jack, tmp_path, plain, seed):
    ours, theirs = pty.openpty()

    def take_terminal():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    streams = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
    variables = {"TERM": "xterm-256color"}
    with Trial(
        jack, tmp_path, *plain, variables=variables, preexec_fn=take_terminal, **streams
    ) as trial:
        os.close(theirs)
        closes = threading.Event()
        reading = threading.Thread(target=_read_until, args=(closes, ours))
        reading.start()
        try:
            trial.begins()
            moment(seed)
        finally:
            closes.set()
            reading.join()
            os.close(ours)
        trial.ended(status=(0, 1, -signal.SIGHUP))


def _read_until(closes, descriptor):
    while not closes.is_set():
        if select.select([descriptor], [], [], 0.05)[0]:
            with suppress(OSError):
                os.read(descriptor, 1 << 16)


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
def test_standard_streams_closed(jack, tmp_path, closed):
    def close():
        for descriptor in closed:
            os.close(descriptor)

    with Trial(jack, tmp_path, preexec_fn=close) as trial:
        trial.begins().goes_on()
        trial.ends()


@tries(3)
def test_errors_without_a_reader(jack, tmp_path, seed):
    reading, writing = os.pipe()
    with Trial(jack, tmp_path, stderr=writing) as trial:
        os.close(writing)
        trial.begins()
        moment(seed)
        os.close(reading)
        trial.send(osc_message("/livedshl/nonsense"))
        trial.goes_on()
        trial.answers_osc()
        trial.ends()


@pytest.fixture
def small_disk(tmp_path):
    """Makes a disk of so many kilobytes."""
    need(os.geteuid() == 0, "the right to mount a disk")
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(kilobytes):
        options = ("-t", "tmpfs", "-o", f"size={kilobytes}k", "none", folder)
        subprocess.run(["mount", *options], check=True)
        return folder

    yield mount
    subprocess.run(["umount", folder], check=False)


@pytest.mark.parametrize("kilobytes", [8, 12, 16, 20])
def test_disk_full(jack, tmp_path, small_disk, kilobytes):
    disk = small_disk(kilobytes)
    with Trial(jack, tmp_path, "--trace", disk / "trace.jsonl", tempo=400, takes=disk) as trial:
        trial.begins()
        time.sleep(5)
        trial.goes_on()
        trial.ends(status=(0, 1))
        assert len(read_events(trial.take))


def test_nowhere_to_write_but_the_take(jack, tmp_path):
    names = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_MUSIC_DIR", "TMPDIR")
    with Trial(jack, tmp_path, variables=dict.fromkeys(names, "/proc/nowhere")) as trial:
        trial.begins().goes_on()
        trial.ends()


@pytest.mark.parametrize("descriptors", [256, 64, 48, 32, 28, 24, 20, 16, 12])
def test_few_descriptors(jack, tmp_path, descriptors):
    _play_within(jack, tmp_path, resource.RLIMIT_NOFILE, descriptors)


@pytest.mark.parametrize("megabytes", [4000, 1500, 600, 400, 200, 100])
def test_little_memory(jack, tmp_path, megabytes):
    _play_within(jack, tmp_path, resource.RLIMIT_AS, megabytes << 20)


def _play_within(jack, folder, kind, limit):
    """It plays on and leaves with 0, or it leaves with a line and 1."""

    def lower():
        resource.setrlimit(kind, (limit, limit))

    with Trial(jack, folder, preexec_fn=lower) as trial:
        time.sleep(6)
        if trial.main.poll() is None:
            trial.goes_on()
            trial.ends()
        else:
            trial.ended(status=1)
            assert "error: " in trial.told.lower()  # Python may not even get to ours


@pytest.mark.parametrize(
    ("tempo", "metre"), [(400, "4/4"), (20, "4/4"), (300, "6/8"), (400, "9/8")]
)
def test_extreme_tempo(jack, tmp_path, tempo, metre):
    with Trial(jack, tmp_path, "--metre", metre, tempo=tempo) as trial:
        trial.begins().goes_on()
        trial.ends()
