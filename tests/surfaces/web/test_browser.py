"""The page in a real browser, over a moment that stands still."""

import socket
from dataclasses import replace

import pytest
from support.browser import Browser
from support.still import StillSession

from livedshl.performance.command_text import text_of
from livedshl.surfaces.web.page import WebPage
from livedshl.surfaces.web.serving import Serving

pytestmark = pytest.mark.slow
HOST, TOKEN = "127.0.0.1", "a-secret"
BAD = "<img src=x onerror=document.title='hacked'><script>document.title='hacked'</script>"


class Playing(StillSession):
    """A moment whose tunes have titles that no page should obey; it writes down its commands."""

    def __init__(self, folder):
        super().__init__()
        self.asked = []
        self.take = folder / "now.mid"
        self.chunks = tuple(
            replace(chunk, provenance=replace(chunk.provenance, song=BAD)) for chunk in self.chunks
        )

    def send(self, command):
        super().send(command)
        self.asked.append(text_of(command))
        return command

    def save(self):
        self.take.write_bytes(b"MThd")
        return self.take


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    return Playing(tmp_path_factory.mktemp("music"))


@pytest.fixture(scope="module")
def browser(music, tmp_path_factory):
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    lines = []
    with (
        WebPage(Serving(HOST, port, TOKEN), music, lines.append),
        Browser(tmp_path_factory.mktemp("browser")) as opened,
    ):
        opened.open_when_there(f"http://{HOST}:{port}/#{TOKEN}")
        opened.wait_for("return document.querySelector('.part') !== null")
        yield opened
    assert len(lines) == 1  # the address


def test_a_title_with_a_script_in_it_is_shown_and_not_obeyed(browser):
    browser.wait_for("return document.querySelector('#song').textContent.length > 6")
    assert "<script>" in browser.text("#song")
    assert browser.evaluate("document.title") == "livedshl"
    assert browser.evaluate("document.querySelectorAll('#song *').length") == 0


def test_every_control_can_be_reached_and_used_without_a_mouse(browser, music):
    names = browser.evaluate(
        "[...document.querySelectorAll('button, input, select')].map((e) =>"
        " [e.ariaLabel ?? e.textContent, e.tabIndex])"
    )
    assert all(name and index == 0 for name, index in names)
    labels = [name for name, _ in names]
    for label in ("Mute Bass", "Level Bass", "Tempo", "Tempo up", "Key", "Panic", "Hold", "Save"):
        assert label in labels
    browser.press("[data-command='solo bass']", "Enter")
    browser.wait_for("return document.querySelector('#told').textContent === 'Solo: Bass'")
    browser.press("[aria-label='Adventure']", "ArrowRight")
    browser.wait_for("return document.querySelector('#told').textContent === 'Adventure 0.21'")
    assert music.asked[:2] == ["solo Bass on", "adventure 0.21"]


def test_what_is_saved_can_be_downloaded(browser):
    assert browser.evaluate("document.querySelector('a.button').hidden")
    browser.press("[title='save the last 32 bars']", "Enter")
    browser.wait_for("return !document.querySelector('a.button').hidden")
    assert browser.evaluate("document.querySelector('a.button').download") == "now.mid"
    assert browser.evaluate("document.querySelector('a.button').href").startswith("blob:")


def test_a_screen_reader_hears_chord_and_section(browser):
    said = browser.wait_for("return document.querySelector('#spoken').textContent")
    assert said.startswith("Section A.") and "then" in said


def test_all_controls_are_as_large_as_a_finger_and_nothing_is_cut_off(browser):
    for width, height in ((1024, 768), (768, 1024), (390, 844), (1366, 768)):
        browser.resize(width, height)
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
        sizes = browser.evaluate(
            "[...document.querySelectorAll('button, select')].filter((e) => e.offsetParent)"
            ".map((e) => {"
            " const r = e.getBoundingClientRect(); return Math.min(r.width, r.height); })"
        )
        assert min(sizes) >= 44


def test_text_can_be_read_in_the_dark_and_by_day(browser):
    lightness = (
        "((name) => { const [r, g, b] = getComputedStyle(document.body)[name]"
        ".match(/\\d+/g).map(Number); return (2 * r + 5 * g + b) / 8; })"
    )
    for dark in (True, False):
        browser.resize(1024, 768, dark)
        ground, text = (
            browser.evaluate(f"{lightness}('{n}')") for n in ("backgroundColor", "color")
        )
        assert (text > ground + 150) if dark else (ground > text + 150)
