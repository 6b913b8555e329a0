"""Long lists on a terminal."""

import os
import sys

import pytest
from support.surroundings import livedshl, need


def shown_on_terminal(*arguments):
    """What a command shows on a terminal of 24 rows whose pager marks each line."""
    import pty

    child, terminal = pty.fork()
    if not child:
        surroundings = {"PAGER": "sed 's/^/paged /'", "LINES": "24", "TERM": "xterm"}
        command = livedshl(*arguments)
        os.execve(command[0], command, os.environ | surroundings)
    shown = b""
    try:
        while read := os.read(terminal, 1 << 16):
            shown += read
    except OSError:  # how Linux says that the command has ended
        pass
    os.close(terminal)
    assert os.waitpid(child, 0)[1] == 0
    return shown.decode().splitlines()


@pytest.mark.parametrize(("words", "paged"), [((), True), (("washerwoman",), False)])
def test_a_list_longer_than_the_terminal_goes_through_the_pager(words, paged):
    need(sys.platform != "win32", "a pseudo-terminal")
    lines = shown_on_terminal("library", *words)
    assert len(lines) > 24 or not paged
    assert all(line.startswith("paged ") for line in lines) is paged
