"""A Dask cluster on this machine: a scheduler and workers, each a process of its own."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

_STARTING_S = 60


class Cluster:
    """A scheduler and some workers."""

    def __init__(self, folder, n_workers, allowed_failures=3):
        """allowed_failures: how many workers a task may cost beside the first."""
        self._surroundings = os.environ | {
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(allowed_failures),
            "PYTHONPATH": os.pathsep.join(
                filter(None, [os.environ.get("PYTHONPATH"), str(Path(__file__).parents[1])])
            ),
        }
        self._folder = folder
        self._scheduler_file = folder / "scheduler.json"
        self._processes = []
        self._start("scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard")
        deadline = time.monotonic() + _STARTING_S
        while not self._scheduler_file.is_file():
            assert time.monotonic() < deadline, self._log("scheduler")
            time.sleep(0.1)
        self.address = json.loads(self._scheduler_file.read_text())["address"]
        self.workers = [self._start_worker() for _ in range(n_workers)]
        while self._log("worker").count("Registered to:") < n_workers:
            assert time.monotonic() < deadline, self._log("worker")
            time.sleep(0.1)

    def _log(self, what):
        path = self._folder / f"{what}.log"
        return path.read_text() if path.is_file() else ""

    def _start_worker(self):
        """Starts a worker for one task at a time."""
        return self._start("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard",
                           "--local-directory", str(self._folder))  # fmt: skip

    def _start(self, what, *options):
        command = [sys.executable, "-m", "dask", what, "--scheduler-file", self._scheduler_file]
        with (self._folder / f"{what}.log").open("ab") as log:
            process = subprocess.Popen(
                [*command, *options], stdout=log, stderr=log, env=self._surroundings
            )
        self._processes.append(process)
        return process

    def close(self):
        """Ends all of it."""
        for process in reversed(self._processes):
            process.kill()
            process.wait()
