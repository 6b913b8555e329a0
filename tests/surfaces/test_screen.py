"""The screen, drawn: pictures of a performance that stands still, and what its keys do.

`pytest tests/surfaces/test_screen.py --snapshot-update -n0` draws the pictures again; look at each.
"""

import asyncio
from types import SimpleNamespace

import pytest
from support.still import CHOICES, StillSession

from livedshl.surfaces.screen import Cockpit

SIZES = [(80, 24), (120, 40)]
OF_EVERY_SIZE = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


@pytest.fixture
def session():
    return StillSession()


@pytest.fixture
def cockpit(session, monkeypatch):
    """The screen, its clock stopped: what it says stays, however slow the machine is."""
    clock = SimpleNamespace(monotonic=lambda: 0.0, perf_counter=lambda: 0.0)
    monkeypatch.setattr("livedshl.surfaces.screen.time", clock)
    return Cockpit(session, session)


async def some_frames(pilot, session):
    """Waits for a few frames, however slow the machine is, or for the screen to close."""
    until = session.times_seen + 3
    while session.times_seen < until and session.is_alive():
        await pilot.pause(0.02)
    await pilot.pause()


@pytest.fixture
def drawn_as_before(cockpit, session, snap_compare):
    """Whether the screen, after these keys, is the picture that was approved."""

    def compare(*keys, size=SIZES[0]):
        async def settle(pilot):
            await pilot.press(*keys)
            await some_frames(pilot, session)

        return snap_compare(cockpit, run_before=settle, terminal_size=size)

    return compare


@OF_EVERY_SIZE
def test_it_shows_what_plays_and_what_comes(drawn_as_before, size):
    assert drawn_as_before(size=size)


@OF_EVERY_SIZE
def test_the_help_shows_every_key_whole(drawn_as_before, size):
    assert drawn_as_before("question_mark", size=size)


def test_a_muted_part_is_marked_and_a_message_says_so(drawn_as_before):
    assert drawn_as_before("down", "m")


def test_a_number_chooses_what_opens_the_next_section(drawn_as_before):
    assert drawn_as_before("2")


def test_a_key_shows_the_codes(drawn_as_before):
    assert drawn_as_before("c")


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_it_ends_at_a_cadence_and_says_how_to_stop_at_once(drawn_as_before, session, key):
    assert drawn_as_before(key)
    assert session.ending and not session.stopped


def steer(cockpit, session, *keys):
    """Presses keys; returns when they have been obeyed."""

    async def run():
        async with cockpit.run_test(size=SIZES[0]) as pilot:
            await pilot.press(*keys)
            await some_frames(pilot, session)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("keys", "changed"),
    [
        ("m", {"muted": {"Melody"}}),
        ("mm", {"muted": set()}),
        ("o", {"soloed": {"Melody"}}),
        ("h", {"hold": True}),
        ("f", {"freeze": True}),
        ("3", {"opens_with": CHOICES.tunes[2].segment}),
    ],
)
def test_a_key_changes_what_it_says(cockpit, session, keys, changed):
    steer(cockpit, session, *keys)
    assert {name: getattr(session.steering, name) for name in changed} == changed


@pytest.mark.parametrize("keys", [["q", "q"], ["ctrl+c", "ctrl+c"]], ids=["q", "Ctrl-C"])
def test_the_second_time_it_stops_the_music_at_once(cockpit, session, keys):
    steer(cockpit, session, *keys)
    assert session.stopped
