"""From options as a person gives them to the settings of a performance."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from secrets import randbelow
from typing import TYPE_CHECKING

from livedshl.bundle.catalogue import bundle_folder, find_bundle, kind_manifests
from livedshl.bundle.integrity import read_manifest
from livedshl.errors import SettingsError
from livedshl.improviser import Chart, Form, Retrieve
from livedshl.music import GRIDS, Grid
from livedshl.music.leadsheet import Key, Mode
from livedshl.performance.chart_choice import choose_chart
from livedshl.performance.preset import Preset, load_preset
from livedshl.performance.settings import Settings
from livedshl.units import HIGHEST_TEMPO, LOWEST_TEMPO

if TYPE_CHECKING:
    from livedshl.bundle.tunes import ListedTune

log = logging.getLogger(__name__)

_SEEDS = 1_000_000  # a seed that is drawn stays short enough to type again


def make_settings(
    preset: str = "session",
    model: str | Path = "session",
    *,
    metre: str | None = None,
    tempo_bpm: float | None = None,
    key: str | None = None,
    form: str | None = None,
    opening: str | None = None,
    chords: str | Path | None = None,
    bars: int | None = None,
    seed: int | None = None,
    adventure: float | None = None,
    max_quote: int | None = None,
    plain: bool = False,
    retrieve: str = "min",
) -> Settings:
    """The settings of a performance. What is not given comes from the preset.

    >>> settings = make_settings("jig", key="Em", bars=32, seed=7, chords="Em | D | C | Bm")

    preset, model: by name, or the path of a .toml file and of a folder.
    metre: such as "6/8"; by default that of the chart, else of the preset, else of the opening
        tune, else of the model's main tunes.
    tempo_bpm: beats per minute, 20 to 400; in 6/8 and 9/8 a beat is a dotted quarter note.
    key: such as "D", "Bb minor" or "F#m"; by default that of the chart, else of the preset.
    form: "AABB", "AABA", "ABAC", "any" or "none".
    opening: the tune to begin with, by words of its title or by number.
    chords: a chart such as "C | Am | F G7 | C", an iReal Pro link, or the file that holds a chart
        as text, ChordPro or MusicXML; by default the preset's, if it has one. "none": the tunes'
        own chords.
    bars: how many to play; None for endless. seed: the same seed gives the same music; None draws
        one.
    adventure: 0 plays safe, 1 is bold. max_quote: beats that one tune may be quoted for.
    plain: nearest match, ties at random and no limit on quoting, as in the paper.
    retrieve: "min" for the nearest codes, "max" for the farthest.

    Raises SettingsError, whose `where` is the parameter that is wrong, PresetError, BundleError or
    TuneError.
    """
    _check_range("tempo_bpm", tempo_bpm, LOWEST_TEMPO, HIGHEST_TEMPO, " BPM")
    _check_range("adventure", adventure, 0, 1)
    _check_least("bars", bars, 1)
    _check_least("seed", seed, 0)
    _check_least("max_quote", max_quote, 1)
    _check_choice("metre", metre, GRIDS)
    _check_choice("form", form, [each.value for each in Form])
    _check_choice("retrieve", retrieve, [each.value for each in Retrieve])
    wanted_key = _key(key)
    of_preset = load_preset(preset)
    rules = of_preset.rules
    if adventure is not None:
        rules = replace(rules, adventure=adventure)
    if max_quote is not None:
        rules = replace(rules, max_quote=max_quote)
    of_model = str(model)
    chosen = None
    if chords not in (None, "none"):
        chosen = choose_chart(chords)
    elif chords is None and of_preset.chords and _is_in_mode(of_preset, wanted_key):
        chosen = choose_chart(of_preset.chords, f"{preset}: chords", of_preset.name)
    metre = metre or (chosen.metre if chosen else None)
    if metre and of_preset.metre not in (None, metre):
        log.warning("The preset %s is made for %s; it plays %s", preset, of_preset.metre, metre)
    metre = metre or of_preset.metre
    tune = None
    if opening is not None:
        tune = _tune(opening, of_model, metre, wanted_key.mode if wanted_key else None)
        metre = tune.metre
    grid = GRIDS[metre or read_manifest(bundle_folder(of_model)).metre]
    chart = None
    if chosen:
        modes = {tune.mode} if tune else _modes(of_model, grid)
        chart, wanted_key, remarks = chosen.played(grid, wanted_key, of_preset.key, modes)
        _tell_of(chart, remarks, grid)
    elif wanted_key is None and tune:
        wanted_key = Key(of_preset.key.tonic, tune.mode)
    find_bundle(of_model, str(grid), (wanted_key or of_preset.key).mode)  # raises if there is none
    settings = Settings.of_preset(
        replace(of_preset, rules=rules.plain() if plain else rules),
        grid,
        tempo_bpm=tempo_bpm,
        key=wanted_key,
        form=None if form is None else Form(form),
        retrieve=Retrieve(retrieve),
        seed=randbelow(_SEEDS) if seed is None else seed,
        bars=bars,
        chart=chart,
        chart_name=chosen.name if chosen else "chart",
        opening=tune.row if tune else None,
        model=of_model,
    )
    log.info(
        "preset %s: %g BPM, %s, key %s, seed %d",
        settings.preset, settings.tempo_bpm, grid, settings.key, settings.seed,
    )  # fmt: skip
    return settings


def _tell_of(chart: Chart, remarks: Sequence[str], grid: Grid) -> None:
    """Shows a chart as it was read."""
    from livedshl.charts import chart_text

    for remark in remarks:
        log.warning("%s", remark)
    for line in chart_text(chart, grid.bar_beats).splitlines():
        log.info("chart: %s", line)


def _check_range(
    where: str, value: float | None, lowest: float, highest: float, unit: str = ""
) -> None:
    if value is not None and not lowest <= value <= highest:
        raise SettingsError(
            f"must be between {lowest:g} and {highest:g}{unit}, not {value:g}", where=where
        )


def _check_least(where: str, value: int | None, lowest: int) -> None:
    if value is not None and value < lowest:
        raise SettingsError(f"must be at least {lowest}, not {value}", where=where)


def _check_choice(where: str, value: str | None, known: Collection[str]) -> None:
    if value is not None and value not in known:
        raise SettingsError(
            f"unknown value {value!r}", where=where, remedy=f"Choose from {', '.join(known)}"
        )


def _key(name: str | None) -> Key | None:
    try:
        return None if name is None else Key.parse(name)
    except ValueError as error:
        remedy = "Write C, F# or Bb for major, Am or F#m for minor"
        raise SettingsError(str(error), where="key", remedy=remedy) from None


def _tune(words_or_number: str, model: str, metre: str | None, mode: Mode | None) -> "ListedTune":
    """The tune of the model that is meant. A metre or mode of None stands for any."""
    from livedshl.bundle.tunes import the_tune, tunes_of  # few performances begin with a tune

    tunes = tunes_of(bundle_folder(model))
    return the_tune(
        [tune for tune in tunes if metre in (None, tune.metre) and mode in (None, tune.mode)],
        words_or_number,
    )


def _is_in_mode(preset: Preset, key: Key | None) -> bool:
    """Whether a key has the preset's mode, and with it fits its chart; None: the preset's key."""
    return key is None or key.mode is preset.key.mode


def _modes(model: str, grid: Grid) -> set[Mode]:
    """The modes that a model has tunes of in a metre."""
    return {k.mode for k in kind_manifests(bundle_folder(model)) if k.metre == str(grid)}
