"""How late events were sent: a histogram in memory that main process and player share.

The player counts in place. The main process can read it at any time, and keeps the counts of a
player that died.
"""

import mmap
import os
import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import inf

_UNIT_S = 1e-5
_UNITS = 10_000  # the last one counts everything from 100 ms on
_WORST = _UNITS  # the index of the greatest lateness, in nanoseconds
_BYTES = 8 * (_UNITS + 1)
_IN_MEMORY = "/dev/shm"  # writing to a file on a disk could block


class Lateness:
    """A histogram of the seconds by which events were behind their deadlines.

    handle: opens it in a child process; "" if it belongs to this process alone.
    inherited: the file descriptors that such a child must inherit.
    """

    def __init__(self, memory: mmap.mmap, handle: str = "", inherited: Sequence[int] = ()) -> None:
        self.handle = handle
        self.inherited = tuple(inherited)
        self._counts = memoryview(memory).cast("Q")

    @classmethod
    def shared(cls) -> "Lateness":
        """A new one that child processes can open. It lasts until all of them have gone."""
        if sys.platform == "win32":  # we have no Windows machine to test this on
            name = f"livedshl-{os.urandom(8).hex()}"
            return cls(mmap.mmap(-1, _BYTES, tagname=name), name)
        from tempfile import mkstemp  # the player process never needs it

        folder = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None
        descriptor, path = mkstemp(dir=folder)
        os.unlink(path)  # noqa: PTH108  the player has no other need of pathlib, which is large
        os.truncate(descriptor, _BYTES)
        return cls(mmap.mmap(descriptor, _BYTES), str(descriptor), [descriptor])

    @classmethod
    def opened(cls, handle: str) -> "Lateness":
        """The one of this handle; for "", a private one."""
        if not handle:
            return cls(mmap.mmap(-1, _BYTES))
        if sys.platform == "win32":
            return cls(mmap.mmap(-1, _BYTES, tagname=handle))
        return cls(mmap.mmap(int(handle), _BYTES))

    def add(self, seconds: float) -> None:
        """Counts an event that was sent this late."""
        self._counts[min(_UNITS - 1, int(seconds / _UNIT_S))] += 1
        nanoseconds = int(seconds * 1e9)
        if nanoseconds > self._counts[_WORST]:
            self._counts[_WORST] = nanoseconds

    @property
    def worst_ms(self) -> float:
        """The greatest lateness in milliseconds."""
        return self._counts[_WORST] / 1e6

    def quantile_ms(self, share: float) -> float:
        """Milliseconds within which this share, 0 to 1, of the events was sent; 0 without any."""
        reached = list(accumulate(self._counts[:_UNITS]))
        if not reached[-1]:
            return 0.0
        unit = bisect_left(reached, share * reached[-1])
        edge_ms = inf if unit == _UNITS - 1 else (unit + 1) * _UNIT_S * 1e3
        return min(edge_ms, self.worst_ms)

    def rows(self, edges_ms: Sequence[float]) -> Iterator[tuple[float, int]]:
        """How many events were late by up to each of these milliseconds, ascending, and `inf`."""
        first = 0
        for edge_ms in edges_ms:
            end = round(edge_ms / 1e3 / _UNIT_S)
            yield edge_ms, sum(self._counts[first:end])
            first = end
        yield inf, sum(self._counts[first:_UNITS])

    def close(self) -> None:
        """Closes it here; child processes keep theirs."""
        for descriptor in self.inherited:
            os.close(descriptor)
        self.inherited = ()
