"""Plays a session under a screen, which opens when the music has begun."""

import logging
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Event, Thread

from livedshl.live.performer import PlayerReport
from livedshl.live.session import Session
from livedshl.surfaces.gesture import Gesture

_POLL_S = 0.05
_PATIENCE_S = 3.0  # the screen waits so long at most for the first section
_CLOSING_S = 0.8  # the screen has this long to close after the music

log = logging.getLogger(__name__)


def play_under_screen(
    session: Session,
    learn: Callable[[Gesture, Gesture], str] | None = None,
    on_broken: Callable[[str], None] = lambda why: None,
    address: Sequence[str] = (),
) -> PlayerReport | None:
    """Plays the session as `Session.run` does, and shows it from the main thread.

    The screen opens once the first section is planned: loading it takes longer than starting to
    play, and on a slow machine the notes of the second passage would be late.
    on_broken: called if the screen breaks, with the reason. The music goes on without it.
    address: of the web page, with its QR code, line by line, which a key shows.
    """
    outcome: Future[PlayerReport | None] = Future()
    closed = Event()
    playing = Thread(target=_run, args=(session, outcome), name="session")
    with session.signals():
        playing.start()
        try:
            _await_music(session, playing)
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


def _await_music(session: Session, playing: Thread) -> None:
    """Waits until the first section is planned: the passage after the first is then there."""
    begun_s: float | None = None
    while playing.is_alive():
        if snapshot := session.snapshot():
            begun_s = begun_s or time.monotonic()
            if len(snapshot.chunks) > 1 or time.monotonic() > begun_s + _PATIENCE_S:
                return
        playing.join(_POLL_S)


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
