import subprocess

import pytest
from support.surroundings import livedshl


@pytest.mark.slow
def test_bench_hears_the_first_note(jack):
    told = subprocess.run(livedshl("bench", "start"), env=jack, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert "first note on a port, 5 starts" in told.stdout


@pytest.mark.slow
def test_bench_opens_the_screen_and_steers(jack):
    command = livedshl("bench", "clock", "--minutes", "0.02")
    told = subprocess.run(command, env=jack | {"COLUMNS": "120"}, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert "livedshl play, steered on its screen, idle" in told.stdout
