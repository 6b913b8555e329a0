"""Learns codes of accompaniment without some songs, and measures them on those songs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from livedshl.evaluation.accompaniment.baselines import BAR_BASELINES
from livedshl.evaluation.accompaniment.contest import BarContest, BarRanker
from livedshl.evaluation.accompaniment.figures import BarFigures
from livedshl.evaluation.accompaniment.laying import laid_figures
from livedshl.evaluation.codes.intervals import Figure
from livedshl.learning.accompaniment.networks import AccompanimentNetworks
from livedshl.learning.accompaniment.reading import AccompaniedSongs, read_accompanied
from livedshl.learning.accompaniment.training import AccompanimentSettings, train_accompaniment
from livedshl.learning.networks import to_code
from livedshl.music.accompaniment_features import AccompanimentBars
from livedshl.progress import Progress

_BLOCK = 1024  # bars
_LAID = ("most similar rhythm", "chance")  # beside the codes


@dataclass(frozen=True, slots=True, eq=False)
class AccompanimentEvaluation:
    """How well accompaniment is found.

    settings: of the training. songs, held_out: numbers of songs. bars, pairs, queries: numbers of
    bars in all, of pairs learned from, and of questions. candidates: the most to choose from.
    methods: the figures of the codes, of the scores before they became codes, and of other methods.
    laid: of what is found in other songs, laid on the song.
    """

    settings: AccompanimentSettings
    songs: int
    held_out: int
    bars: int
    pairs: int
    queries: int
    candidates: int
    methods: Mapping[str, Mapping[str, Figure]]
    laid: Mapping[str, BarFigures]

    def as_json(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return asdict(self)


def evaluate_accompaniment(
    paths: Sequence[str],
    share: float,
    seed: int,
    progress: Progress,
    settings: AccompanimentSettings | None = None,
) -> AccompanimentEvaluation:
    """Learns from the songs in `paths` but for a share of them, and measures on those.

    seed: of the choice of songs, the training and every other random choice. Raises CorpusError.
    """
    return evaluate_songs(read_accompanied(paths, progress), share, seed, progress, settings)


def evaluate_songs(
    songs: AccompaniedSongs,
    share: float,
    seed: int,
    progress: Progress,
    settings: AccompanimentSettings | None = None,
) -> AccompanimentEvaluation:
    """The same for songs that were read."""
    settings = settings or AccompanimentSettings(seed=seed)
    bars = songs.bars
    contest = BarContest.of(bars, share, np.random.default_rng(seed))
    networks = train_accompaniment(bars, contest.training, settings, progress)
    by_codes, by_scores = _rankers(networks, bars, contest)
    rankers = {"codes": by_codes, "before they are codes": by_scores} | {
        name: fit(bars) for name, fit in BAR_BASELINES.items()
    }
    methods = {}
    for number, (name, ranker) in enumerate(rankers.items(), 1):
        methods[name] = contest.judge(ranker, np.random.default_rng(seed))
        progress("Measuring", number / len(rankers))
    laid = {name: rankers[name] for name in ("codes", *_LAID)}
    return AccompanimentEvaluation(
        settings=settings,
        songs=songs.n_songs,
        held_out=contest.held_out,
        bars=len(bars),
        pairs=len(contest.training),
        queries=len(contest.queries),
        candidates=max(map(len, contest.candidates.values())),
        methods=methods,
        laid=laid_figures(contest, songs.accompaniments, laid, np.random.default_rng(seed)),
    )


@torch.no_grad()
def _rankers(
    networks: AccompanimentNetworks, bars: AccompanimentBars, contest: BarContest
) -> tuple[BarRanker, BarRanker]:
    """By Hamming distance of codes, and by agreement of what the codes are made from."""
    rows = np.unique(np.concatenate(list(contest.candidates.values())))
    backward = torch.cat(
        [
            networks.soft_backward(bars, rows[start : start + _BLOCK]).half()
            for start in range(0, len(rows), _BLOCK)
        ]
    )

    def ranker(as_compared: Callable[[torch.Tensor], torch.Tensor]) -> BarRanker:
        @torch.no_grad()
        def rank(now: NDArray[np.int64], candidates: NDArray[np.int64]) -> NDArray[np.floating]:
            forward = as_compared(networks.soft_forward(bars, now)).flatten(1)
            places = torch.from_numpy(np.searchsorted(rows, candidates))
            agreement = [
                forward @ as_compared(backward[places[start : start + _BLOCK]].float()).flatten(1).T
                for start in range(0, len(places), _BLOCK)
            ]
            scores: NDArray[np.floating] = torch.cat(agreement, 1).numpy()
            return scores

        return rank

    def as_codes(soft: torch.Tensor) -> torch.Tensor:
        symbols = torch.from_numpy(to_code(soft)).long()
        return torch.nn.functional.one_hot(symbols, soft.shape[2]).float()

    return ranker(as_codes), ranker(lambda soft: soft)
