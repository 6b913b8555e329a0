"""What the field would use to find a continuation, if there were no learned codes.

Each module holds one way, and a function that fits it to songs and gives a `Ranker`. At follow
distance 2 half of the next segment is known already: all of them then put the candidates whose
first two beats agree best with what is sounding first (`material.ranked`).
"""

from collections.abc import Callable

from livedshl.evaluation.codes.baselines import bigram, chance, markov, next_step, reduction
from livedshl.evaluation.codes.baselines.material import Material
from livedshl.evaluation.codes.contest import Ranker

BASELINES: dict[str, Callable[[Material], Ranker]] = {
    "random": chance.fit,
    "bigram": bigram.fit,
    "pmi": bigram.fit_mutual_information,
    "markov": markov.fit,
    "reduction": reduction.fit,
    "lstm": next_step.fit,
}
