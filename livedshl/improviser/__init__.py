"""Improvises: retrieves what may follow by code, draws one and joins it on, section by section.

It counts in beats and steps and knows nothing of seconds or ports.
"""

from livedshl.improviser.chart import Chart
from livedshl.improviser.form import Form
from livedshl.improviser.groundwork import Groundwork
from livedshl.improviser.improvisation import Improvisation
from livedshl.improviser.outlook import Outlook
from livedshl.improviser.passage import Passage, Place
from livedshl.improviser.provenance import Candidate, Provenance, provenance_of
from livedshl.improviser.repertoire import Repertoire
from livedshl.improviser.rules import ContinuationRules, Retrieve

__all__ = [
    "Candidate",
    "Chart",
    "ContinuationRules",
    "Form",
    "Groundwork",
    "Improvisation",
    "Outlook",
    "Passage",
    "Place",
    "Provenance",
    "Repertoire",
    "Retrieve",
    "provenance_of",
]
