"""The loader thread: opens the model while the rest starts up."""

import threading
from collections.abc import Callable
from concurrent.futures import Future

from livedshl.bundle.model import Model
from livedshl.progress import Progress


class Loader:
    """Opens a model on a thread of its own.

    `progress` is called from that thread. The thread is a daemon, so that a user who stops while
    a model opens need not wait for it.
    """

    def __init__(self, load: Callable[[Progress], Model], progress: Progress) -> None:
        self._result: Future[Model] = Future()
        self._load = load
        self._progress = progress
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)

    def start(self) -> None:
        """Starts loading."""
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether `result` returns at once."""
        return self._result.done()

    def when_done(self, call: Callable[[Future[Model]], None]) -> None:
        """Calls back, on the loader's thread, with the model or with what loading raised."""
        self._result.add_done_callback(call)

    def result(self, timeout_s: float | None = None) -> Model:
        """Waits for the model. Raises what loading raised, or TimeoutError."""
        return self._result.result(timeout_s)

    def _run(self) -> None:
        try:
            self._result.set_result(self._load(self._progress))
        except BaseException as error:  # whatever it is, the waiting thread must learn of it
            self._result.set_exception(error)
