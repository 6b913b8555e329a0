"""A surface's thread goes on whatever fails in it."""

from threading import Event

from livedshl.live.steady import run_steadily


def run(failures, tell):
    """Fails this often, then leaves; gives how often it was called."""
    left, calls = Event(), []

    def once():
        calls.append(None)
        if len(calls) <= failures:
            raise OSError("bad file")
        left.set()

    run_steadily(once, left, "OSC", tell)
    return len(calls)


def test_it_goes_on_and_says_so_once():
    told = []
    assert run(3, told.append) == 4
    assert told == ["OSC failed and carries on (OSError: bad file)"]


def test_it_goes_on_where_nobody_can_be_told():
    def tell(line):
        raise BrokenPipeError

    assert run(2, tell) == 3
