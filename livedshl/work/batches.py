"""Carries out batches of work in any order, and gives the results in theirs.

A worker that dies costs its tasks again and nothing else. A batch that kills worker after worker is
halved until the item is found that does it.
"""

import pickle
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from livedshl.errors import LivedshlError
from livedshl.version import __version__
from livedshl.work.crew import Crew

_LOOK_S = 0.2  # a longer wait could not be interrupted on Windows
_PATIENCE_S = 1800.0  # without any answer; a batch of tunes that all hang takes 11 minutes
_MOST_LOST = 5
_AHEAD = 3  # batches for each worker that are on their way or wait for an earlier one

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def in_order(
    crew: Crew,
    function: Callable[..., Sequence[_Result]],
    batches: Iterable[Sequence[_Item]],
    give_up: Callable[[_Item], _Result],
    common: object = None,
) -> Generator[list[_Result], None, None]:
    """The results of each batch, in the order of the batches.

    function: makes a result of each item. Workers must be able to import it. It gets the items,
        and `common` if there is one: something large that is sent once and not with each batch.
    batches: taken as they are needed, so there may be any number. An empty one is fine.
    give_up: the result for an item that kills whoever works on it.

    Raises what `function` raises, and LivedshlError if no worker answers any more.
    """
    flow = _Flow(crew, function, give_up, common)
    coming = iter(batches)
    under_way: deque[_Batch[_Item, _Result]] = deque()
    exhausted = False
    try:
        while True:
            while not exhausted and len(under_way) < _AHEAD * crew.size():
                items = next(coming, None)
                if items is None:
                    exhausted = True
                else:
                    under_way.append(flow.begin(items))
            if not under_way:
                return
            while under_way[0].missing:
                flow.wait()
            yield under_way.popleft().results()
    finally:
        flow.cancel()


@dataclass(slots=True)
class _Batch(Generic[_Item, _Result]):
    """A batch that was begun. missing: how many results are. found: by the place of the first."""

    items: Sequence[_Item]
    missing: int
    found: dict[int, Sequence[_Result]] = field(default_factory=dict)

    def results(self) -> list[_Result]:
        """The results in the order of the items."""
        return [result for _, part in sorted(self.found.items()) for result in part]


@dataclass(frozen=True, slots=True)
class _Part(Generic[_Item, _Result]):
    """Items `start` to `stop` of a batch, with a worker. lost: how many have died over them."""

    batch: _Batch[_Item, _Result]
    start: int
    stop: int
    lost: int = 0


class _Flow(Generic[_Item, _Result]):
    """The parts of batches that workers have at the moment."""

    def __init__(
        self,
        crew: Crew,
        function: Callable[..., Sequence[_Result]],
        give_up: Callable[[_Item], _Result],
        common: object,
    ) -> None:
        self._crew = crew
        self._content = pickle.dumps(common)
        self._common = self._content if common is None else crew.share(self._content)
        self._function = function
        self._give_up = give_up
        self._under_way: dict[Future[bytes], _Part[_Item, _Result]] = {}
        self._heard = time.monotonic()

    def begin(self, items: Sequence[_Item]) -> _Batch[_Item, _Result]:
        """Gives a batch to the workers."""
        if not self._under_way:
            self._heard = time.monotonic()
        batch = _Batch[_Item, _Result](items, len(items))
        if items:
            self._submit(_Part(batch, 0, len(items)))
        return batch

    def wait(self) -> None:
        """Waits a moment for results. Raises what a worker raised."""
        done, _ = wait(self._under_way, _LOOK_S, FIRST_COMPLETED)
        for future in done:
            self._take(future, self._under_way.pop(future))
        if done:
            self._heard = time.monotonic()
        elif time.monotonic() - self._heard > _PATIENCE_S:
            raise LivedshlError(
                f"no worker has answered for {_PATIENCE_S / 60:.0f} minutes",
                remedy="Give the command again: it goes on where it stopped",
            )
        self._crew.check()

    def cancel(self) -> None:
        """Takes back what no worker has begun."""
        for future in self._under_way:
            future.cancel()

    def _submit(self, part: _Part[_Item, _Result]) -> None:
        items = list(part.batch.items[part.start : part.stop])
        call = pickle.dumps((self._function, items))
        future = self._crew.executor.submit(carry_out, call, self._common, __version__)
        self._under_way[future] = part

    def _take(self, future: "Future[bytes]", part: _Part[_Item, _Result]) -> None:
        try:
            results: Sequence[_Result] = pickle.loads(future.result())
        except CancelledError:
            self._once_more(part)
        except self._crew.lost:
            self._again(part)
        else:
            self._keep(part, results)

    def _keep(self, part: _Part[_Item, _Result], results: Sequence[_Result]) -> None:
        part.batch.found[part.start] = results
        part.batch.missing -= part.stop - part.start

    def _once_more(self, part: _Part[_Item, _Result]) -> None:
        """Tries a part again that was lost on the way, with what its worker may have lacked."""
        if part.lost >= _MOST_LOST:
            raise LivedshlError(
                "the workers lose what they are given",
                remedy="Give the command again: it goes on where it stopped",
            )
        if self._common is not self._content:
            self._common = self._crew.share(self._content)
        self._submit(_Part(part.batch, part.start, part.stop, part.lost + 1))

    def _again(self, part: _Part[_Item, _Result]) -> None:
        """Tries a part again whose worker died; by halves if too many have."""
        batch, start, stop = part.batch, part.start, part.stop
        middle = (start + stop) // 2
        if part.lost + 1 < self._crew.tries:
            self._submit(_Part(batch, start, stop, part.lost + 1))
        elif stop - start > 1:
            self._submit(_Part(batch, start, middle))
            self._submit(_Part(batch, middle, stop))
        else:
            self._keep(part, [self._give_up(batch.items[start])])


def carry_out(call: bytes, common: bytes | Path, version: str) -> bytes:
    """Carries out a call for livedshl of this version, on a worker: the results, pickled.

    call: the function and the items, pickled. common: what calls have in common, pickled as well.
    """
    if version != __version__:
        raise LivedshlError(
            f"a worker has livedshl {__version__}, and this is {version}",
            remedy="Install the same version everywhere",
        )
    function, items = pickle.loads(call)
    shared = _unpickled(common if isinstance(common, bytes) else common.read_bytes())
    return pickle.dumps(function(items) if shared is None else function(items, shared))


@lru_cache(maxsize=4)
def _unpickled(content: bytes) -> Any:
    return pickle.loads(content)
