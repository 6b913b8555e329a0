"""The processes that help a livedshl process, found by the modules they run."""

import os
from contextlib import suppress

import psutil

PLAYER, WATCH = "livedshl.player.process", "livedshl.outputs.watch"


def helpers(pid=None):
    """The children of a process, by default this one, as (module, process)."""
    found = []
    for child in psutil.Process(pid or os.getpid()).children():
        with suppress(psutil.NoSuchProcess):
            found += [(module, child) for module in (PLAYER, WATCH) if module in child.cmdline()]
    return found


def player_of(pid=None):
    """The player process of a process, by default of this one; None while there is none."""
    return dict(helpers(pid)).get(PLAYER)
