"""A set list: a TOML file of songs, and the music that plays them in turn."""

import tomllib
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

from livedshl.bundle import Bundle
from livedshl.errors import LivedshlError, SettingsError, did_you_mean
from livedshl.files import read_text
from livedshl.index import CodeIndex
from livedshl.music import ChordVocabulary
from livedshl.performance.choices import Choices
from livedshl.performance.chunk import Chunk
from livedshl.performance.commands import Answer, Command, PlaySong
from livedshl.performance.composition import Composition
from livedshl.performance.options import make_settings
from livedshl.performance.phrase import Phrase
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import SetSong, Settings
from livedshl.performance.steering import Band, Steering
from livedshl.units import MOST_SONGS, TICKS_PER_STEP

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
        if key in _FILES and _is_file(folder / value):
            value = str(folder / value)
        if _KEYS[key]:
            wanted[_KEYS[key]] = value
    return wanted


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # longer than a name can be, or with a null byte
        return False


class SetMusic(Iterator[Chunk]):
    """The songs of a set, one composition after another, as one performance.

    The first plays on until `PlaySong` begins another. Each is composed from its own beat 0.
    """

    def __init__(self, bundle: Bundle, index: CodeIndex, settings: Settings) -> None:
        self._bundle = bundle
        self._index = index
        self._settings = settings
        self._began_tick = 0
        self._song = Composition(bundle, index, settings.song(1))
        self._song.steering = replace(self._song.steering, song=1)

    def __next__(self) -> Chunk:
        chunk = next(self._song)
        if not self._began_tick:
            return chunk
        beat = chunk.provenance.beat + self._began_tick // self._settings.grid.beat_ticks
        slowing = tuple((tick + self._began_tick, share) for tick, share in chunk.slowing)
        provenance = replace(chunk.provenance, beat=beat)
        return replace(chunk.moved(self._began_tick), provenance=provenance, slowing=slowing)

    @property
    def tick(self) -> int:
        """The tick where the next chunk starts."""
        return self._began_tick + self._song.tick

    @property
    def steering(self) -> Steering:
        """The settings where the next chunk starts."""
        return self._song.steering

    @property
    def over(self) -> bool:
        """Whether the music has come to its end."""
        return self._song.over

    @property
    def chords(self) -> ChordVocabulary:
        """What the chord numbers in the steps of all songs so far stand for."""
        return self._song.chords

    @property
    def next_beat(self) -> int:
        """Where the next section begins, by the beats of the song."""
        return self._song.next_beat

    def choices(self) -> Choices | None:
        """What may open the next section; None while that is not known."""
        return self._song.choices()

    def copy(self) -> "SetMusic":
        """Music that continues from here as this would."""
        other = copy(self)
        other._song = self._song.copy()
        return other

    def obey(self, command: Command, band: Band | None = None) -> None:
        """Obeys a command from the next chunk on. band: the band of a chosen preset."""
        match command:
            case PlaySong(number):
                self._begin(number)
            case Answer(phrase):
                start_step = phrase.start_step - self._began_tick // TICKS_PER_STEP
                self._song.obey(Answer(Phrase(start_step, phrase.steps)))
            case _:
                self._song.obey(command, band)

    def _begin(self, number: int) -> None:
        before, self._began_tick = self._song, self.tick
        self._song = Composition(self._bundle, self._index, self._settings.song(number))
        self._song.take_over_from(before)
        self._song.steering = replace(self._song.steering, song=number)
