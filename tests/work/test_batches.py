"""Batches of work in processes of this machine: in order, whatever becomes of a worker."""

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support import deeds

from livedshl.errors import LivedshlError
from livedshl.work import Crew, in_order, local_crew
from livedshl.work import processes as processes_module
from livedshl.work.batches import carry_out
from livedshl.work.idle import Idle

TESTS = Path(__file__).parents[1]
BATCHES = [[1, 2], [], [7], [5, 6, 7, 8], [9]]


@pytest.fixture(autouse=True)
def workers_that_know_the_tests(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(TESTS), prepend=":")
    monkeypatch.setattr(processes_module, "_idle", Idle(processes_module._Worker))


def worked(function, batches, n_workers=2, give_up=lambda item: None, **more):
    with local_crew(n_workers) as crew:
        return list(in_order(crew, function, batches, give_up, **more))


@pytest.mark.parametrize("n_workers", [1, 2])
def test_results_come_in_the_order_of_the_batches(n_workers):
    batches = [[number, number + 1] for number in range(20)]
    expected = [deeds.doubled(batch) for batch in batches]
    assert worked(deeds.slowest_first, batches, n_workers) == expected


def test_what_all_batches_need_reaches_every_worker():
    assert worked(deeds.doubled, BATCHES, common=1) == [[3, 5], [], [15], [11, 13, 15, 17], [19]]


def test_only_the_item_that_kills_its_workers_is_given_up():
    found = worked(deeds.dies_of_seven, BATCHES, give_up=lambda item: f"not {item}")
    assert found == [[2, 4], [], ["not 7"], [10, 12, "not 7", 16], [18]]


def test_a_worker_that_dies_once_costs_nothing_but_time(tmp_path):
    mark = tmp_path / "mark"
    mark.touch()
    batches = [[str(mark), number] for number in range(10)]
    expected = [[str(mark), 2 * number] for number in range(10)]
    assert worked(deeds.dies_once, batches) == expected
    assert not mark.exists()


def test_batches_are_taken_as_they_are_needed():
    taken = []

    def batches():
        for number in range(1000):
            taken.append(number)
            yield [number]

    with local_crew(2) as crew:
        results = in_order(crew, deeds.doubled, batches(), lambda item: None)
        assert [next(results) for _ in range(3)] == [[0], [2], [4]]
        assert len(taken) < 20
        results.close()


def test_what_goes_wrong_on_a_worker_goes_wrong_here():
    with pytest.raises(ValueError, match="2 items"):
        worked(deeds.refuses, [[1, 2]])


def test_another_version_of_livedshl_is_refused():
    with pytest.raises(LivedshlError, match=r"a worker has livedshl .*, and this is 0\.0\.1"):
        carry_out(b"", b"", "0.0.1")


def test_nobody_waits_for_ever_for_workers_that_have_left():
    def all_have_left():
        raise LivedshlError("the cluster has no worker any more")

    with ThreadPoolExecutor(1) as executor:
        crew = Crew(executor, lambda: 1, check=all_have_left)
        with pytest.raises(LivedshlError, match="no worker"):
            list(in_order(crew, deeds.slowest_first, [[1]], lambda item: None))


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal as Ctrl-C does")
def test_ctrl_c_ends_a_worker_that_never_would():
    script = (
        "from livedshl.work import in_order, local_crew\n"
        "from support import deeds\n"
        "with local_crew(2) as crew:\n"
        "    print('begun', flush=True)\n"
        "    list(in_order(crew, deeds.never_ends, [[1], [2]], lambda item: None))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "begun\n"
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert errors.rstrip().endswith("KeyboardInterrupt")
