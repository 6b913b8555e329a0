"""What the form wishes for next: a segment that opens, leads to a close, closes, or varies."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle
from livedshl.improviser.form import Cadence
from livedshl.improviser.line import Line
from livedshl.improviser.repertoire import Repertoire
from livedshl.improviser.retrieval import allowed_near
from livedshl.improviser.rules import Wish
from livedshl.index import CodeIndex, hamming
from livedshl.music.sections import SectionRole

# How much farther than the nearest a wished segment may lie, as a share of a code's symbols. A
# cadence comes however far it is. A pause in mid-section may be missed.
_OPENING_REACH, _LEADING_REACH, _VARIATION_REACH, _CADENCE_REACH = 0.5, 0.6, 0.4, 1.0
_PAUSE_REACH = 0.25
# When what is wished for is two joins away, all paths count whose two distances add up to at most
# `_SLACK` of the symbols more than the shortest. The first join alone may lie `_FIRST_SLACK`
# farther than the nearest candidate, and only that many candidates for it are looked at.
_SLACK, _FIRST_SLACK = 0.05, 0.2
_MOST_FIRST = 48
_FEWEST_OPENINGS = 8  # of one type; with fewer, tunes of every type may open
# Tunes that one has to be like, itself among them, to open a set. In 4/4 minor one tune in nine has
# fewer. In the larger kinds one in a hundred has, and the first note does not wait for so many to
# be typed, which takes 25 ms a thousand.
_FEWEST_KIN, _MOST_TYPED = 24, 1000
_MOST_TURNS = 16  # each is a query of its own


class Wishes:
    """The wishes that a form can have of the segments of a model.

    pause: to close the first half of a section.
    """

    def __init__(self, repertoire: Repertoire) -> None:
        bundle = repertoire.bundle
        self._repertoire = repertoire
        full = bundle.roles & SectionRole.FULL > 0
        closing = {
            Cadence.HALF: bundle.roles & SectionRole.HALF > 0,
            Cadence.FULL: full,
            Cadence.END: full & (bundle.roles & SectionRole.RESTS > 0),
        }
        self.pause = self._wish("pause", closing[Cadence.HALF], _PAUSE_REACH)
        self._closing = {
            cadence: self._wish(cadence.value, among, _CADENCE_REACH)
            for cadence, among in closing.items()
        }
        self._leading = {
            cadence: self._wish(f"to {cadence.value}", _before(bundle, among), _LEADING_REACH)
            for cadence, among in closing.items()
        }

    def opening(self, line: Line) -> Wish:
        """The wish to open a section: with a tune that is the same dance as its set.

        A new set is of one of the dances that the rules name, and of one that can go on: with too
        few tunes like it, it would soon be another dance.
        """
        library, groundwork = self._repertoire.library, self._repertoire.groundwork
        openings, reach = groundwork.openings, self._symbols(_OPENING_REACH)
        if line.playing is None and not self._is_choosy and len(library.tunes) > _MOST_TYPED:
            return Wish("opening", openings, reach)
        # No code asks for the very first segment, so none is a hub.
        handicaps = None if line.playing is None else groundwork.handicaps
        for fits in self._fitting(line):
            fitting = fits[library.tune_of[openings]]
            if fitting.sum() >= _FEWEST_OPENINGS:
                of_fitting = None if handicaps is None else handicaps[fitting]
                return Wish("opening", openings[fitting], reach, of_fitting)
        return Wish("opening", openings, reach, handicaps)

    def _fitting(self, line: Line) -> Iterator[NDArray[np.bool_]]:
        """Which tunes may open a section, bool[tunes], the choosiest first."""
        types, rules = self._repertoire.library.types, self._repertoire.rules
        if line.opener is not None:
            yield types.like(line.opener)
            return
        named = types.among(rules.dances, rules.notes_a_bar)
        yield named & (types.kin() >= _FEWEST_KIN)
        yield named

    @property
    def _is_choosy(self) -> bool:
        """Whether the rules name dances or numbers of notes."""
        rules = self._repertoire.rules
        return bool(rules.dances or rules.notes_a_bar)

    def before_close(self, beats: int, cadence: Cadence, line: Line) -> Wish | None:
        """The wish this many beats before the segment that closes a section.

        0 beats: to close. One segment before: to lead to the close, as in a song. Two before: to
        make the path to it short. None farther from the close.
        """
        follow_beats = self._repertoire.bundle.follow_beats
        if beats == 0:
            return self._indexed(self._closing, cadence)
        if beats <= follow_beats:
            return self._indexed(self._leading, cadence)
        if beats <= 2 * follow_beats:
            return self._turning(cadence, line)
        return None

    def variation(self, planned: int, following: int | None, line: Line) -> Wish | None:
        """The wish for another segment than `planned`, on a short path to the one that follows it.

        None if the rules allow none. Segments of the same content as `planned` do not count.
        following: None if nothing is planned after it.
        """
        bundle = self._repertoire.bundle
        near, path = allowed_near(self._repertoire, line, bundle.shape.length, _MOST_FIRST)
        content_ids = bundle.library.content_ids
        others = content_ids[near] != content_ids[planned]
        near, path = near[others], path[others]
        if following is not None:
            path = path + hamming(bundle.backward[following], bundle.forward[near], bundle.shape)
        return self._shortest("variation", near, path, _VARIATION_REACH)

    def _turning(self, cadence: Cadence, line: Line) -> Wish | None:
        """The wish for a near segment on a short path to one that leads to the cadence.

        Without this wish, the join to the cadence lies half as far again.
        """
        bundle, leading = self._repertoire.bundle, self._indexed(self._leading, cadence).index
        if line.playing is None or leading is None:
            return None
        near, first = allowed_near(self._repertoire, line, self._symbols(_FIRST_SLACK), _MOST_TURNS)
        path = first + leading.least_distances(bundle.forward[near])
        return self._shortest(f"turn to {cadence.value}", near, path, reach=1.0)

    def _indexed(self, wishes: dict[Cadence, Wish], cadence: Cadence) -> Wish:
        """A wish with an index of its own, made when first needed: the first note does not wait."""
        wish, bundle = wishes[cadence], self._repertoire.bundle
        if wish.index is None and len(wish.segments):
            index = CodeIndex(bundle.backward[wish.segments], bundle.shape)
            wish = wishes[cadence] = replace(wish, index=index)
        return wish

    def _shortest(
        self, name: str, segments: NDArray[np.int32], path: NDArray[np.int64], reach: float
    ) -> Wish | None:
        """The wish for those segments whose path is within `_SLACK` of the shortest."""
        if not len(segments):
            return None
        short = segments[path <= path.min() + self._symbols(_SLACK)]
        return Wish(name, np.sort(short), self._symbols(reach))

    def _wish(self, name: str, among: NDArray[np.bool_], reach: float) -> Wish:
        return Wish(name, np.flatnonzero(among).astype(np.int32), self._symbols(reach))

    def _symbols(self, share: float) -> int:
        return round(share * self._repertoire.bundle.shape.length)


def _before(bundle: Bundle, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which segments are followed, in their song, by one of `among`, bool[n]."""
    after = bundle.library.after(np.arange(len(bundle.library)), bundle.follow_beats)
    return np.asarray((after >= 0) & among[after], np.bool_)
