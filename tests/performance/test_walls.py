"""A performance is pure: composing one loads nothing that plays, shows or times it."""

import subprocess
import sys

import pytest

FORBIDDEN = ("player", "outputs", "live", "surfaces", "scores", "learning", "cli", "diagnostics")


@pytest.mark.parametrize("module", ["composition", "composer", "replay", "options"])
def test_composing_loads_no_room_above_it(module):
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys, livedshl.performance.{module}; print(*sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    rooms = {name.split(".")[1] for name in loaded if name.startswith("livedshl.")}
    assert "performance" in rooms
    assert not rooms & set(FORBIDDEN)
    assert not {"torch", "music21", "click", "rich", "rtmidi", "multiprocessing"} & set(loaded)
