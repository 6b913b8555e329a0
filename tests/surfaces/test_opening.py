"""The screen beside the music: what becomes of the music if the screen breaks."""

from contextlib import nullcontext
from threading import Event

import pytest
from support.still import StillSession
from textual.app import App

from livedshl.surfaces.opening import play_under_screen
from livedshl.surfaces.screen import Cockpit


class BreakableSession(StillSession):
    """Plays until it is stopped. A fault in its `broken` method reaches the screen."""

    def __init__(self, broken):
        super().__init__()
        self._over = Event()
        if broken:
            setattr(self, broken, self.fail)

    def fail(self, *_):
        raise RuntimeError("a fault of ours\x1b[2J")

    def run(self):
        self._over.wait(20)
        return "the report"

    def signals(self):
        return nullcontext()

    def stop(self):
        super().stop()
        self._over.set()


class BrokenAfterTheFirstLook(BreakableSession):
    """Its snapshot can be had once, before the screen opens."""

    def snapshot(self):
        return super().snapshot() if self.times_seen == 0 else self.fail()


@pytest.mark.parametrize(
    "session", [BreakableSession("send"), BreakableSession("end"), BrokenAfterTheFirstLook(None)]
)
def test_the_music_goes_on_when_the_screen_breaks(monkeypatch, session):
    async def press(pilot):
        await pilot.press("m", "q")

    monkeypatch.setattr(
        Cockpit, "run", lambda cockpit: App.run(cockpit, headless=True, auto_pilot=press)
    )
    told = []

    def hear(why):
        told.append((why, session.stopped))
        session.stop()

    assert play_under_screen(session, on_broken=hear) == "the report"
    assert told == [("RuntimeError: a fault of ours\x1b[2J", False)]
