"""The same questions to every way of retrieving: which segment comes next in a song unheard?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.evaluation.codes.holdout import Holdout
from livedshl.evaluation.codes.intervals import Figure, mean_over_songs, median_over_songs
from livedshl.learning.pairs import Negatives
from livedshl.networks.contexts import Contexts

# Gives how well each candidate would follow each query, float[q, candidates]; higher is better.
Ranker = Callable[[Contexts], NDArray[np.floating]]

RECALLED_IN = (1, 10, 100)  # of recall: the first so many candidates
_NEGATIVES = 20  # filtered negatives a query
_BLOCK = 256  # queries at a time


@dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """Questions and the answers to choose from.

    queries: rows of `library` that ask, int64[q]. candidates: rows of `library`, one for every
        different content and place in the bar, int64[c]. truth: the candidate that does come
        next, int64[q]. song: the tune of each query, [q]. negatives: candidates that Eq. 6 takes
        for bad, -1 where none was found, int64[q, 20].
    """

    library: SegmentLibrary
    queries: NDArray[np.int64]
    candidates: NDArray[np.int64]
    truth: NDArray[np.int64]
    song: NDArray[np.int32]
    negatives: NDArray[np.int64]

    @classmethod
    def of(cls, holdout: Holdout, rng: np.random.Generator) -> "Contest":
        """The questions of the held-out songs; every segment there is, is a candidate."""
        library, queries = holdout.library, holdout.queries
        key = library.content_ids.astype(np.int64) * library.grid.cycle_beats + library.phases
        _, candidates, candidate_of = np.unique(key, return_index=True, return_inverse=True)
        training = holdout.training_rows[holdout.training_pairs].astype(np.int32)
        filtered = Negatives(library, training, queries)
        drawn = [filtered.draw(queries[:, 0], candidates, rng) for _ in range(_NEGATIVES)]
        return cls(
            library=library,
            queries=queries[:, 0].astype(np.int64),
            candidates=candidates.astype(np.int64),
            truth=candidate_of.ravel()[queries[:, 1]].astype(np.int64),
            song=library.tune_of[queries[:, 0]],
            negatives=np.stack(drawn, axis=1).astype(np.int64),
        )

    def judge(
        self,
        ranker: Ranker,
        rng: np.random.Generator,
        progress: Callable[[float], None] = lambda share: None,
    ) -> dict[str, Figure]:
        """The figures of a ranker by name; a tie counts as the mean of its possible outcomes.

        auc_filtered, auc_random: chance that the true next is preferred to a filtered negative,
        and to any candidate. median_rank_percent: of the true next, in percent of the candidates.
        recall@k: chance that it is among the k best. mrr: mean of 1 / rank. in_phase_...: the same
        among the candidates with its place in the bar.
        """
        phases = self.library.phases[self.candidates]
        answers: list[dict[str, NDArray[np.float64]]] = []
        for start in range(0, len(self.queries), _BLOCK):
            block = slice(start, start + _BLOCK)
            scores = ranker(self.library.contexts(self.queries[block]))
            truth = self.truth[block]
            in_phase = phases[None, :] == phases[truth][:, None]
            everywhere = _ranks(scores, truth, np.ones_like(in_phase))
            there = _ranks(scores, truth, in_phase)
            answers.append(
                {"auc_filtered": _preferred(scores, truth, self.negatives[block])}
                | everywhere
                | {f"in_phase_{name}": values for name, values in there.items()}
            )
            progress(min(1.0, (start + _BLOCK) / len(self.queries)))
        return dict(self._figures(answers, rng))

    def _figures(
        self, answers: list[dict[str, NDArray[np.float64]]], rng: np.random.Generator
    ) -> Iterator[tuple[str, Figure]]:
        for name in answers[0]:
            values = np.concatenate([answer[name] for answer in answers])
            asked = np.isfinite(values)
            figure = median_over_songs if "median" in name else mean_over_songs
            if asked.any():
                yield name, figure(values[asked], self.song[asked], rng)


def _ranks(
    scores: NDArray[np.floating], truth: NDArray[np.int64], among: NDArray[np.bool_]
) -> dict[str, NDArray[np.float64]]:
    """Where the true next of each query comes `among` the candidates, each float64[q]."""
    own = scores[np.arange(len(truth)), truth][:, None]
    better = ((scores > own) & among).sum(1)
    tied = ((scores == own) & among).sum(1)  # itself included
    n = among.sum(1)
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, scores.shape[1] + 1))])
    figures = {
        "auc_random": 1 - (better + (tied - 1) / 2) / np.maximum(n - 1, 1),
        "median_rank_percent": 100 * (better + (tied + 1) / 2) / n,
        "mrr": (harmonic[better + tied] - harmonic[better]) / tied,
    }
    recall = {f"recall@{k}": np.clip((k - better) / tied, 0, 1) for k in RECALLED_IN}
    return figures | recall


def _preferred(
    scores: NDArray[np.floating], truth: NDArray[np.int64], negatives: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Share of its negatives that the true next of each query beats, ties half; NaN of none."""
    rows = np.arange(len(truth))[:, None]
    own, other = scores[rows, truth[:, None]], scores[rows, negatives]
    wins = np.where(negatives >= 0, (own > other) + (own == other) / 2, np.nan)
    drawn = (negatives >= 0).sum(1)
    shares: NDArray[np.float64] = np.where(
        drawn > 0, np.nansum(wins, axis=1) / np.maximum(drawn, 1), np.nan
    )
    return shares
