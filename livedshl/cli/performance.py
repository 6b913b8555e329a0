"""From the shared options to the settings and the bundle of a performance."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from secrets import randbelow

import click

from livedshl.bundle.catalogue import bundle_folder, find_bundle
from livedshl.bundle.integrity import read_manifest
from livedshl.bundle.tunes import ListedTune, the_tune, tunes_of
from livedshl.improviser import Chart, Form, Retrieve
from livedshl.music import GRIDS, Grid
from livedshl.music.leadsheet import Key, Mode
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import Settings
from livedshl.progress import Progress

_SEEDS = 1_000_000  # seeds that are drawn stay short enough to be typed again


def settings_of(
    *,
    preset: str,
    metre: str | None,
    tempo: float | None,
    key: str | None,
    form: str | None,
    opening: str | None,
    chords: str | None,
    adventure: float | None,
    max_quote: int | None,
    plain: bool,
    seed: int | None,
    retrieve: str,
    bars: int | None,
    model: str,
) -> Settings:
    """The settings of a performance; a seed is drawn where none is given.

    opening: number or words of the tune to begin with. The metre is the one asked for, else the
    preset's, else that of this tune, else that of the model; its mode goes before the preset's.
    """
    try:
        parsed = None if key is None else Key.parse(key)
    except ValueError as error:
        raise click.UsageError(f"--key: {error}") from None
    of_preset = load_preset(preset)
    rules = of_preset.rules
    if adventure is not None:
        rules = replace(rules, adventure=adventure)
    if max_quote is not None:
        rules = replace(rules, max_quote=max_quote)
    metre = metre or of_preset.metre
    tune = None
    if opening is not None:
        tune = _tune(opening, model, metre, parsed.mode if parsed else None)
        metre, parsed = tune.metre, parsed or Key(of_preset.key.tonic, tune.mode)
    mode = (parsed or of_preset.key).mode
    manifest = read_manifest(find_bundle(model, metre, mode))
    grid = GRIDS[manifest["metre"]]
    return Settings.of_preset(
        replace(of_preset, rules=rules.plain() if plain else rules),
        grid,
        tempo_bpm=tempo,
        key=parsed,
        form=None if form is None else Form(form),
        retrieve=Retrieve(retrieve),
        seed=randbelow(_SEEDS) if seed is None else seed,
        bars=bars,
        chart=None if chords is None else _chart(chords, grid),
        opening=tune.row if tune else None,
    )


def _tune(words_or_number: str, model: str, metre: str | None, mode: Mode | None) -> ListedTune:
    """The tune of the model that is meant, among those of a metre and mode, None for any."""
    tunes = tunes_of(bundle_folder(model))
    return the_tune(
        [tune for tune in tunes if metre in (None, tune.metre) and mode in (None, tune.mode)],
        words_or_number,
    )


def _chart(text_or_file: str, grid: Grid) -> Chart:
    """The chart in a file of this name, or else in the text itself."""
    text, where = text_or_file, "--chords"
    try:
        if _is_file(text_or_file):
            text = Path(text_or_file).read_text(encoding="utf-8")
            where += f": {text_or_file}"
        return Chart.parse(text, grid)
    except OSError as error:
        raise click.UsageError(f"{where}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise click.UsageError(f"{where}: {error}") from None


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except OSError:  # longer than a name can be
        return False


def bundle_source(
    model: str, settings: Settings, corpus: Sequence[str] = ()
) -> Callable[[Progress], Path]:
    """What prepares the folder of the bundle: nothing to do, unless a corpus must be coded."""

    def prepare(progress: Progress) -> Path:
        folder = find_bundle(model, str(settings.grid), settings.key.mode)
        if not corpus:
            return folder
        from livedshl.learning.pipeline import cached_bundle

        return cached_bundle(folder, corpus, progress)

    return prepare
