"""Plays a session under a screen, which opens when the music has begun."""

import logging
import os
from collections.abc import Callable
from concurrent.futures import Future
from threading import Event, Thread

from livedshl.live.performer import PlayerReport
from livedshl.live.session import Session
from livedshl.surfaces.gesture import Gesture

_POLL_S = 0.05
_CLOSING_S = 3.0  # in which a screen closes when the music is over


def play_under_screen(
    session: Session, learn: Callable[[Gesture, Gesture], str] | None = None
) -> PlayerReport | None:
    """Plays the session, as `Session.run` does, while the main thread shows it.

    The screen takes longer to load than the music to begin, and would delay it: it comes after.
    """
    outcome: Future[PlayerReport | None] = Future()
    closed = Event()
    playing = Thread(target=_run, args=(session, outcome), name="session")
    with session.signals():
        playing.start()
        while playing.is_alive() and session.snapshot() is None:
            playing.join(_POLL_S)
        try:
            if playing.is_alive():
                Thread(target=_leave_without_terminal, args=(playing, closed), daemon=True).start()
                _show(session, playing, learn)
        finally:
            closed.set()
            session.stop()
            playing.join()
    return outcome.result()


def _leave_without_terminal(playing: Thread, closed: Event) -> None:
    """Leaves when the music is over but the screen does not close.

    Textual waits for ever where the terminal has gone; all files are closed by then.
    """
    playing.join()
    if not closed.wait(_CLOSING_S):
        os._exit(1)


def _run(session: Session, outcome: "Future[PlayerReport | None]") -> None:
    try:
        outcome.set_result(session.run())
    except BaseException as error:  # whoever waits for the outcome meets it
        outcome.set_exception(error)


def _show(
    session: Session, playing: Thread, learn: Callable[[Gesture, Gesture], str] | None
) -> None:
    from livedshl.surfaces.screen import Cockpit

    cockpit = Cockpit(session, playing, learn)
    root = logging.getLogger()
    before = root.handlers
    root.handlers = [_Telling(cockpit.tell)]  # lines on the terminal would tear the screen
    try:
        cockpit.run()
    finally:
        root.handlers = before


class _Telling(logging.Handler):
    """Shows what is logged on the screen."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(record.getMessage())
