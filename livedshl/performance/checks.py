"""Checks what the log of a take says, as options and presets are checked when they are given."""

from collections import Counter
from collections.abc import Sequence
from math import isfinite

from livedshl.arranger import (
    MOST_INTRO_BARS,
    MOST_TIMING_TICKS,
    Groove,
    Part,
    Role,
    check_pattern,
    patterns_of,
)
from livedshl.improviser import ContinuationRules
from livedshl.improviser.ranking import TERMS
from livedshl.midi.general_midi import DRUM_CHANNEL
from livedshl.music.dances import MOST_NOTES_A_BAR
from livedshl.performance.settings import Settings
from livedshl.performance.steering import Band
from livedshl.records import RecordError
from livedshl.units import HIGHEST_TEMPO, LOWEST_TEMPO, MOST_SONGS

MOST_TICKS = 24 * 60 * HIGHEST_TEMPO * 720  # a day at the highest tempo, in beats of 6/8
_MOST_BEATS = 1_000_000  # that plain mode writes for "any"


def check_settings(settings: Settings) -> None:
    """Raises RecordError if a performance cannot have these settings."""
    check_band(settings.band)
    rules = settings.rules
    _within("tempo_bpm", settings.tempo_bpm, LOWEST_TEMPO, HIGHEST_TEMPO)
    _within("seed", settings.seed, 0)
    _within("bars", settings.bars, 1)
    _within("opening", settings.opening, 0)
    _within("song_cap", rules.song_cap, 1, _MOST_BEATS)
    _within("window", rules.window, 1, _MOST_BEATS)
    _within("recency", rules.recency, 0, _MOST_BEATS)
    _within("adventure", rules.adventure, 0, 1)
    _within("max_quote", rules.max_quote, 1, _MOST_BEATS)
    if rules.notes_a_bar:
        least, most = rules.notes_a_bar
        _within("notes_a_bar", least, 0, most)
        _within("notes_a_bar", most, 0, MOST_NOTES_A_BAR)
    if unknown := set(rules.terms) - {*TERMS, *ContinuationRules().plain().terms}:
        raise RecordError(f"terms: unknown name {min(unknown)!r}")
    _check_songs(settings)


def _check_songs(settings: Settings) -> None:
    if len(settings.songs) > MOST_SONGS:
        raise RecordError(f"songs: more than {MOST_SONGS}")
    for number, song in enumerate(settings.songs, 1):
        if song.key.mode is not settings.key.mode:
            raise RecordError("songs: not all in one mode")
        check_settings(settings.song(number))


def check_band(band: Band) -> None:
    """Raises RecordError if there can be no such band."""
    _check_groove(band.groove)
    for part in band.parts:
        _check_part(part)
    _each_once("channel", [part.channel for part in band.parts])
    _each_once("name", [part.name for part in band.parts])
    if not band.parts:
        raise RecordError("parts: none")


def check_tick(name: str, tick: int) -> None:
    """Raises RecordError for a tick that no take reaches."""
    _within(name, tick, 0, MOST_TICKS)


def check_tempo(tempo_bpm: float) -> None:
    """Raises RecordError for a tempo that no clock has."""
    _within("tempo", tempo_bpm, 4, 10_000)


def _check_groove(groove: Groove) -> None:
    _within("swing", groove.swing, 0, 1)
    _within("timing", groove.timing, 0, MOST_TIMING_TICKS)
    _within("dynamics", groove.dynamics, 0, 40)
    _within("intro", groove.intro, 0, MOST_INTRO_BARS)


def _check_part(part: Part) -> None:
    _within("channel", part.channel, 0, 15)
    _within("velocity", part.velocity, 1, 127)
    for name in ("program", "volume", "pan", "reverb", "lowest", "highest"):
        _within(name, getattr(part, name), 0, 127)
    for name in ("density", "ornaments"):
        _within(name, getattr(part, name), 0, 1)
    if part.highest - part.lowest < 12:
        raise RecordError("highest: less than 12 semitones above lowest")
    if part.own:
        try:
            check_pattern(part.own, part.role)
        except (ValueError, KeyError) as error:
            raise RecordError(f"pattern: {error}") from None
    elif part.pattern not in patterns_of(part.role):
        raise RecordError(f"pattern: {part.pattern} is not for {part.role.value}")
    if (part.channel == DRUM_CHANNEL) is not (part.role is Role.DRUMS):
        raise RecordError("channel: drums are on channel 10, and nothing else is")


def _each_once(what: str, values: Sequence[object]) -> None:
    value, times = Counter(values).most_common(1)[0] if values else (None, 0)
    if times > 1:
        raise RecordError(f"{what}: two parts have {value!r}")


def _within(name: str, value: float | None, lowest: float, highest: float | None = None) -> None:
    if value is None:
        return
    if not isfinite(value) or value < lowest or (highest is not None and value > highest):
        raise RecordError(f"{name}: out of range")
