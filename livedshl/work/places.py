"""Where work is carried out: in processes of this machine, or on a Dask cluster."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from livedshl.work.crew import Crew
from livedshl.work.processes import ProcessExecutor


@contextmanager
def local_crew(n_workers: int | None = None) -> Iterator[Crew]:
    """Processes of this machine, by default one for each processor."""
    n_workers = n_workers or os.cpu_count() or 1
    executor = ProcessExecutor(n_workers)
    with TemporaryDirectory(prefix="livedshl-") as folder:

        def share(content: bytes) -> Path:
            path = Path(folder) / sha256(content).hexdigest()[:32]
            path.write_bytes(content)
            return path

        try:
            yield Crew(executor, lambda: n_workers, share=share)
        except BaseException:
            executor.end()
            raise
        executor.shutdown()


def hired(crew: Crew | None) -> AbstractContextManager[Crew]:
    """The crew itself, or processes of this machine if there is none."""
    return nullcontext(crew) if crew else local_crew()


def crew_at(cluster: str | None) -> AbstractContextManager[Crew]:
    """The workers of the Dask scheduler at an address, or processes of this machine.

    Raises LivedshlError if the scheduler cannot be used, and ModuleNotFoundError without Dask.
    """
    if cluster is None:
        return local_crew()
    from livedshl.work.cluster import cluster_crew  # Dask takes 0.7 s to import

    return cluster_crew(cluster)
