"""Asks every retrieval method the same questions: which segment comes next in an unheard song?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.evaluation.codes.holdout import Holdout
from livedshl.evaluation.codes.intervals import Figure, mean_over_songs, median_over_songs
from livedshl.learning.pairs import Negatives
from livedshl.networks.contexts import Contexts

# Scores each candidate as the successor of each query, float[q, candidates]; higher is better.
Ranker = Callable[[Contexts], NDArray[np.floating]]

RECALLED_IN = (1, 10, 100)  # k of recall@k
_NEGATIVES = 20  # filtered negatives per query
_BLOCK = 256  # queries


@dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """Questions, and the answers to choose from.

    queries: rows of `library`, int64[q]. candidates: rows of `library`, one for each content and
        place in the bar, int64[c]. truth: the candidate that really follows, int64[q].
    song: the tune of each query, [q]. negatives: candidates that Eq. 6 rejects, or -1,
        int64[q, 20].
    """

    library: SegmentLibrary
    queries: NDArray[np.int64]
    candidates: NDArray[np.int64]
    truth: NDArray[np.int64]
    song: NDArray[np.int32]
    negatives: NDArray[np.int64]

    @classmethod
    def of(cls, holdout: Holdout, rng: np.random.Generator) -> "Contest":
        """Questions from the held-out songs. Every segment is a candidate."""
        library, queries = holdout.library, holdout.queries
        key = library.content_ids.astype(np.int64) * library.grid.cycle_beats + library.phases
        _, candidates, candidate_of = np.unique(key, return_index=True, return_inverse=True)
        training = holdout.training_rows[holdout.training_pairs].astype(np.int32)
        training = training[(training < len(library)).all(1)]  # not of other corpora
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
        """The figures of a ranker, by name. A tie counts as the mean of its possible outcomes.

        auc_filtered, auc_random: chance that the true successor outranks a filtered negative, and
        any candidate. median_rank_percent: of the true successor, in percent of the candidates.
        recall@k: chance that it is among the k best. mrr: mean of 1 / rank. in_phase_*: the same
        among candidates with its place in the bar.
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
    """How the true successor of each query ranks `among` the candidates, each float64[q]."""
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
    """Share of negatives that each true successor outranks; a tie is half; NaN without any."""
    rows = np.arange(len(truth))[:, None]
    own, other = scores[rows, truth[:, None]], scores[rows, negatives]
    wins = np.where(negatives >= 0, (own > other) + (own == other) / 2, np.nan)
    drawn = (negatives >= 0).sum(1)
    shares: NDArray[np.float64] = np.where(
        drawn > 0, np.nansum(wins, axis=1) / np.maximum(drawn, 1), np.nan
    )
    return shares
