"""The outlook: what may open the next section, found before the section is due."""

from dataclasses import dataclass

from livedshl.improviser.chooser import Chosen, SegmentChooser
from livedshl.improviser.section_state import SectionState
from livedshl.units import MOST_CHOICES


@dataclass(frozen=True, slots=True)
class Outlook:
    """What may come next.

    section: the name of the section that begins, "A2"; "" in a free run. returns: whether the form
    brings it back, unless somebody chooses. openings: the best first, each of another tune.
    """

    section: str
    returns: bool
    openings: tuple[Chosen, ...]


NOTHING_COMES = Outlook("", False, ())


def outlook_of(state: SectionState, chooser: SegmentChooser) -> Outlook:
    """The outlook where a section begins, or in the midst of a free run."""
    moment, tune_of = state.moment(), state.repertoire.library.tune_of
    by_tune: dict[int, Chosen] = {}
    for chosen in chooser.openings(state.line, moment, state.section):
        by_tune.setdefault(int(tune_of[chosen.segment]), chosen)
        if len(by_tune) == MOST_CHOICES:
            break
    place = state.run.place
    return Outlook(
        place.name if place else "",
        bool(state.section and state.section.segments),
        tuple(by_tune.values()),
    )
