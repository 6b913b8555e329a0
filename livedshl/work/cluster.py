"""The workers of a Dask cluster, for more tunes than one machine can read."""

import logging
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import contextmanager, suppress
from functools import partial
from typing import ParamSpec, TypeVar

from distributed import Client, KilledWorker
from distributed import Future as ClusterFuture
from distributed.comm.addressing import get_address_host_port, normalize_address

from livedshl.errors import LivedshlError
from livedshl.version import __version__
from livedshl.work.crew import Crew

_CONNECT_S = 5
_CLOSE_S = 0.5
_RESULT_S = 60.0  # to fetch what a worker has ready
_SHARING_TRIES = 5
_LOOK_S = 5.0
_WITHOUT_WORKERS_S = 60.0  # a cluster may replace its machines on the way
_PACKAGE = "livedshl"
_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


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
        yield Crew(
            _ClusterExecutor(client),
            watch.size,
            tries=1,  # Dask itself gives a task to another worker when one dies, three times
            far=True,
            share=partial(_shared, client),
            check=watch.check,
        )
    finally:
        with suppress(OSError, TimeoutError, RuntimeError):
            client.close(timeout=_CLOSE_S)


class _ClusterExecutor(Executor):
    """Carries out calls on the workers of a cluster.

    `Client.get_executor` does not serve here: in distributed 2026.8 a call whose workers have all
    died never ends.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def submit(
        self,
        fn: Callable[_Parameters, _Result],
        /,
        *args: _Parameters.args,
        **kwargs: _Parameters.kwargs,
    ) -> "Future[_Result]":
        """The future result of a call. It raises BrokenExecutor if its workers have died."""
        promise: Future[_Result] = Future()
        there = self._client.submit(fn, *args, pure=False, **kwargs)

        def settle(answered: ClusterFuture) -> None:
            if not promise.set_running_or_notify_cancel():
                return
            try:
                promise.set_result(answered.result(timeout=_RESULT_S))
            except KilledWorker as error:
                promise.set_exception(BrokenExecutor(str(error)))
            except (CancelledError, TimeoutError, OSError):  # lost on the way, by nobody's fault
                promise.set_exception(CancelledError())
            except Exception as error:
                promise.set_exception(error)

        there.add_done_callback(settle)
        promise.add_done_callback(lambda _: there.cancel() if promise.cancelled() else None)
        return promise


def _shared(client: Client, content: bytes) -> ClusterFuture:
    """The content on every worker. Tries again if one has died and is not yet known to have."""
    for _ in range(_SHARING_TRIES):
        with suppress(OSError, TimeoutError, RuntimeError, KeyError, ValueError):
            return client.scatter(content, broadcast=True, timeout=_RESULT_S)
        time.sleep(_LOOK_S / _SHARING_TRIES)
    raise LivedshlError(
        "the workers of the cluster do not take what they need",
        remedy="Give the command again: it goes on where it stopped",
    )


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
        # Dask itself takes 12 s to find that an address is wrong.
        place = get_address_host_port(normalize_address(address))
        socket.create_connection(place, _CONNECT_S).close()
        return Client(address, timeout=_CONNECT_S, set_as_default=False, name=_PACKAGE)
    except ValueError as error:
        raise LivedshlError(
            "not the address of a Dask scheduler",
            where=address,
            remedy="An address is like tcp://10.0.0.5:8786; `dask scheduler` prints its own",
        ) from error
    except (OSError, TimeoutError, MemoryError) as error:  # the last: another program answers
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
