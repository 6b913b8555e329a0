"""Plays presets into files. In the top folder: `PYTHONPATH=tests python -m support.sounds`.

It makes the README's examples. With a folder, `python -m support.sounds FOLDER [PRESET ...]`, it
writes a MIDI file, a score, a piano roll and a WAV file of each preset, to look at and listen to.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from livedshl.performance.options import make_settings
from livedshl.performance.preset import preset_names
from livedshl.rendering import render

FOLDER = Path(__file__).parents[2] / "docs" / "sounds"
EXAMPLES = ("session", "waltz-evening", "swing-combo", "chamber-strings")
SEED = 8
BARS = 32


def play(name: str, folder: Path, endings: Sequence[str], roll: str | None = None) -> None:
    """Writes the files of one preset."""
    settings = make_settings(name, seed=SEED, bars=BARS)
    files = (folder / f"{name}{ending}" for ending in endings)
    render(settings, *files, roll=roll and folder / f"{name}{roll}", overwrite=True)


if __name__ == "__main__":
    if arguments := sys.argv[1:]:
        Path(arguments[0]).mkdir(exist_ok=True)
        for preset in arguments[1:] or preset_names():
            play(preset, Path(arguments[0]), (".mid", ".png", ".wav"), "-roll.png")
    else:
        FOLDER.mkdir(exist_ok=True)
        for preset in EXAMPLES:
            play(preset, FOLDER, (".mid",))
