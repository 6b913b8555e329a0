"""What tests of real parts share: whether they must be there, and listening on the wire."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

IN_CI = os.environ.get("CI") == "true"
CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"
_RECEIVER = Path(__file__).parent / "wire" / "receiver.py"


def need(present, what):
    """Skips a test for want of a real part; under CI a missing part is a failure."""
    if not present:
        assert not IN_CI, f"{what} is missing"
        pytest.skip(f"{what} is not installed")


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

    def messages(self):
        """Stops listening; everything that came, as (seconds, [bytes])."""
        output, _ = self._process.communicate("")
        return [json.loads(line) for line in output.splitlines()]


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


def notes_on(messages):
    """How many notes were switched on."""
    return sum(m[0] & 0xF0 == 0x90 and m[2] > 0 for _, m in messages)


def livedshl(*arguments):
    """The command line of livedshl."""
    return [sys.executable, "-m", "livedshl", *map(str, arguments)]
