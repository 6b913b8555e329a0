"""The screen, drawn: pictures of a performance that stands still, and what its keys do.

`pytest tests/surfaces/test_screen.py --snapshot-update -n0` draws the pictures again; look at each.
"""

import asyncio
from types import SimpleNamespace

import pytest
from support.rows import shown_rows
from support.still import CHOICES, StillSession
from textual.events import MouseScrollDown, MouseScrollUp

from livedshl.performance.commands import SetTempo
from livedshl.surfaces.screen import Cockpit
from livedshl.surfaces.web.opening import qr_lines

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


async def some_frames(pilot, session, many=3):
    """Waits for a few frames, however slow the machine is, or for the screen to close."""
    until = session.times_seen + many
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


def point(cockpit, session, *acts, size=SIZES[0]):
    """Clicks, or turns the wheel, where these words stand: ("click", "Bass"), ("up", "bpm")."""

    async def run():
        async with cockpit.run_test(size=size) as pilot:
            for act, words in acts:
                await some_frames(pilot, session)
                rows = shown_rows(cockpit)
                row = next(number for number, line in enumerate(rows) if words in line)
                at = (rows[row].index(words), row)
                if act == "click":
                    await pilot.click(offset=at)
                else:
                    wheel = MouseScrollUp if act == "up" else MouseScrollDown
                    unmoved_and_no_keys = 0, 0, 0, False, False, False
                    cockpit.post_message(wheel(None, *at, *unmoved_and_no_keys, *at))
            await some_frames(pilot, session, many=10)  # the desk sends them at its own pace
            return shown_rows(cockpit)

    return asyncio.run(run())


def test_a_click_on_a_part_mutes_it_and_selects_it(cockpit, session):
    rows = point(cockpit, session, ("click", "Bass"))
    assert session.steering.muted == {"Bass"}
    assert any("▸Bass" in row for row in rows)


def test_a_click_on_a_tune_that_may_come_chooses_it(cockpit, session):
    point(cockpit, session, ("click", CHOICES.tunes[2].song + ", bar"))
    assert session.steering.opens_with == CHOICES.tunes[2].segment


def test_the_wheel_turns_what_it_is_over(cockpit, session):
    before = session.steering
    point(cockpit, session, ("up", "bpm"), ("down", "Bass"), ("up", "now "))
    bass = next(part for part in before.band.parts if part.name == "Bass")
    assert SetTempo(before.tempo_bpm + 2) in session.obeyed
    assert session.steering.levels["Bass"] < bass.volume
    assert session.steering.conducting.intensity > before.conducting.intensity


def test_the_row_of_keys_and_the_help_obey_a_click(cockpit, session):
    rows = point(cockpit, session, ("click", "? keys"), ("click", "freeze: repeat"))
    assert session.steering.freeze
    assert any("panic: all notes off" in row for row in rows)


def test_without_a_page_its_key_says_how_to_have_one(cockpit, session):
    rows = asyncio.run(rows_after("w", cockpit, session, SIZES[0]))
    assert any("No web page" in row for row in rows)


ADDRESS = (
    *qr_lines("http://192.168.1.7:5299/#" + "secret" * 4),
    "The page: http://192.168.1.7:5299/",
)


def test_a_key_shows_the_address_of_the_page_and_its_qr_code(session, snap_compare):
    cockpit = Cockpit(session, session, address=ADDRESS)

    async def ask(pilot):
        await pilot.press("w")
        await some_frames(pilot, session)

    assert snap_compare(cockpit, run_before=ask, terminal_size=SIZES[0])


def test_a_terminal_too_low_for_the_code_shows_the_address_and_what_to_do(session):
    rows = asyncio.run(rows_after("w", Cockpit(session, session, address=ADDRESS), session))
    assert "http://192.168.1.7:5299/" in rows[0]
    assert "lines high" in rows[1]


async def rows_after(key, cockpit, session, size=(80, 12)):
    async with cockpit.run_test(size=size) as pilot:
        await pilot.press(key)
        await some_frames(pilot, session)
        return shown_rows(cockpit)
