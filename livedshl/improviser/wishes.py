"""What the form wishes of the segment that comes next: to open, to lead to a close, to vary."""

from collections.abc import Mapping
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle
from livedshl.improviser.continuation import Wish
from livedshl.improviser.line import Line
from livedshl.index import hamming
from livedshl.music.sections import SectionRole

# Shares of the symbols of a code: how much farther than the nearest what the form wishes may lie.
# A cadence is not given up for the code's sake.
_OPENING_REACH, _LEADING_REACH, _VARIATION_REACH, _CADENCE_REACH = 0.5, 0.6, 0.4, 1.0
# Of ways of two joins, to a cadence or through a variation, the shortest are taken: those by so
# much longer at most, and to a cadence by a first join so much farther than the nearest.
_NEARLY, _TURNING_REACH = 0.05, 0.2
_PAUSE_REACH = 0.25  # in the middle of a section a cadence may well be missing
_LOOKED_AT = 200  # segments, for such a way


class Cadence(Enum):
    """How a section closes; END: fully, and no pickup leads on."""

    HALF = "half close"
    FULL = "full close"
    END = "end"


class Wishes:
    """The wishes that a form can have in a bundle.

    opening: opens a section. pause: ends its first half.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        full = bundle.roles & SectionRole.FULL > 0
        closing = {
            Cadence.HALF: bundle.roles & SectionRole.HALF > 0,
            Cadence.FULL: full,
            Cadence.END: full & (bundle.roles & SectionRole.RESTS > 0),
        }
        self.opening = self._wish("opening", bundle.roles & SectionRole.OPENS > 0, _OPENING_REACH)
        self.pause = self._wish("pause", closing[Cadence.HALF], _PAUSE_REACH)
        # What leads to a close in its song, and what closes.
        self._leading: Mapping[Cadence, Wish] = {
            cadence: self._wish(f"to {cadence.value}", _before(bundle, among), _LEADING_REACH)
            for cadence, among in closing.items()
        }
        self._closing: Mapping[Cadence, Wish] = {
            cadence: self._wish(cadence.value, among, _CADENCE_REACH)
            for cadence, among in closing.items()
        }

    def before_close(self, beats: int, cadence: Cadence, line: Line) -> Wish | None:
        """What is wished so many beats before the segment that closes a section."""
        follow_beats = self._bundle.follow_beats
        if beats == 0:
            return self._closing[cadence]
        if beats <= follow_beats:
            return self._leading[cadence]
        if beats <= 2 * follow_beats:
            return self._turning(cadence, line)
        return None

    def variation(self, planned: int, after: int | None, line: Line) -> Wish | None:
        """Wishes a segment, none of the content of the planned one, by which the code has not far
        to the one that comes after it, if there is one.
        """
        bundle, playing = self._bundle, line.playing
        assert playing is not None, "nothing has been played that could go on"
        way = hamming(bundle.forward[playing], bundle.backward, bundle.shape).astype(np.int64)
        if after is not None:
            way += hamming(bundle.backward[after], bundle.forward, bundle.shape)
        content_ids = bundle.library.content_ids
        way[content_ids == content_ids[planned]] = 2 * bundle.shape.length
        reach = self._symbols(_NEARLY)
        near = line.continuator.allowed_within(playing, way, reach, _LOOKED_AT)
        return self._shortest("variation", near, way[near], _VARIATION_REACH)

    def _turning(self, cadence: Cadence, line: Line) -> Wish | None:
        """Wishes a near segment from which the code has not far to what leads to the cadence.

        Without it the step to the cadence is farther by half.
        """
        bundle, playing = self._bundle, line.playing
        leading = bundle.backward[self._leading[cadence].among]
        if playing is None or not len(leading):
            return None
        to = hamming(bundle.forward[playing], bundle.backward, bundle.shape)
        reach = self._symbols(_TURNING_REACH)
        near = line.continuator.allowed_within(playing, to, reach, _LOOKED_AT)
        onward = [hamming(bundle.forward[n], leading, bundle.shape).min() for n in near.tolist()]
        way = to[near].astype(np.int64) + np.array(onward, np.int64)
        return self._shortest(f"turn to {cadence.value}", near, way, reach=1.0)

    def _shortest(
        self, name: str, segments: NDArray[np.int32], way: NDArray[np.int64], reach: float
    ) -> Wish | None:
        """Wishes those of some segments by which the way is shortest, or nearly so."""
        if not len(segments):
            return None
        among = np.zeros(len(self._bundle.library), np.bool_)
        among[segments[way <= way.min() + self._symbols(_NEARLY)]] = True
        return self._wish(name, among, reach)

    def _wish(self, name: str, among: NDArray[np.bool_], reach: float) -> Wish:
        return Wish(name, among, self._symbols(reach))

    def _symbols(self, share: float) -> int:
        return round(share * self._bundle.shape.length)


def _before(bundle: Bundle, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which segments are followed, in their song, by one of `among`."""
    after = bundle.library.after(np.arange(len(bundle.library)), bundle.follow_beats)
    return np.asarray((after >= 0) & among[after], np.bool_)
