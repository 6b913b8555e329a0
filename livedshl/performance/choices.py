"""What may open the next section, for a player to choose from."""

from dataclasses import dataclass

from livedshl.bundle import Bundle
from livedshl.improviser import Outlook


@dataclass(frozen=True, slots=True)
class TuneChoice:
    """A tune that could open the next section.

    segment: where it is in the library. song: the tune's title. bar: of the tune, counted from 1.
    hamming: in how many symbols its code differs from the one asked for, and distance: which share
    of them that is; None where the code is not asked.
    """

    segment: int
    song: str
    bar: int
    hamming: int | None
    distance: float | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen, by number from 1.

    section: the name of the section that it opens, "A2"; "" in a free run. returns: whether the
    form brings that section back, unless somebody chooses.
    """

    section: str
    returns: bool
    tunes: tuple[TuneChoice, ...]


NO_CHOICES = Choices("", False, ())


def choices_of(outlook: Outlook, bundle: Bundle) -> Choices:
    """What a player can choose from."""
    library, length = bundle.library, bundle.shape.length
    tunes = []
    for opening in outlook.openings:
        found = opening.continuation
        hamming = found.hamming if found else None
        title = library.tunes[library.tune_of[opening.segment]].title
        bar = library.beat_in_tune(opening.segment) // library.grid.bar_beats + 1
        distance = None if hamming is None else hamming / length
        tunes.append(TuneChoice(opening.segment, title, bar, hamming, distance))
    return Choices(outlook.section, outlook.returns, tuple(tunes))
