"""The chunks around the present: none is lost, shown twice or kept for ever."""

import pytest
from support.still import HOP, StillSession

from livedshl.live.chunk_window import ChunkWindow

CHUNKS = StillSession().chunks


@pytest.fixture
def window():
    """All chunks, kept for two hops after they were heard."""
    window = ChunkWindow(2 * HOP)
    for chunk in CHUNKS:
        window.append(chunk)
    return window


def test_every_chunk_is_heard_once_in_order(window):
    heard = [*window.hear_before(3 * HOP), *window.hear_before(3 * HOP + 1)]
    assert heard == list(CHUNKS[:4])
    assert list(window.hear_before(3 * HOP + 1)) == []


def test_what_was_heard_leaves_after_a_while(window):
    list(window.hear_before(6 * HOP))
    assert window.all == CHUNKS[4:]


def test_only_what_is_to_come_can_be_taken_back(window):
    list(window.hear_before(6 * HOP))
    window.take_back(2 * HOP)
    assert window.all == CHUNKS[4:6]
    assert not window.reaches_beyond(0)


def test_what_begins_at_the_tick_or_later_is_taken_back(window):
    window.take_back(5 * HOP)
    assert window.all == CHUNKS[:5]
    assert window.reaches_beyond(5 * HOP - 1)
    assert not window.reaches_beyond(5 * HOP)
