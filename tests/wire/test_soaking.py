"""`livedshl soak` through the real command line."""

import os
import re
import subprocess

import pytest
from support.bundles import random_bundle
from support.surroundings import livedshl

from livedshl.bundle import Background, write_bundle

NO_MIDI = {"MIDO_BACKEND": "mido.backends.rtmidi/NONE_OF_THIS_NAME"}


def soak(environment, *arguments):
    command = livedshl("soak", "--seed", 1, *arguments)
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def rows_of(table):
    """The words of each row, by its name."""
    rows = (re.split(r"\s{2,}", line.strip(), maxsplit=1) for line in table.splitlines())
    return {name: words.split() for name, *rest in rows for words in rest}


@pytest.mark.slow
@pytest.mark.unsteady("at 48 times the tempo a stall is 48 times as long: 2 of 15 runs")
def test_ten_minutes_of_music_pass_every_check(jack):
    soaked = soak(jack, "--hours", 1 / 6, "--speed", 48)
    assert soaked.returncode == 0, soaked.stdout + soaked.stderr
    assert "Playing to its own MIDI input" in soaked.stderr
    rows = rows_of(soaked.stdout)
    assert int(rows["heard"][0]) > 4000
    assert "failed" not in soaked.stdout


@pytest.mark.slow
@pytest.mark.unsteady("as the soak before it: a stall of this machine is 8 times as long")
def test_music_that_is_steered_at_random_passes_every_check(jack):
    # Faster, each command would plan more sections anew than there is time for.
    soaked = soak(jack, "--steered", "--hours", 1 / 12, "--speed", 8)
    assert soaked.returncode == 0, soaked.stdout + soaked.stderr
    rows = rows_of(soaked.stdout)
    assert int(rows["recorded"][0]) > 500
    assert rows["replay"][0] == "equal,"


def test_a_library_that_cannot_keep_the_rules_fails_and_each_fault_is_told(tmp_path):
    bundle = random_bundle(n_tunes=1, n_bars=2)
    write_bundle(tmp_path / "tiny", bundle, b"", Background({}, [], {}))
    soaked = soak(
        os.environ | NO_MIDI,
        "--hours",
        0.02,
        "--speed",
        60,
        "--form",
        "none",
        "--plain",
        "--model",
        tmp_path / "tiny",
    )
    assert soaked.returncode == 1, soaked.stdout + soaked.stderr
    told = soaked.stderr.splitlines()
    assert told[1].startswith("Playing to nowhere, because nothing can listen: MIDO_BACKEND=")
    assert any(
        "Failed: " in line and "over 3 in 16 of one song, first by 'Tune 0' at beat 6" in line
        for line in told
    )
    assert soaked.stdout.count("failed") == len(told) - 2
