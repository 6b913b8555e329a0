"""Surveys every metre and mode of a model: its music beside its own tunes, over charts, in sets."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle.catalogue import kind_folders
from livedshl.bundle.model import Model, open_model
from livedshl.charts import read_chart
from livedshl.evaluation.music.band.expression import tune_jump
from livedshl.evaluation.music.band.played import BARS as SET_BARS
from livedshl.evaluation.music.band.played import band_piece
from livedshl.evaluation.music.comparison import default_settings
from livedshl.evaluation.music.harmony import clashing_notes, foreign_notes
from livedshl.evaluation.music.measures import MEASURES
from livedshl.evaluation.music.pieces import Piece, real_pieces, traced_piece
from livedshl.evaluation.music.real_tunes import RealTunes
from livedshl.improviser import Chart
from livedshl.improviser.harmony import harmony_vocabulary
from livedshl.music import Mode
from livedshl.performance.chunk import Chunk
from livedshl.performance.composition import Composition
from livedshl.performance.preset import Preset
from livedshl.performance.settings import Settings, chords_of
from livedshl.progress import Progress

_HIGH = 0.9
_REAL_TUNES = 200
# As many as there are pieces over this: sets and charts take longer to compose.
_PIECES_A_SET, _PIECES_A_CHART = 2, 8
_CHART_ROUNDS_BARS = 72
# The forms that people play over most: a 12-bar blues, a 32-bar song and a loop of four bars.
_CHARTS = (
    "C7 | F7 | C7 | % | F7 | % | C7 | A7 | Dm7 | G7 | C7 | G7",
    "C | Am | Dm | G7 | C | Am | Dm G7 | C | C | Am | Dm | G7 | C | Am | Dm G7 | C |"
    "E7 | % | A7 | % | D7 | % | G7 | % | C | Am | Dm | G7 | C | Am | Dm G7 | C",
    "C | Am | F | G7",
)


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """A row of the survey. goal: in 4/4 major, as text. form: number format."""

    name: str
    goal: str = ""
    form: str = ".2f"


# Means over the pieces, of these measures.
_MEANS = (
    SurveyRow("root entropy", ">= 1.45"),
    SurveyRow("longest on a root", "<= 3", ".1f"),
    SurveyRow("V-I", ">= 0.9"),
    SurveyRow("bar 4 on V", "0.5 to 0.75"),
    SurveyRow("recurring motifs", ">= 0.50"),
    SurveyRow("sequences", ">= 0.16"),
    SurveyRow("rhythm mix", "<= 0.22"),
    SurveyRow("bars that stay", "0.4 to 0.65"),
    SurveyRow("returning bars"),
    SurveyRow("returning frames"),
    SurveyRow("leap at joins"),
    SurveyRow("foreign notes"),
    SurveyRow("clashes", form=".3f"),
    SurveyRow("distance of new joins", form=".1f"),
)
_DENSITY = SurveyRow("density ratio, 90th percentile", "<= 1.25")
_QUOTE = SurveyRow("longest quote of all, beats", "<= 8", ".1f")
_HUB = SurveyRow("pieces that the commonest tune opens in", "<= 0.15")
_JUMP = SurveyRow("register, tune to tune, semitones", "<= 5", ".1f")
_OFF = SurveyRow("over charts: foreign notes", "<= 0.15")
_CLASH = SurveyRow("over charts: clashes", "<= 0.06", ".3f")
_ELSEWHERE = SurveyRow("over charts: returns over other chords", "0")
ROWS = (*_MEANS, _DENSITY, _QUOTE, _HUB, _JUMP, _OFF, _CLASH, _ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Survey:
    """The figures of each kind by row name: of its music, and of its own tunes; NaN for none."""

    pieces: int
    ours: Mapping[str, Mapping[str, float]]
    real: Mapping[str, Mapping[str, float]]

    def as_json(self) -> dict[str, Any]:
        """Everything, for JSON; null for nothing."""
        return {
            "pieces": self.pieces,
            "goals": {row.name: row.goal for row in ROWS},
            "ours": {kind: _without_nan(figures) for kind, figures in self.ours.items()},
            "tunes": {kind: _without_nan(figures) for kind, figures in self.real.items()},
        }


def survey(folder: Path, preset: Preset, n_pieces: int, seed: int, progress: Progress) -> Survey:
    """Measures `n_pieces` of each metre and mode, with the seeds from `seed` on.

    Raises BundleError if the model cannot be opened.
    """
    ours, real = {}, {}
    folders = kind_folders(folder)
    for at, of_kind in enumerate(folders):
        model = open_model(of_kind)
        name = f"{model.metre} {model.mode.value}"

        def within(stage: str, share: float, name: str = name, at: int = at) -> None:
            progress(f"{stage}: {name}", (at + share) / len(folders))

        settings = replace(default_settings(model.bundle, preset), seed=seed)
        ours[name] = {
            **_of_pieces(model, settings, n_pieces, within),
            **_of_sets(model, settings, max(1, n_pieces // _PIECES_A_SET), within),
            **_of_charts(model, settings, max(1, n_pieces // _PIECES_A_CHART), within),
        }
        rng = np.random.default_rng(seed)
        real[name] = _of_melodies(
            list(real_pieces(model.bundle, _REAL_TUNES, rng)), _tunes_of(model)
        )
    progress("Composing", 1.0)
    return Survey(n_pieces, ours, real)


def _tunes_of(model: Model) -> RealTunes:
    bundle = model.bundle
    return RealTunes(bundle.library, harmony_vocabulary(bundle.vocabulary), bundle.mode)


def _of_pieces(
    model: Model, settings: Settings, n_pieces: int, progress: Progress
) -> dict[str, float]:
    pieces, opening = [], Counter[str]()
    bar_beats = settings.grid.bar_beats
    for number in range(n_pieces):
        progress("Composing", number / n_pieces / 2)
        chunks = _composed(model, replace(settings, seed=settings.seed + number))
        pieces.append(traced_piece(settings.grid, chunks))
        found = [chunk.provenance for chunk in chunks if not chunk.provenance.planned]
        opening.update(
            {p.source for p in found if p.place and p.beat % bar_beats == 0 and p.place.bar == 1}
        )
    figures = _of_melodies(pieces, _tunes_of(model))
    return {
        **figures,
        _HUB.name: opening.most_common(1)[0][1] / n_pieces,
    }


def _of_melodies(pieces: Sequence[Piece], tunes: RealTunes) -> dict[str, float]:
    if not pieces:
        return {}
    named = {measure.name: measure for measure in MEASURES}

    def values(name: str) -> NDArray[np.float64]:
        return np.array([named[name].of(piece, tunes) for piece in pieces])

    return {
        **{row.name: _mean(values(row.name)) for row in _MEANS},
        _DENSITY.name: float(np.nanquantile(values("density ratio"), _HIGH)),
        _QUOTE.name: float(values("longest quote").max()),
    }


def _of_sets(
    model: Model, settings: Settings, n_pieces: int, progress: Progress
) -> dict[str, float]:
    jumps = []
    for number in range(n_pieces):
        progress("Playing sets", 0.5 + number / n_pieces / 4)
        of_set = replace(settings, seed=settings.seed + number, bars=SET_BARS)
        jumps.append(tune_jump(band_piece(model, of_set)))
    return {_JUMP.name: _mean(np.array(jumps))}


def _of_charts(
    model: Model, settings: Settings, n_pieces: int, progress: Progress
) -> dict[str, float]:
    """Over each of the charts; they are in major."""
    if model.mode is not Mode.MAJOR:
        return {}
    figures = []
    for number in range(n_pieces):
        progress("Following charts", 0.75 + number / n_pieces / 4)
        for text in _CHARTS:
            chart = read_chart(text).played(settings.grid, settings.key)[0]
            over = replace(
                settings, seed=settings.seed + number, bars=_CHART_ROUNDS_BARS, chart=chart,
                groove=replace(settings.groove, intro=0),  # the chart is compared from bar 1
            )  # fmt: skip
            piece = traced_piece(settings.grid, _composed(model, over))
            tunes = replace(_tunes_of(model), vocabulary=chords_of(model.bundle, over))
            off, clash = foreign_notes(piece, tunes), clashing_notes(piece, tunes)
            figures.append((off, clash, _elsewhere(piece, chart)))
    off, clash, elsewhere = np.array(figures).T
    return {_OFF.name: _mean(off), _CLASH.name: _mean(clash), _ELSEWHERE.name: _mean(elsewhere)}


def _elsewhere(piece: Piece, chart: Chart) -> float:
    """The share of returning bars that come over other chords than the last time."""
    beats = piece.grid.bar_beats
    moved = [
        chart.at(bar * beats, beats) != chart.at(last * beats, beats)
        for bar, last in enumerate(piece.returns.tolist())
        if last >= 0
    ]
    return float(np.mean(moved)) if moved else float("nan")


def _composed(model: Model, settings: Settings) -> list[Chunk]:
    return list(Composition(model.bundle, model.index, settings))


def _mean(values: NDArray[np.float64]) -> float:
    return float(np.nanmean(values)) if not np.isnan(values).all() else float("nan")


def _without_nan(figures: Mapping[str, float]) -> dict[str, float | None]:
    return {
        row.name: None if np.isnan(figures.get(row.name, np.nan)) else figures[row.name]
        for row in ROWS
    }
