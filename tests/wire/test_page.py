"""The page in a real browser, while real music plays on a real MIDI wire."""

import signal
import subprocess
import time

import pytest
from support.browser import Browser
from support.processes import PAGE, helpers_of
from support.surroundings import left_on, livedshl

from livedshl.performance.command_text import text_of
from livedshl.performance.take_log import read_log

pytestmark = pytest.mark.slow
# The page's own module, once more: what it shows, as it has it.
_SHOWN = "const { shown } = await import('./page.js');"


def coming(browser, channel):
    """The pitches that the page shows on a channel within the eight beats to come, in order.

    Waits until they are many.
    """
    return browser.wait_for(
        f"{_SHOWN} const {{notes, beatTicks}} = shown.music;"
        "const coming = notes.filter(([start, , channel]) => start > shown.tick"
        f" && start <= shown.tick + 8 * beatTicks && channel === {channel})"
        ".sort((a, b) => a[0] - b[0]).map((note) => note[3]);"
        "return coming.length > 8 && coming"
    )


def struck(messages, channel):
    """The pitches that were struck on a channel, in order."""
    return [m[1] for _, m in messages if m[0] == 0x90 | channel and m[2]]


def follow(pitches, heard):
    """Whether some pitches come in what was heard, one right after the other."""
    return any(heard[n : n + len(pitches)] == pitches for n in range(len(heard)))


def is_muted(browser):
    button = "[data-command='mute melody']"
    return browser.evaluate(f'document.querySelector("{button}").ariaPressed') == "true"


def test_the_page_shows_what_the_wire_plays_next_steers_it_and_comes_back(
    jack, receiver, free_port, tmp_path
):
    player = subprocess.Popen(
        livedshl(
            "play", "--port", receiver.port, "--web", free_port, "--no-tui", "--tempo", 140,
            "--seed", 3, "--record", tmp_path / "take.mid",
        ),
        env=jack, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        with Browser(tmp_path) as browser:
            # The music has begun before the page is served.
            receiver.wait_for_a_note()
            browser.open_when_there(f"http://127.0.0.1:{free_port}/")
            browser.wait_for(f"{_SHOWN} return shown.music?.chords.length > 0 && shown.tick > 0")
            assert browser.text("#connection") == "Connected"
            assert browser.text("#chord-now")[0] in "ABCDEFG"
            assert "left" in browser.text("#left") and "A" in browser.text("#plan")
            assert browser.text("#output").startswith("→")
            assert browser.text("#song").startswith("From: ")

            channel = browser.wait_for(
                f"{_SHOWN} return shown.settings && 1 + shown.settings.parts[0].channel"
            ) - 1  # fmt: skip
            shown = coming(browser, channel)
            heard_before = len(struck(receiver.so_far(), channel))
            while len(struck(receiver.so_far(), channel)) < heard_before + len(shown) + 2:
                assert player.poll() is None
                time.sleep(0.1)
            assert follow(shown, struck(receiver.so_far(), channel)[max(0, heard_before - 2) :])

            browser.click("[data-command='mute melody']")
            browser.wait_for("return document.querySelector('#told').textContent")
            assert browser.text("#told") == "Melody muted"
            browser.wait_for(f"{_SHOWN} return shown.settings.parts[0].silent")
            assert is_muted(browser)

            helpers_of(player.pid)[PAGE].kill()
            browser.wait_for("return document.body.classList.contains('lost')")
            browser.wait_for("return document.body.classList.contains('up')")
            browser.wait_for(f"{_SHOWN} return shown.music.end > shown.tick")
            assert is_muted(browser)
            silent_from = len(receiver.so_far())  # a mute is heard within two beats
            time.sleep(2)
            assert struck(receiver.so_far()[silent_from:], channel) == []
            browser.press("[data-command='mute melody']", "Enter")  # as without a mouse
            browser.wait_for(f"{_SHOWN} return !shown.settings.parts[0].silent")
            while not struck(receiver.so_far()[silent_from:], channel):
                assert player.poll() is None
                time.sleep(0.1)
            player.send_signal(signal.SIGTERM)
            browser.wait_for("return document.body.classList.contains('lost')")
        _, told = player.communicate(timeout=20)
    finally:
        player.kill()
    assert player.returncode == 0, told
    assert told.count("The page stopped") == 1
    assert not left_on(receiver.messages())
    asked = [text_of(change.command) for change in read_log(tmp_path / "take.mid.take").changes]
    assert asked == ["mute Melody on", "mute Melody off"]
