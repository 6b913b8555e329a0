"""How the field finds a continuation without learned codes: one method per module.

`fit` fits a method to songs and returns a `Ranker`. Where segments overlap, half of the next one
sounds already, so every method first prefers candidates that agree with it (`material.ranked`).
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
