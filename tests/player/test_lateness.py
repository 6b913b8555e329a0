import subprocess
import sys
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedshl.player.lateness import Lateness

seconds = st.floats(0, 0.2)


@given(st.lists(seconds, min_size=1), st.floats(0.01, 1))
def test_that_share_of_the_events_lies_within_its_quantile_and_no_smaller_share(late, share):
    lateness = Lateness.opened("")
    for one in late:
        lateness.add(one)
    limit_ms = lateness.quantile_ms(share)
    within = sum(one * 1e3 <= limit_ms + 1e-5 for one in late)
    assert within >= share * len(late) - 1e-6
    below = sum(one * 1e3 < limit_ms - 0.0101 for one in late if one < 0.1)
    assert below < share * len(late) or limit_ms > 99
    assert lateness.worst_ms == pytest.approx(max(late) * 1e3, abs=1e-5)


@given(st.lists(seconds))
def test_the_rows_hold_every_event_once(late):
    lateness = Lateness.opened("")
    for one in late:
        lateness.add(one)
    rows = dict(lateness.rows((0.1, 1.0, 50.0)))
    assert list(rows) == [0.1, 1.0, 50.0, inf]
    assert sum(rows.values()) == len(late)
    assert rows[inf] == sum(one >= 0.05 for one in late)


def test_what_a_process_counted_can_be_read_after_it_was_killed():
    lateness = Lateness.shared()
    script = (
        "import os, sys; from livedshl.player.lateness import Lateness; "
        "lateness = Lateness.opened(sys.argv[1]); lateness.add(0.002); lateness.add(0.003); "
        "os.kill(os.getpid(), 9)"
    )
    command = [sys.executable, "-c", script, lateness.handle]
    subprocess.run(command, pass_fds=lateness.inherited)
    assert lateness.worst_ms == 3.0
    assert lateness.quantile_ms(0.5) == pytest.approx(2.01)
    lateness.close()
