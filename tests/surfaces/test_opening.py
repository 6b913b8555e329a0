"""The screen beside the music: when it opens, and what becomes of the music if it breaks."""

from contextlib import nullcontext
from dataclasses import replace
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


class SlowlyPlanned(BreakableSession):
    """Its first section is planned after a few looks."""

    def snapshot(self):
        snapshot = super().snapshot()
        return snapshot if self.times_seen > 5 else replace(snapshot, chunks=snapshot.chunks[:1])


def test_the_screen_does_not_load_while_the_first_section_is_planned(monkeypatch):
    session, seen = SlowlyPlanned(None), []

    def open_and_close(cockpit):
        seen.append(len(session.snapshot().chunks))
        session.stop()

    monkeypatch.setattr(Cockpit, "run", open_and_close)
    play_under_screen(session)
    assert seen[0] > 1
