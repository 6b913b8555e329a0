import subprocess

import pytest
from surroundings import livedshl


@pytest.mark.slow
def test_bench_hears_the_first_note(jack):
    told = subprocess.run(livedshl("bench", "start"), env=jack, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert "first note, 5 starts" in told.stdout
