"""Measures pieces from every source, and compares the default setting with real tunes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle
from livedshl.evaluation.music.markov import MarkovChain
from livedshl.evaluation.music.measures import LONGEST_QUOTE, MEASURES, Measure
from livedshl.evaluation.music.pieces import BARS, Piece, composed_piece, real_pieces, uncut_piece
from livedshl.evaluation.music.real_tunes import RealTunes
from livedshl.improviser import Form, Retrieve
from livedshl.improviser.harmony import harmony_vocabulary
from livedshl.improviser.ranking import CHART, FIT
from livedshl.index import CodeIndex
from livedshl.music import Mode
from livedshl.music.leadsheet import Key
from livedshl.performance.preset import Preset
from livedshl.performance.settings import Settings
from livedshl.progress import Progress

MAX_QUOTE_BEATS = 8  # the target for every piece, except in planned repeats
_REAL, _DEFAULT, _FREE, _FARTHEST, _MARKOV = SOURCES = (
    "real tunes", "default", "free run", "farthest", "Markov",
)  # fmt: skip
_LOW, _HIGH = 0.1, 0.9  # the middle 80 %
_ADVENTURES = (0.0, 0.5, 1.0)  # beside the default


@dataclass(frozen=True, slots=True)
class Spread:
    """The spread of a measure over pieces: `low` and `high` are the 10th and 90th percentile."""

    mean: float
    median: float
    low: float
    high: float


def spread_of(values: NDArray[np.float64]) -> Spread:
    """The spread of some values, one or more."""
    low, median, high = np.quantile(values, [_LOW, 0.5, _HIGH]).tolist()
    return Spread(float(values.mean()), median, low, high)


@dataclass(frozen=True, slots=True)
class Within:
    """Whether the default's median is in the middle 80 % of real tunes, and the share of its pieces
    that are."""

    median: bool
    share: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How pieces differ from the default's of the same seeds: their means, and Student's t of the
    differences, which chance alone makes larger than 2 in one of twenty."""

    default: float
    mean: float
    t: float


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Every measure of every piece.

    values: by source, then by measure, float64[pieces]; NaN for none.
    composed: the sources whose pieces have the seeds of the default's.
    """

    values: Mapping[str, Mapping[str, NDArray[np.float64]]]
    composed: tuple[str, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources measured."""
        return tuple(self.values)

    def pieces(self, source: str) -> int:
        """The number of pieces of a source."""
        return len(self.values[source][MEASURES[0].name])

    def spread(self, source: str, measure: Measure) -> Spread | None:
        """The spread of a measure over the pieces that have it, or None."""
        found = _without_nan(self.values[source][measure.name])
        return spread_of(found) if len(found) else None

    def within(self, measure: Measure) -> Within | None:
        """How the default setting compares with real tunes; None if that is meaningless."""
        real, ours = self.spread(_REAL, measure), self.spread(_DEFAULT, measure)
        if not measure.compared or real is None or ours is None:
            return None
        found = _without_nan(self.values[_DEFAULT][measure.name])
        inside = (found >= real.low) & (found <= real.high)
        return Within(real.low <= ours.median <= real.high, float(inside.mean()))

    def difference(self, source: str, measure: Measure) -> Difference | None:
        """How a composed source differs from the default; None if not, or by as much each time."""
        pair = self.values[_DEFAULT][measure.name], self.values[source][measure.name]
        default, other = np.array(pair)[:, ~np.isnan(pair).any(axis=0)]
        more = other - default
        if len(more) < 2 or not np.ptp(more):
            return None
        t = more.mean() / (more.std(ddof=1) / np.sqrt(len(more)))
        return Difference(float(default.mean()), float(other.mean()), float(t))

    def longest_quotes(self) -> NDArray[np.float64]:
        """The longest quote of each piece of the default setting, in beats, float64[pieces]."""
        return self.values[_DEFAULT][LONGEST_QUOTE.name]

    def as_json(self) -> dict[str, Any]:
        """Everything, by measure and source, for JSON; null for nothing."""
        measures = {}
        for measure in MEASURES:
            spreads = {source: self.spread(source, measure) for source in self.sources}
            within = self.within(measure)
            differ = {source: self.difference(source, measure) for source in self.composed}
            measures[measure.name] = {
                "unit": measure.unit,
                "within": within and asdict(within),
                "sources": {name: spread and asdict(spread) for name, spread in spreads.items()},
                "differences": {name: found and asdict(found) for name, found in differ.items()},
            }
        quotes = self.longest_quotes()
        return {
            "bars": BARS,
            "pieces": {source: self.pieces(source) for source in self.sources},
            "measures": measures,
            "longest_quote_of_all": float(quotes.max()),
            "share_quoting_too_long": float((quotes > MAX_QUOTE_BEATS).mean()),
        }


