import subprocess

import pytest
from support.surroundings import livedshl

from livedshl.diagnostics.bench.pages import measure_pages


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


@pytest.mark.slow
def test_the_page_is_measured_open_and_closed_by_turns():
    found = measure_pages(0.5, lambda stage, share: None)
    assert [m.what for m in found] == 3 * ["no page open", "20 pages open"]
    for measurement in found:
        assert (measurement.figures["news/s a page"] > 0) == measurement.what.startswith("20")
