"""What a model's tunes tell, worked out once for all the music that is made of them."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle
from livedshl.improviser.habits import Habits
from livedshl.improviser.harmony import SectionHarmony
from livedshl.improviser.hubness import handicaps
from livedshl.improviser.quotes import Melodies
from livedshl.music.motifs import is_onset
from livedshl.music.sections import SectionRole
from livedshl.music.segments import PITCH, REST
from livedshl.networks.next_step import NextStep

_SOUNDING = 0.5  # of the first bar, from which a single note is a beginning


class Groundwork:
    """A model, and what its tunes tell; each fact is found when first needed.

    The first note does not wait for all of it. Another chart, or a model that comes again, finds it
    there: the next section is then planned in half the time. For a model that is chosen while
    music plays, another thread finds all of it beforehand.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.harmony = SectionHarmony(bundle)
        self.melodies = Melodies(bundle.library)

    def prepare(self) -> None:
        """Finds all of it now; any thread may."""
        library = self.bundle.library
        _ = library.forms, library.content_ids, library.types, self.melodies.by_seed
        _ = self.habits, self.next_step, self.handicaps
        self.harmony.prepare()

    @cached_property
    def habits(self) -> Habits:
        """What is usual in the tunes."""
        return Habits.of(self.bundle.library)

    @cached_property
    def next_step(self) -> NextStep | None:
        """How likely steps follow others; None if the model has no network for that."""
        weights = self.bundle.next_step
        return None if weights is None else NextStep(weights, self.bundle.vocabulary.heard_as)

    @cached_property
    def openings(self) -> NDArray[np.int32]:
        """The segments that open a section, int32[m].

        Those with a silent first bar are left out, and so are those in which only the last note of
        the phrase before is heard: songs have such sections, but no tune is heard to begin there.
        """
        library = self.bundle.library
        opening = np.flatnonzero(self.bundle.roles & SectionRole.OPENS > 0).astype(np.int32)
        first_bar = library.contents(opening)[:, : library.grid.bar_steps]
        sounds = (first_bar[..., PITCH] != REST).mean(axis=1) > _SOUNDING
        begins = sounds | (np.count_nonzero(is_onset(first_bar), axis=1) > 1)
        return opening[begins] if begins.any() else opening

    @cached_property
    def handicaps(self) -> NDArray[np.int64]:
        """By how many symbols each of `openings` counts as farther, int64[m]; see `hubness`."""
        return handicaps(self.bundle, self.openings)
