"""The page as the main process sees it: tells its server how things stand, and obeys it."""

import threading
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from livedshl.errors import LivedshlError
from livedshl.live.steady import LEAVING_S, run_steadily
from livedshl.performance.commands import Command
from livedshl.surfaces.announcement import told_of
from livedshl.surfaces.desk import Desk, Music
from livedshl.surfaces.gesture import Gesture
from livedshl.surfaces.web.news import News
from livedshl.surfaces.web.server_process import ServerProcess
from livedshl.surfaces.web.serving import Serving

_PERIOD_S = 0.04
_AGAIN_S = 1.0  # before a server that died is replaced; twice as long each time it dies young
_LONGEST_AGAIN_S = 30.0
_SAVE = "save"  # what a page asks for beside the commands


class SavedMusic(Music, Protocol):
    """What the page steers: a `Session`."""

    def save(self) -> Path:
        """Writes the last bars into a new file. Raises OutputError."""


class WebPage:
    """Serves the page by a process and a thread of its own, until it is left; a context manager.

    tell: shows the user a line.
    """

    def __init__(self, serving: Serving, music: SavedMusic, tell: Callable[[str], None]) -> None:
        self._serving = serving
        self._music = music
        self._tell = tell
        self._news = News(engraves=find_spec("verovio") is not None)
        self._desk = Desk(music, self._news.tell, self._tell_obeyed)
        self._again_s = _AGAIN_S
        self._left = threading.Event()
        run = partial(run_steadily, self._run, self._left, "The page", tell)
        self._thread = threading.Thread(target=run, name="page", daemon=True)

    def __enter__(self) -> "WebPage":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        self._thread.join(2 * LEAVING_S)

    def _run(self) -> None:
        """Serves until the server dies."""
        while self._music.snapshot() is None:  # the first note comes first
            if self._left.wait(_PERIOD_S):
                return
        began_s = time.monotonic()
        with ServerProcess(self._serving) as process:
            self._news.begin()
            while process.runs and not self._left.is_set():
                self._serve(process)
        if self._left.is_set():
            return
        if time.monotonic() - began_s > _LONGEST_AGAIN_S:
            self._again_s = _AGAIN_S
        self._tell(f"The page stopped; it comes back in {self._again_s:.0f} s. The music goes on.")
        self._left.wait(self._again_s)
        self._again_s = min(2 * self._again_s, _LONGEST_AGAIN_S)

    def _serve(self, process: ServerProcess) -> None:
        """Obeys what pages ask for, and tells them what is new."""
        for line in process.asked(_PERIOD_S):
            self._obey(line)
        self._desk.hand_on()
        snapshot = self._music.snapshot()
        for news in self._news.of(snapshot, time.monotonic()) if snapshot else ():
            if not process.tell(news):
                self._news.lost(news)

    def _obey(self, line: str) -> None:
        try:
            if line == _SAVE:
                self._news.saved(self._music.save())
            else:
                self._desk.press(Gesture.parse(line), time.perf_counter())
        except LivedshlError as error:
            self._desk.complain(str(error))

    def _tell_obeyed(self, asked: Command, obeyed: Command) -> None:
        self._news.tell(told_of(asked, obeyed))
