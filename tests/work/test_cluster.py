"""Work on a Dask cluster: the same results, whatever becomes of a worker."""

import os
import socket
import subprocess
import time
from contextlib import closing
from importlib.util import find_spec

import pytest
from support import deeds
from support.own_tunes import own_book, own_sheets
from support.surroundings import livedshl, livedshl_without, need

from livedshl.errors import LivedshlError
from livedshl.work import crew_at, in_order


def a_cluster(folder, n_workers, **options):
    """A scheduler with so many workers, as a context."""
    need(find_spec("distributed"), "distributed")
    from support.cluster import Cluster

    return closing(Cluster(folder, n_workers, **options))


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_its_tasks_again_and_nothing_else(tmp_path):
    batches = [[number, number + 1] for number in range(40)]
    found = []
    with a_cluster(tmp_path, 2) as cluster, crew_at(cluster.address) as crew:
        for results in in_order(crew, deeds.doubled_slowly, batches, lambda item: None, common=1):
            found.append(results)
            if len(found) == 5:
                cluster.workers[0].kill()
    assert found == [deeds.doubled(batch, 1) for batch in batches]


@pytest.mark.slow
def test_only_the_item_that_kills_its_workers_is_given_up(tmp_path):
    with (
        a_cluster(tmp_path, 3, allowed_failures=0) as cluster,
        crew_at(cluster.address) as crew,
    ):
        found = list(in_order(crew, deeds.dies_of_seven, [[5, 7]], lambda item: f"not {item}"))
    assert found == [[10, "not 7"]]


@pytest.mark.slow
def test_a_model_of_tunes_read_on_a_cluster_is_the_same_to_the_byte(tmp_path):
    tunes = tmp_path / "tunes"
    tunes.mkdir()
    for number in range(6):
        (tunes / f"{number}.abc").write_text(own_book(own_sheets(5, seed=number)))

    def add(name, *options):
        """Starts adding a model in a home of its own."""
        homes = {kind: str(tmp_path / name) for kind in ("XDG_CACHE_HOME", "XDG_DATA_HOME")}
        return subprocess.Popen(
            livedshl("models", "add", tunes, "--name", "mine", *options),
            env=os.environ | homes, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def contents(name, process):
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        folder = tmp_path / name / "livedshl" / "models" / "mine"
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    with a_cluster(tmp_path, 2) as cluster:
        far = add("far", "--cluster", cluster.address)
        while far.poll() is None and not list((tmp_path / "far").rglob("tunes/*/*.jsonl")):
            time.sleep(0.05)
        cluster.workers[1].kill()
        read_far = contents("far", far)
    assert read_far == contents("here", add("here"))


def test_what_is_wrong_with_a_cluster_is_said():
    need(find_spec("distributed"), "distributed")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for address, problem in (
        (f"127.0.0.1:{port}", "no Dask scheduler answers within 5 s"),
        ("nonsense", "not the address of a Dask scheduler"),
    ):
        with pytest.raises(LivedshlError, match=problem) as raised, crew_at(address):
            pass
        assert raised.value.where == address and raised.value.remedy


@pytest.mark.slow
def test_a_scheduler_without_workers_is_said(tmp_path):
    with (
        a_cluster(tmp_path, 0) as cluster,
        pytest.raises(LivedshlError, match="has no worker"),
        crew_at(cluster.address),
    ):
        pass


def test_without_dask_the_extra_is_named(tmp_path):
    (tmp_path / "t.abc").write_text(own_book(own_sheets(1)))
    command = livedshl_without("distributed", "corpus", tmp_path, "--cluster", "127.0.0.1:8786")
    told = subprocess.run(command, capture_output=True, text=True)
    assert told.returncode == 1
    assert (
        'distributed is not installed. Install it: pip install "livedshl[cluster]"' in told.stderr
    )
