"""Plays presets into files, to look at and listen to.

In the top folder: `PYTHONPATH=tests python -m support.sounds FOLDER [PRESET ...]`. It writes a MIDI
file, a score, a piano roll and a WAV file for each preset; without names, for all of them.
"""

import sys
from pathlib import Path

from livedshl.performance.options import make_settings
from livedshl.performance.preset import preset_names
from livedshl.rendering import render

SEED = 8
BARS = 32


def play(folder: Path, name: str) -> None:
    """Writes the files of one preset."""
    files = (folder / f"{name}{ending}" for ending in (".mid", ".png", ".wav"))
    roll = folder / f"{name}-roll.png"
    render(make_settings(name, seed=SEED, bars=BARS), *files, roll=roll, overwrite=True)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(exist_ok=True)
    for preset in sys.argv[2:] or preset_names():
        play(target, preset)
        print(preset)
