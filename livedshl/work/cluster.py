"""The workers of a Dask cluster, for more tunes than one machine can read."""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import contextmanager, suppress

from distributed import Client, KilledWorker

from livedshl.errors import LivedshlError
from livedshl.version import __version__
from livedshl.work.crew import Crew

_CONNECT_S = 5
_CLOSE_S = 0.5
_LOOK_S = 5.0
_WITHOUT_WORKERS_S = 60.0  # a cluster may replace its machines on the way
_PACKAGE = "livedshl"


@contextmanager
def cluster_crew(address: str) -> Iterator[Crew]:
    """The workers of the Dask scheduler at an address such as tcp://10.0.0.5:8786.

    Raises LivedshlError if it does not answer, has no worker, or if a worker has another livedshl.
    """
    _silence()
    client = _connected(address)
    try:
        _check_workers(client, address)
        watch = _Watch(client, address)
        # Dask itself gives a task to another worker when one dies, and ends with KilledWorker.
        yield Crew(
            client.get_executor(pure=False),
            watch.size,
            lost=(BrokenExecutor, CancelledError, KilledWorker),
            tries=2,
            far=True,
            share=lambda content: client.scatter(content, broadcast=True),
            check=watch.check,
        )
    finally:
        with suppress(OSError, TimeoutError, RuntimeError):
            client.close(timeout=_CLOSE_S)


class _Watch:
    """Counts the workers from time to time."""

    def __init__(self, client: Client, address: str) -> None:
        self._client = client
        self._address = address
        self._size = 1
        self._looked = self._seen = -_LOOK_S

    def size(self) -> int:
        """How many tasks the workers carry out at a time."""
        self._look()
        return max(1, self._size)

    def check(self) -> None:
        """Raises LivedshlError if there has been no scheduler, or no worker, for a minute."""
        self._look()
        if time.monotonic() - self._seen > _WITHOUT_WORKERS_S:
            raise LivedshlError(
                "the cluster has no worker any more",
                where=self._address,
                remedy="Start workers, then give the command again: it goes on where it stopped",
            )

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < _LOOK_S:
            return
        self._looked = now
        self._size = _threads(self._client)
        if self._size or self._seen < 0:
            self._seen = now


def _silence() -> None:
    """Keeps Dask's own messages from the terminal: what matters, we say ourselves."""
    for name in ("distributed", "distributed.client", "distributed.core", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _connected(address: str) -> Client:
    try:
        return Client(address, timeout=_CONNECT_S, set_as_default=False, name=_PACKAGE)
    except (OSError, TimeoutError, ValueError) as error:
        raise LivedshlError(
            f"no Dask scheduler answers within {_CONNECT_S} s",
            where=address,
            remedy="Start one with `dask scheduler`, which prints its address",
        ) from error


def _check_workers(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_CONNECT_S)
    except TimeoutError as error:
        raise LivedshlError(
            "the scheduler has no worker",
            where=address,
            remedy=f"Start some: dask worker {address}",
        ) from error
    found = client.get_versions(packages=[_PACKAGE])
    parts = {"the scheduler": found["scheduler"], **found["workers"]}
    for name, part in parts.items():
        theirs = (part or {}).get("packages", {}).get(_PACKAGE)
        if theirs != __version__:
            has = f"has livedshl {theirs}" if theirs else "has no livedshl"
            raise LivedshlError(
                f"{name} {has}, and this is {__version__}",
                where=address,
                remedy="Install the same version everywhere, with the extras tunes and cluster",
            )


def _threads(client: Client) -> int:
    """How many tasks all workers together carry out at a time, 0 without a scheduler."""
    with suppress(OSError, TimeoutError, RuntimeError, CancelledError):
        return sum(client.nthreads().values())
    return 0
