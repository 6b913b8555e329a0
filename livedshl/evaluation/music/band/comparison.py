"""The measures of a band, with their goals, over presets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from livedshl.arranger import Role
from livedshl.bundle.catalogue import find_bundle
from livedshl.bundle.integrity import read_manifest
from livedshl.bundle.model import Model, open_model
from livedshl.evaluation.music.band import expression, fit, texture
from livedshl.evaluation.music.band.played import BARS, BandPiece, band_piece
from livedshl.improviser import Retrieve
from livedshl.music import GRIDS
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import Settings
from livedshl.progress import Progress

_ACCOMPANIMENT = tuple(role for role in Role if role is not Role.MELODY)


@dataclass(frozen=True, slots=True)
class BandMeasure:
    """A measure of one piece. goal: what to aim at, as text; "" where there is none."""

    name: str
    of: Callable[[BandPiece], float]
    form: str = ".2f"
    goal: str = ""


BAND_MEASURES = (
    BandMeasure("8-bar borders with an entry or exit", texture.entries_and_exits, ".2f", ">= 0.4"),
    BandMeasure("variation of notes a bar", texture.density_variation, ".2f", ">= 0.15"),
    BandMeasure("texture step", texture.texture_step, ".2f", ">= 0.3"),
    BandMeasure("velocity SD over blocks", texture.velocity_variation, ".1f", ">= 2.5"),
    BandMeasure("velocity explained by place", expression.explained_velocity, ".2f", "<= 0.5"),
    BandMeasure("velocity SD", expression.velocity_spread, ".1f", ">= 9"),
    BandMeasure("commonest bar, bass",
                lambda piece: texture.commonest_bar(piece, Role.BASS), ".2f", "<= 0.6"),
    BandMeasure("commonest bar, chords",
                lambda piece: texture.commonest_bar(piece, Role.CHORDS), ".2f", "<= 0.5"),
    BandMeasure("commonest bar, drums",
                lambda piece: texture.commonest_bar(piece, Role.DRUMS), ".2f", "<= 0.5"),
    BandMeasure("identical on return, band",
                lambda piece: texture.identical_returns(piece, *_ACCOMPANIMENT), ".2f", "<= 0.6"),
    BandMeasure("identical on return, melody",
                lambda piece: texture.identical_returns(piece, Role.MELODY), ".2f", "<= 0.6"),
    BandMeasure("bass a semitone from a chord note", fit.bass_clashes, ".3f", "<= 0.01"),
    BandMeasure("melody at or under the chords", fit.melody_under_chords, ".3f", "<= 0.02"),
    BandMeasure("melody length / distance", expression.note_length, ".2f", "0.85"),
    BandMeasure("SD of that", expression.length_variation, ".2f", "0.12"),
    BandMeasure("longest melody without a breath, s", expression.longest_breath, ".1f", "<= 10"),
    BandMeasure("jump of the melody's register", expression.register_jump, ".1f", "<= 5"),
    BandMeasure("the same, tune to tune", expression.tune_jump, ".1f", "<= 5"),
    BandMeasure("velocity spread in a chord", expression.chord_spread, ".1f", "> 0"),
    BandMeasure("pedals and swells a bar", expression.gestures_a_bar, ".1f"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class BandComparison:
    """The mean of every measure over the pieces of each preset, NaN where it has no meaning."""

    pieces: int
    means: Mapping[str, Mapping[str, float]]

    def as_json(self) -> dict[str, Any]:
        """Everything, by preset and measure, for JSON; null for nothing."""
        presets = {
            preset: {name: None if np.isnan(value) else value for name, value in means.items()}
            for preset, means in self.means.items()
        }
        goals = {measure.name: measure.goal for measure in BAND_MEASURES}
        return {"bars": BARS, "pieces": self.pieces, "goals": goals, "presets": presets}


def compare_bands(
    model: str, presets: Sequence[str], n_pieces: int, seed: int, progress: Progress
) -> BandComparison:
    """Measures `n_pieces` of each preset, with the seeds from `seed` on, on the tunes of a model.

    Raises PresetError, and BundleError if the model has no tunes in a preset's metre and mode.
    """
    models: dict[Any, Model] = {}
    means: dict[str, dict[str, float]] = {}
    for number, name in enumerate(presets):
        settings = band_settings(name, model)
        folder = find_bundle(model, str(settings.grid), settings.key.mode)
        if folder not in models:
            models[folder] = open_model(folder)
        pieces = []
        for at in range(n_pieces):
            progress(f"Playing: {name}", (number + at / n_pieces) / len(presets))
            pieces.append(band_piece(models[folder], replace(settings, seed=seed + at)))
        means[name] = {measure.name: _mean(measure, pieces) for measure in BAND_MEASURES}
    progress("Playing", 1.0)
    return BandComparison(n_pieces, means)


def band_settings(name: str, model: str) -> Settings:
    """The settings of a preset's pieces, on the tunes of a model. Raises PresetError."""
    preset = load_preset(name)
    metre = preset.metre or read_manifest(find_bundle(model)).metre
    return Settings.of_preset(
        preset, GRIDS[metre],
        tempo_bpm=None, key=None, form=None, retrieve=Retrieve.MIN, seed=0, bars=BARS, model=model,
    )  # fmt: skip


def _mean(measure: BandMeasure, pieces: Sequence[BandPiece]) -> float:
    values = np.array([measure.of(piece) for piece in pieces])
    return float(np.nanmean(values)) if not np.isnan(values).all() else float("nan")
