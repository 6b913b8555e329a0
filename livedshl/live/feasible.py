"""Whether a performance can obey a command: what its clock, presets and set list allow."""

from pathlib import Path

from livedshl.errors import CommandError, PresetError, did_you_mean
from livedshl.music import Grid
from livedshl.performance.choices import Choices
from livedshl.performance.commands import (
    Choose,
    ChoosePreset,
    Command,
    OpenWith,
    Pause,
    PlaySong,
    SetTempo,
)
from livedshl.performance.preset import load_preset, preset_names
from livedshl.performance.settings import Settings
from livedshl.performance.steering import Band
from livedshl.player.clock.source import Sync


def check_with_clock(command: Command, sync: Sync) -> None:
    """Raises CommandError for what a clock from outside decides."""
    if isinstance(command, SetTempo) and sync is Sync.CLOCK:
        raise CommandError("the MIDI clock sets the tempo", where="tempo")
    if isinstance(command, Pause) and sync in (Sync.CLOCK, Sync.LINK):
        leader = "MIDI clock" if sync is Sync.CLOCK else "Link session"
        what = f"the {leader} starts and stops the music"
        raise CommandError(what, where="pause", remedy="Press stop there")


def band_for(command: Command, settings: Settings, tunes: Path) -> Band | None:
    """The band that a command brings, if any.

    What it plays by code from is opened here: the music would wait 50 ms for it. tunes: the folder
    of the bundle that plays. Raises CommandError, PresetError or BundleError.
    """
    band = _band_for(command, settings)
    if band:
        from livedshl.performance.arranging import finder_for  # few change the band

        finder_for(band.parts, tunes, settings.grid)
    return band


def _band_for(command: Command, settings: Settings) -> Band | None:
    match command:
        case ChoosePreset(name):
            return _band_of(name, settings.grid)
        case PlaySong(number):
            songs = settings.songs
            if number > len(songs):
                what = f"there is no song {number}"
                remedy = f"The set has {len(songs)}" if songs else "Start with a set list"
                raise CommandError(what, where="song", remedy=remedy)
            return songs[number - 1].band
    return None


def chosen(command: Choose, choices: Choices) -> OpenWith:
    """The command that opens the next section with a tune of the list. Raises CommandError."""
    tunes = choices.tunes
    if command.number > len(tunes):
        what = f"there is no tune {command.number} to choose" if tunes else "nothing to choose yet"
        remedy = f"Choose 1 to {len(tunes)}" if tunes else "Try again when the list is there"
        raise CommandError(what, where="choose", remedy=remedy)
    return OpenWith(tunes[command.number - 1].segment)


def _band_of(name: str, grid: Grid) -> Band:
    if name not in preset_names():  # never a path: a surface takes it from anywhere
        known = preset_names()
        remedy = did_you_mean(name, known) or f"Choose from {', '.join(known)}"
        raise PresetError(f"there is no preset {name!r}", remedy=remedy)
    preset = load_preset(name)
    if preset.metre and preset.metre != str(grid):
        raise CommandError(f"{name} is for {preset.metre}, the music is in {grid}", where="preset")
    return Band.of(preset)
