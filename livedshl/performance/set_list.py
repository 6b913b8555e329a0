"""A set list: a TOML file of songs to play in turn."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from livedshl.errors import LivedshlError, SettingsError, did_you_mean
from livedshl.files import is_file, read_text
from livedshl.performance.options import make_settings
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import SetSong, Settings
from livedshl.units import MOST_SONGS

_MOST_BYTES = 1 << 20
# The keys of a song, and what each is for `make_settings`; a title is for the eye only.
_KEYS = {
    "title": "", "tune": "opening", "preset": "preset", "key": "key", "tempo": "tempo_bpm",
    "chords": "chords", "form": "form",
}  # fmt: skip
_NUMBERS = ("tempo",)
_FILES = ("preset", "chords")


def make_set(path: Path, **chosen: Any) -> Settings:
    """The settings of a set list, which begin with its first song.

    chosen: as for `make_settings`, preset included; it holds for each song that does not say
    otherwise. Raises
    SettingsError, which names the file and the song.
    """
    made: list[Settings] = []
    titles: list[str] = []
    for number, table in enumerate(_tables(path), 1):
        where = f"{path}: song {number}"
        wanted = chosen | _wanted(table, path.parent, where)
        try:
            if made:
                wanted |= _as_the_first(made[0], wanted["preset"])
            settings = make_settings(**wanted)
        except LivedshlError as error:
            at = f"{where}: {error.where}" if error.where else where
            raise SettingsError(error.what, where=at, remedy=error.remedy) from error
        first = made[0] if made else settings
        if (settings.grid, settings.key.mode) != (first.grid, first.key.mode):
            raise SettingsError(
                f"{_kind(settings)}, but the first song is {_kind(first)}",
                where=where,
                remedy="The songs of a set share one metre and one mode",
            )
        made.append(settings)
        titles.append(str(table.get("title") or table.get("tune") or settings.preset))
    songs = tuple(SetSong.of(*each) for each in zip(titles, made, strict=True))
    return replace(made[0], songs=songs)


def _as_the_first(first: Settings, preset: str) -> dict[str, Any]:
    """What a later song has from the first: the seed, and the metre unless its preset has one."""
    metre = load_preset(preset).metre or str(first.grid)
    return {"seed": first.seed, "metre": metre}


def _kind(settings: Settings) -> str:
    return f"{settings.grid} {settings.key.mode.value}"


def _tables(path: Path) -> list[Any]:
    """The tables of the songs in a file."""
    where = str(path)
    try:
        content = tomllib.loads(read_text(path, _MOST_BYTES))
    except FileNotFoundError:
        raise SettingsError("no such file", where=where) from None
    except OSError as error:
        raise SettingsError(f"cannot be read ({error.strerror})", where=where) from error
    except ValueError as error:
        raise SettingsError(f"cannot be read as TOML ({error})", where=where) from error
    except RecursionError:
        raise SettingsError("cannot be read (nested too deeply)", where=where) from None
    songs = content.pop("song", None)
    remedy = "Begin each song with [[song]]"
    if content:
        raise SettingsError(f"unknown key {min(content)!r}", where=where, remedy=remedy)
    if not isinstance(songs, list) or not 0 < len(songs) <= MOST_SONGS:
        raise SettingsError(f"needs 1 to {MOST_SONGS} songs", where=where, remedy=remedy)
    return songs


def _wanted(table: Any, folder: Path, where: str) -> dict[str, Any]:
    """What a song asks for, by the names of `make_settings`."""
    if not isinstance(table, Mapping):
        raise SettingsError("must be a table", where=where, remedy="Begin it with [[song]]")
    wanted: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _KEYS:
            remedy = did_you_mean(key, _KEYS) or f"Known keys: {', '.join(_KEYS)}"
            raise SettingsError(f"unknown key {key!r}", where=where, remedy=remedy)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (is_number if key in _NUMBERS else isinstance(value, str)):
            kind = "a number" if key in _NUMBERS else "a text in quotes"
            raise SettingsError(f"{key} must be {kind}", where=where)
        if key in _FILES and is_file(folder / value):
            value = str(folder / value)
        if _KEYS[key]:
            wanted[_KEYS[key]] = value
    return wanted
