"""From the shared options to the settings and the bundle of a performance."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from secrets import randbelow

import click

from livedshl.improviser import Form, Retrieve
from livedshl.index.bundle import find_bundle, read_manifest
from livedshl.live.composer import Settings
from livedshl.live.loader import Progress
from livedshl.live.preset import load_preset
from livedshl.music import GRIDS
from livedshl.music.leadsheet import Key

_SEEDS = 1_000_000  # seeds that are drawn stay short enough to be typed again


def settings_of(
    *,
    preset: str,
    metre: str | None,
    tempo: float | None,
    key: str | None,
    form: str | None,
    seed: int | None,
    retrieve: str,
    bars: int | None,
    model: str,
) -> Settings:
    """The settings of a performance; a seed is drawn where none is given.

    The metre is the one asked for, else the preset's, else that of the model.
    """
    try:
        parsed = None if key is None else Key.parse(key)
    except ValueError as error:
        raise click.UsageError(f"--key: {error}") from None
    of_preset = load_preset(preset)
    mode = (parsed or of_preset.key).mode
    manifest = read_manifest(find_bundle(model, metre or of_preset.metre, mode))
    return Settings.of_preset(
        of_preset,
        GRIDS[manifest["metre"]],
        tempo_bpm=tempo,
        key=parsed,
        form=None if form is None else Form(form),
        retrieve=Retrieve(retrieve),
        seed=randbelow(_SEEDS) if seed is None else seed,
        bars=bars,
    )


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


def take_path() -> Path:
    """A file of its own, in the working folder, for a performance that only a recording keeps."""
    return Path(datetime.now().strftime("livedshl-%Y-%m-%d-%H%M%S.mid"))
