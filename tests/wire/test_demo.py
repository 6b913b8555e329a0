"""`livedshl demo` in a real terminal, on a real MIDI wire."""

import shutil

import pytest
from support.surroundings import livedshl, need, notes_on, sounding
from support.terminal import Terminal

pytestmark = pytest.mark.slow


def test_the_demo_plays_says_what_it_does_and_q_leaves_it(jack, receiver, tmp_path):
    need(shutil.which("tmux"), "tmux")
    terminal = Terminal(tmp_path.name, livedshl("demo", "--port", receiver.port), jack, tmp_path)
    try:
        terminal.wait_for("q leaves it", timeout_s=60)
        terminal.wait_for("A folk session")
        receiver.wait_for_a_note()
        terminal.press("q")
        assert terminal.wait_until_over() == 0
        assert "Played" in terminal.screen()
    finally:
        terminal.close()
    messages = receiver.messages()
    assert notes_on(messages) and not sounding(messages)
