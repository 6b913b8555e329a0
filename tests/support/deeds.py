"""What workers do in tests: among other things, die."""

import os
import signal
import time
from pathlib import Path


def doubled(items, plus=0):
    """Twice each number, and something more."""
    return [2 * item + plus for item in items]


def dies_of_seven(items):
    """Twice each number; whoever sees a seven is killed."""
    if 7 in items:
        os.kill(os.getpid(), signal.SIGKILL)
    return doubled(items)


def dies_once(items):
    """Twice each number; whoever sees the file that the first item names first is killed."""
    mark, *numbers = items
    if Path(mark).exists():
        Path(mark).unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return [mark, *doubled(numbers)]


def slowest_first(items):
    """Twice each number, the smaller the later."""
    time.sleep(0.05 / (1 + min(items)))
    return doubled(items)


def refuses(items):
    """Nothing: it fails."""
    raise ValueError(f"{len(items)} items")


def never_ends(items):
    """Nothing: it goes on for ever."""
    time.sleep(3600)


def doubled_slowly(items, plus=0):
    """Twice each number, and something more, after a moment."""
    time.sleep(0.1)
    return doubled(items, plus)
