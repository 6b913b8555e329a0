"""Plays a session under a screen, which opens when the music has begun."""

import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Event, Thread

from livedshl.live.performer import PlayerReport
from livedshl.live.session import Session
from livedshl.surfaces.gesture import Gesture

_POLL_S = 0.05
_CLOSING_S = 0.8  # the screen has this long to close after the music

log = logging.getLogger(__name__)


def play_under_screen(
    session: Session,
    learn: Callable[[Gesture, Gesture], str] | None = None,
    on_broken: Callable[[str], None] = lambda why: None,
    address: Sequence[str] = (),
) -> PlayerReport | None:
    """Plays the session as `Session.run` does, and shows it from the main thread.

    The screen opens after the first note, because loading it takes longer than starting to play.
    on_broken: called if the screen breaks, with the reason. The music goes on without it.
    address: of the web page, with its QR code, line by line, which a key shows.
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
                fault = _show(session, playing, learn, address)
                closed.set()
                if playing.is_alive():
                    log.debug("the screen broke", exc_info=fault)
                    on_broken(f"{type(fault).__name__}: {fault}" if fault else "it closed")
            while playing.is_alive():
                playing.join(_POLL_S)  # a longer wait would hold up the signals on Windows
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
    session: Session,
    playing: Thread,
    learn: Callable[[Gesture, Gesture], str] | None,
    address: Sequence[str],
) -> Exception | None:
    """Shows the screen until the music is over. Returns what broke it, None if nothing did."""
    from livedshl.surfaces.screen import Cockpit

    cockpit = Cockpit(session, playing, learn, address)
    root = logging.getLogger()
    before = root.handlers
    root.handlers = [_ScreenHandler(cockpit.tell)]  # lines on the terminal would tear the screen
    try:
        return cockpit.run()
    except Exception as fault:  # such as a terminal that cannot be set up
        return fault
    finally:
        root.handlers = before


class _ScreenHandler(logging.Handler):
    """Shows log lines on the screen."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(record.getMessage())
