"""What keeps the thread of a surface going whatever comes, and lets it leave in time."""

import logging
from collections.abc import Callable
from contextlib import suppress
from threading import Event

LEAVING_S = 0.3  # that leaving waits for such a thread
_PAUSE_S = 0.1  # after a failure, which may come again at once

log = logging.getLogger(__name__)


def run_steadily(
    run: Callable[[], None], left: Event, name: str, tell: Callable[[str], None]
) -> None:
    """Calls `run` until `left` is set, again whenever it fails. The first failure is told.

    name: what the user calls what failed. tell: shows the user a line; it may fail as well.
    """
    told = False
    while not left.is_set():
        try:
            run()
        except Exception as error:  # whatever it is, the music and its other controls go on
            log.debug("%s failed", name, exc_info=error)
            if not told:
                told = True
                with suppress(Exception):
                    tell(f"{name} failed and carries on ({type(error).__name__}: {error})")
            left.wait(_PAUSE_S)
