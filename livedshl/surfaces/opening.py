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
_CLOSING_S = 0.8  # the screen has this long to close after the music


def play_under_screen(
    session: Session, learn: Callable[[Gesture, Gesture], str] | None = None
) -> PlayerReport | None:
    """Plays the session as `Session.run` does, and shows it from the main thread.

    The screen opens after the first note, because loading it takes longer than starting to play.
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
    """Leaves the process if the screen does not close after the music is over.

    Textual waits for ever once its terminal is gone, or is not read. All files are closed by then.
    """
    playing.join()
    if not closed.wait(_CLOSING_S):
        os._exit(1)


def _run(session: Session, outcome: "Future[PlayerReport | None]") -> None:
    try:
        outcome.set_result(session.run())
    except BaseException as error:  # `result` raises it
        outcome.set_exception(error)


def _show(
    session: Session, playing: Thread, learn: Callable[[Gesture, Gesture], str] | None
) -> None:
    from livedshl.surfaces.screen import Cockpit

    cockpit = Cockpit(session, playing, learn)
    root = logging.getLogger()
    before = root.handlers
    root.handlers = [_ScreenHandler(cockpit.tell)]  # lines on the terminal would tear the screen
    try:
        cockpit.run()
    finally:
        root.handlers = before


class _ScreenHandler(logging.Handler):
    """Shows log lines on the screen."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(record.getMessage())
