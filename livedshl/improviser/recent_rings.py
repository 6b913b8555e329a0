"""Keeps what the index found last: a plan asks for the same rings several times in a row.

Two ways through a section often play the same segment, and a wish that nobody fulfils asks again
without it. Among 1,000,000 segments four queries in ten repeat one of the last few.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator

from livedshl.index import Ring

_KEPT = 4  # queries; each holds a byte for every code of the index until all rings are found


class _SharedRings:
    """Rings that are searched for once, however often they are gone through."""

    def __init__(self, rings: Iterator[Ring]) -> None:
        self._rings = rings
        self._found: list[Ring] = []

    def __iter__(self) -> Iterator[Ring]:
        at = 0
        while True:
            if at == len(self._found):
                if (ring := next(self._rings, None)) is None:
                    return
                self._found.append(ring)
            yield self._found[at]
            at += 1


class RecentRings:
    """The rings around the segments that were asked for last."""

    def __init__(self) -> None:
        self._recent: OrderedDict[int, _SharedRings] = OrderedDict()

    def around(self, segment: int, search: Callable[[], Iterator[Ring]]) -> Iterator[Ring]:
        """The rings around a segment. search: begins to find them, if they are not known yet."""
        if segment not in self._recent:
            self._recent[segment] = _SharedRings(search())
            if len(self._recent) > _KEPT:
                self._recent.popitem(last=False)
        self._recent.move_to_end(segment)
        return iter(self._recent[segment])
