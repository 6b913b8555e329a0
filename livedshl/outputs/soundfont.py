"""Finds the soundfont of the built-in synthesiser."""

import importlib.util
from pathlib import Path

from livedshl.outputs.missing import missing

_SOUNDFONT_FOLDERS = (
    "/usr/share/sounds/sf2",
    "/usr/share/sounds/sf3",
    "/usr/share/soundfonts",
    "/opt/homebrew/share/soundfonts",
    "/usr/local/share/soundfonts",
    "/usr/local/share/fluidsynth",
    "C:/ProgramData/soundfonts",
)


def find_soundfont() -> Path:
    """A General MIDI soundfont on this system. Raises MissingDependencyError without one.

    Looks in the system's folders, then in the package pretty_midi, which brings one.
    """
    for folder in map(Path, _SOUNDFONT_FOLDERS):
        fonts = sorted([*folder.glob("*.sf2"), *folder.glob("*.sf3")])
        if fonts:
            return fonts[0]
    package = importlib.util.find_spec("pretty_midi")
    for folder in map(Path, package.submodule_search_locations or () if package else ()):
        for font in sorted(folder.glob("*.sf2")):
            return font
    raise missing("a soundfont", "the synthesiser")
