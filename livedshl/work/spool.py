"""Keeps things on disk between two passes over them, in order: there may be millions."""

import pickle
import tempfile
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Generic, TypeVar

_Thing = TypeVar("_Thing")


class Spool(Generic[_Thing]):
    """Things in a nameless file, which is gone with this process."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="livedshl-")  # noqa: SIM115
        self._length = 0

    def __enter__(self) -> "Spool[_Thing]":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[_Thing]:
        """All things, from the first; one pass at a time."""
        self._file.seek(0)
        for _ in range(self._length):
            yield pickle.load(self._file)

    def append(self, thing: _Thing) -> None:
        """Adds a thing at the end."""
        pickle.dump(thing, self._file, pickle.HIGHEST_PROTOCOL)
        self._length += 1

    def passing(self, things: Iterable[_Thing]) -> Iterator[_Thing]:
        """Adds things as they pass by."""
        for thing in things:
            self.append(thing)
            yield thing