def compare(
    bundle: Bundle, preset: Preset, n_pieces: int, seed: int, progress: Progress
) -> Comparison:
    """Measures `n_pieces` of each source; compositions have the seeds from `seed` on.

    The sources: real tunes; the default setting, which is the preset with this bundle; the paper's
    free run, by nearest code and without a form; the farthest codes; a Markov chain of steps.
    """
    default = default_settings(bundle, preset)
    free = replace(default, rules=default.rules.plain(), form=Form.NONE)
    farthest = replace(free, retrieve=Retrieve.MAX)
    composed = {_DEFAULT: default, _FREE: free, _FARTHEST: farthest}
    values = _values(bundle, composed, n_pieces, seed, progress)
    drawn = MarkovChain(bundle.library).pieces(
        n_pieces, BARS * bundle.library.grid.bar_steps, np.random.default_rng(seed)
    )
    tunes = RealTunes(bundle.library, harmony_vocabulary(bundle.vocabulary), bundle.mode)
    values[_MARKOV] = _measured([uncut_piece(bundle, steps) for steps in drawn], tunes)
    return Comparison(values, (_FREE, _FARTHEST))


def ablate(
    bundle: Bundle, preset: Preset, n_pieces: int, seed: int, progress: Progress
) -> Comparison:
    """Measures the default setting without each ranking term, and at other adventures.

    The pieces of each setting have the seeds from `seed` on.
    """
    default = default_settings(bundle, preset)
    rules = default.rules
    changed = {"nothing ranked but the fit": replace(rules, terms=FIT)}
    for term in (term for term in rules.terms if term != CHART):
        left = tuple(other for other in rules.terms if other != term)
        changed[f"without {term}"] = replace(rules, terms=left)
    for adventure in _ADVENTURES:
        changed[f"adventure {adventure:g}"] = replace(rules, adventure=adventure)
    composed = {name: replace(default, rules=other) for name, other in changed.items()}
    values = _values(bundle, {_DEFAULT: default, **composed}, n_pieces, seed, progress)
    return Comparison(values, tuple(composed))


def _values(
    bundle: Bundle,
    composed: Mapping[str, Settings],
    n_pieces: int,
    seed: int,
    progress: Progress,
) -> dict[str, Mapping[str, NDArray[np.float64]]]:
    """The measures of real tunes, and of compositions with some settings."""
    index = CodeIndex(bundle.backward, bundle.shape)
    tunes = RealTunes(bundle.library, harmony_vocabulary(bundle.vocabulary), bundle.mode)
    rng = np.random.default_rng(seed)
    progress("Reading the tunes", 0.0)
    values: dict[str, Mapping[str, NDArray[np.float64]]] = {
        _REAL: _measured(list(real_pieces(bundle, n_pieces, rng)), tunes)
    }
    for source, settings in composed.items():
        pieces = []
        for number in range(n_pieces):
            progress(f"Composing: {source}", number / n_pieces)
            pieces.append(composed_piece(bundle, index, replace(settings, seed=seed + number)))
        values[source] = _measured(pieces, tunes)
    progress("Composing", 1.0)
    return values


def default_settings(bundle: Bundle, preset: Preset) -> Settings:
    """The settings of the preset with this bundle, in C major or A minor."""
    home = Key(9 if bundle.mode is Mode.MINOR else 0, bundle.mode)
    return Settings.of_preset(
        preset, bundle.library.grid,
        tempo_bpm=None, key=home, form=None, retrieve=Retrieve.MIN, seed=0, bars=BARS,
    )  # fmt: skip


def _measured(pieces: Sequence[Piece], tunes: RealTunes) -> dict[str, NDArray[np.float64]]:
    return {
        measure.name: np.array([measure.of(piece, tunes) for piece in pieces])
        for measure in MEASURES
    }


def _without_nan(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[~np.isnan(values)]
