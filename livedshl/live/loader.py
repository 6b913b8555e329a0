"""The loader thread: opens, or first computes, the code index while the rest starts up."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from livedshl.bundle import Bundle, open_bundle
from livedshl.index import CodeIndex
from livedshl.progress import Progress


@dataclass(frozen=True, slots=True, eq=False)
class LoadedIndex:
    """A bundle and the index over its backward codes, published whole."""

    bundle: Bundle
    index: CodeIndex


def load_index(prepare: Callable[[Progress], Path], progress: Progress) -> LoadedIndex:
    """Opens the bundle in the folder that `prepare` returns and indexes it.

    `prepare` may take long (it may read a corpus and encode it); it reports to `progress`.
    """
    bundle = open_bundle(prepare(progress), lambda share: progress("Opening the bundle", share))
    return LoadedIndex(bundle, CodeIndex(bundle.backward, bundle.shape))


class Loader:
    """Runs `load_index` on a thread of its own.

    `progress` is called from that thread. The thread ends by itself; it is a daemon, so that a
    user who stops during a long computation need not wait for it.
    """

    def __init__(self, prepare: Callable[[Progress], Path], progress: Progress) -> None:
        self._result: Future[LoadedIndex] = Future()
        self._prepare = prepare
        self._progress = progress
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)

    def start(self) -> None:
        """Starts loading."""
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether `result` returns at once."""
        return self._result.done()

    def result(self, timeout_s: float | None = None) -> LoadedIndex:
        """Waits for the index. Raises what loading raised, or TimeoutError."""
        return self._result.result(timeout_s)

    def _run(self) -> None:
        try:
            self._result.set_result(load_index(self._prepare, self._progress))
        except BaseException as error:  # whatever it is, the waiting thread must learn of it
            self._result.set_exception(error)
