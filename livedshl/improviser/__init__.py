"""Chooses what comes next and joins it on: continuation by codes, then the merge at a splice.

Counts in beats and steps; knows neither seconds nor ports.
"""

from livedshl.improviser.chart import Chart
from livedshl.improviser.continuation import ContinuationRules, Retrieve, Wish
from livedshl.improviser.form import Form, Improvisation
from livedshl.improviser.line import Passage, Place
from livedshl.improviser.provenance import Candidate, Provenance, provenance_of

__all__ = [
    "Candidate",
    "Chart",
    "ContinuationRules",
    "Form",
    "Improvisation",
    "Passage",
    "Place",
    "Provenance",
    "Retrieve",
    "Wish",
    "provenance_of",
]
