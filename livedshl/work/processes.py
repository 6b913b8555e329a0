"""An executor of processes on this machine.

`concurrent.futures.ProcessPoolExecutor` does not serve here. It gives up all its work when one
process dies. Its processes live on when the main process is killed. It runs the user's own script
again in each of them.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, ParamSpec, TypeVar

from livedshl.errors import LivedshlError
from livedshl.work.idle import Idle
from livedshl.work.worker import receive, send

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")
# A worker computes alone on its processor. So its results do not depend on how many there are.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

_Call = tuple["Future[Any]", bytes]


class WorkerLost(BrokenExecutor):
    """The process that had a task has ended before it answered."""


class ProcessExecutor(Executor):
    """Carries out calls in processes of this machine, which are started when they are needed."""

    def __init__(self, n_workers: int) -> None:
        self._n_workers = n_workers
        self._workers: list[_Worker] = []
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._ended = self._broken_off = False
        self._lock = Lock()

    def submit(
        self,
        fn: Callable[_Parameters, _Result],
        /,
        *args: _Parameters.args,
        **kwargs: _Parameters.kwargs,
    ) -> "Future[_Result]":
        """The future result of a call. It raises `WorkerLost` if the process dies over it."""
        future: Future[_Result] = Future()
        with self._lock:
            if self._ended:
                raise RuntimeError("no work is taken after the end")
            self._calls.put((future, pickle.dumps((fn, args, kwargs))))
            if len(self._workers) < self._n_workers:
                worker = _idle.take()
                self._workers.append(worker)
                Thread(target=self._serve, args=(worker,), daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Takes no more work. Carries out what has begun."""
        with self._lock:
            self._ended = True
            if cancel_futures:
                self._cancel_waiting()
            for _ in self._workers:
                self._calls.put(None)

    def end(self) -> None:
        """Ends all processes at once, whatever they do."""
        self._broken_off = True
        self.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.end()

    def _cancel_waiting(self) -> None:
        try:
            while call := self._calls.get_nowait():
                call[0].cancel()
        except Empty:
            return

    def _serve(self, worker: "_Worker") -> None:
        """Has one process carry out calls until no more come."""
        while call := self._calls.get():
            future, message = call
            if not future.set_running_or_notify_cancel():
                continue
            try:
                succeeded, outcome = worker.carry_out(message)
            except (BrokenExecutor, LivedshlError) as error:
                succeeded, outcome = False, error
            if succeeded:
                future.set_result(outcome)
            else:
                future.set_exception(outcome)
        if not self._broken_off:
            _idle.give_back(worker)


class _Worker:
    """A process that carries out calls. It is started again if it has died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False
        self._lock = Lock()  # so that no process is started after the end

    def carry_out(self, call: bytes) -> tuple[bool, Any]:
        """Whether a call succeeded, and what it returned or raised. Raises WorkerLost."""
        process = self._running()
        assert process.stdin and process.stdout
        try:
            send(process.stdin, call)
            answer = receive(process.stdout)
        except OSError:
            answer = None
        if answer is None:
            raise WorkerLost(f"worker process {process.pid} ended with status {process.wait()}")
        succeeded, outcome = pickle.loads(answer)
        return bool(succeeded), outcome

    def end(self) -> None:
        """Ends the process for good."""
        with self._lock:
            self._ended = True
            if self._process:
                self._process.kill()
                self._process.wait()

    def _running(self) -> "subprocess.Popen[bytes]":
        """The process, ready for a call."""
        with self._lock:
            if self._ended:
                raise WorkerLost("the work was broken off")
            if self._process and self._process.poll() is None:
                return self._process
            process = self._process = _started()
        assert process.stdout
        if receive(process.stdout) is None and not self._ended:
            raise LivedshlError("a worker process does not start", remedy="Try again")
        return process


def _started() -> "subprocess.Popen[bytes]":
    # -P: modules in the working folder must not stand in for those of the library.
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "livedshl.work.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | _ONE_THREAD,
    )


_idle = Idle(_Worker)
