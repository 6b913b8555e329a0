"""What tests of real parts share: whether they must be there, and listening on the wire."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from livedshl.bundle.catalogue import find_bundle
from livedshl.bundle.networks_file import networks_of

# For tests that are costly in every metre.
COMMON_TIME_FIRST = [
    "4/4",
    *(pytest.param(m, marks=pytest.mark.slow) for m in ("3/4", "6/8", "9/8")),
]
# Surroundings in which no MIDI system is found.
NO_MIDI = {"MIDO_BACKEND": "mido.backends.rtmidi/NONE_OF_THIS_NAME"}
IN_CI = os.environ.get("CI") == "true"
CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"
_RECEIVER = Path(__file__).parent / "receiver.py"
_SENDER = Path(__file__).parent / "sender.py"


def copy_of_session(folder):
    """Copies the default model's tunes in 4/4 major into a folder that is made; gives it."""
    folder.mkdir(parents=True)
    for path in (*find_bundle("session").iterdir(), networks_of(find_bundle("session"))):
        if path.is_file():
            shutil.copy(path, folder)
    return folder


def need(present, what):
    """Skips a test for want of a real part; under CI a missing part is a failure."""
    if not present:
        assert not IN_CI, f"{what} is missing"
        pytest.skip(f"{what} is not installed")


@contextmanager
def _one_at_a_time():
    """Servers that start at the same moment spoil JACK's register for one another."""
    import fcntl  # not on Windows, where nothing here starts a server

    with (Path(tempfile.gettempdir()) / "livedshl-test-jackd.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class JackServer:
    """A JACK server of this name without sound card, in another process."""

    def __init__(self, name, log):
        self.environment = os.environ | {"JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1"}
        self._name = name
        self._log = log
        self.start()

    def start(self):
        with _one_at_a_time():
            self._start()

    def _start(self):
        for realtime in ([], ["-r"]):  # -r: where real-time scheduling is not allowed
            command = ["jackd", *realtime, "-S", "-n", self._name, "-d", "dummy"]
            with self._log.open("ab") as output:
                self._process = subprocess.Popen(
                    [*command, "-r", "48000", "-p", "64"], stdout=output, stderr=output
                )
            for _ in range(50):
                if self._process.poll() is not None:
                    break
                asked = subprocess.run(["jack_lsp"], env=self.environment, capture_output=True)
                if asked.returncode == 0:
                    return
                time.sleep(0.1)
            self._process.terminate()
            self._process.wait()
        pytest.fail(f"jackd does not start: {self._log.read_text()}")

    def kill(self):
        self._process.kill()
        self._process.wait()

    def stop(self):
        """Leaves none of the eight places in JACK's register of servers taken."""
        if self._process.poll() is not None:
            self.start()
        self._process.terminate()
        return self._process.wait()


class Receiver:
    """Listens on a JACK port of its own, in another process."""

    def __init__(self, name, environment):
        self.port = f"{name}:in"
        self._process = subprocess.Popen(
            [sys.executable, str(_RECEIVER), name],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout.readline() == "ready\n"
        self._lines = []
        # A pipe that nobody reads holds up the receiver once it is full.
        self._reader = Thread(target=self._lines.extend, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    def wait_for_a_note(self, timeout_s=20):
        """Waits until a note has been switched on."""
        deadline = time.monotonic() + timeout_s
        while not notes_on(self.so_far()):
            assert time.monotonic() < deadline, "nothing is heard"
            time.sleep(0.02)

    def so_far(self):
        """What has come until now, as `messages` has it."""
        return [json.loads(line) for line in list(self._lines)]

    def reopen(self):
        """Takes the port away and makes it again."""
        self._process.stdin.write("reopen\n")
        self._process.stdin.flush()

    def kill(self):
        """Dies without a word; everything that came, as `messages` has it."""
        self._process.kill()
        return self.messages()

    def messages(self):
        """Stops listening; everything that came, as (seconds, [bytes])."""
        self._process.stdin.close()
        self._process.wait()
        self._reader.join()
        return [json.loads(line) for line in self._lines]


def rename_port(port, name, environment):
    """Gives a JACK port another name, as a DAW does with a track; its new full name."""
    script = (
        "import jack, sys\n"
        "client = jack.Client('renamer', no_start_server=True)\n"
        "client.get_port_by_name(sys.argv[1]).shortname = sys.argv[2]\n"
    )
    subprocess.run([sys.executable, "-c", script, port, name], env=environment, check=True)
    return f"{port.partition(':')[0]}:{name}"


class Sender:
    """Sends MIDI from a JACK port of its own, in another process; one thing after the other."""

    def __init__(self, name, environment):
        self.port = f"{name}:out"
        self._process = subprocess.Popen(
            [sys.executable, str(_SENDER), name],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout.readline() == "ready\n"

    def do(self, *words):
        """Does these things, one after the other; returns when they are done."""
        for word in (*words, "done"):
            self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n"

    def leave(self):
        """Stops; its port goes."""
        self._process.communicate("")


def left_on(messages):
    """The notes that sound after these messages, by (channel, pitch)."""
    on = Counter()
    for _, (status, *data) in messages:
        kind, channel = status & 0xF0, status & 0x0F
        if kind == 0x90 and data[1]:
            on[channel, data[0]] += 1
        elif kind in (0x80, 0x90):
            on[channel, data[0]] -= 1
    return {note: count for note, count in on.items() if count}


def sounding(messages):
    """The notes that sound after these messages, where some were switched off more than once."""
    on = Counter()
    for _, (status, *data) in messages:
        kind = status & 0xF0
        if kind in (0x80, 0x90):
            note = status & 0x0F, data[0]
            on[note] = on[note] + 1 if kind == 0x90 and data[1] else max(0, on[note] - 1)
    return +on


def notes_on(messages):
    """How many notes were switched on."""
    return sum(m[0] & 0xF0 == 0x90 and m[2] > 0 for _, m in messages)


def all_played(told):
    """Whether `play` says at its end that it left out no note and never waited for the composer."""
    return re.search(r"Played [\d,]+ notes, (on time|the latest \d+ ms late)\.", told) is not None


def livedshl_without(module, *arguments):
    """The command line of livedshl where a module is not installed."""
    hide = f"import sys; sys.modules[{module!r}] = None; from livedshl.cli import main; main()"
    return [sys.executable, "-c", hide, *map(str, arguments)]


def livedshl(*arguments):
    """The command line of livedshl."""
    return [sys.executable, "-m", "livedshl", *map(str, arguments)]
