"""Engraves the lead sheet on a thread of its own: the newest one, while a page is open."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread

from livedshl.scores.screen_score import ScreenEngraver

_POLL_S = 0.2  # until a page is open


class SheetEngraving:
    """Turns news with MusicXML into news with a picture. pass_on: takes it, on the thread.

    wanted: whether a page is open.
    """

    def __init__(self, pass_on: Callable[[str], object], wanted: Callable[[], bool]) -> None:
        self._pass_on = pass_on
        self._wanted = wanted
        self._newest = b""
        self._has_news = Event()
        Thread(target=self._run, daemon=True).start()

    def take(self, line: bytes) -> None:
        """Engraves this one next, and none that came before it."""
        self._newest = line
        self._has_news.set()

    def _run(self) -> None:
        engraver: ScreenEngraver | None = None
        while True:
            self._has_news.wait()
            while not self._wanted():
                time.sleep(_POLL_S)
            self._has_news.clear()
            engraver = engraver or ScreenEngraver()
            with suppress(Exception):  # a score that cannot be drawn is left out
                self._pass_on(_engraved(engraver, self._newest))


def _engraved(engraver: ScreenEngraver, line: bytes) -> str:
    news = json.loads(line)
    score = engraver.engrave(news["score"])
    moments = [(news["from"] + tick, *place) for tick, *place in score.moments]
    return json.dumps(
        {
            "kind": "sheet",
            "svg": score.svg,
            "width": score.width,
            "height": score.height,
            "moments": moments,
            "sources": news["sources"],
        }
    )
