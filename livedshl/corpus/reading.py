"""Reads batches of tunes, each in a process with limits. A problem with one never stops the others.

A tune that takes too long, or that ends its process, is skipped with the reason.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock, Timer

from livedshl.corpus.bounds import MOST_MEMORY, READING_S
from livedshl.corpus.cache import Reading, reading_as_line
from livedshl.corpus.reader import OUT_OF_MEMORY, Task
from livedshl.errors import CorpusError
from livedshl.work.idle import Idle

_STARTING_S = 120.0  # for a process to start and load its library


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """A reading as a line of JSON. lasting: whether it would be the same another time."""

    line: str
    lasting: bool = True


def read_batch(tasks: Sequence[Task]) -> list[ReadingLine]:
    """Reads some tunes, one after the other. Raises CorpusError if that is not possible here."""
    for library in {task.library for task in tasks}:
        if find_spec(library) is None:
            raise CorpusError(
                f"{library} is not installed where a worker runs",
                remedy="Install livedshl there with the extras tunes and cluster",
            )
    reader = _idle.take()
    answers = []
    try:
        for task in tasks:
            with _at_hand(task) as there:
                answers.append(reader.read(there))
    except BaseException:
        reader.end()
        raise
    _idle.give_back(reader)
    return answers


def check_library(name: str) -> None:
    """Raises ModuleNotFoundError if a module that reads tunes is not installed."""
    if find_spec(name) is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def unreadable(task: Task, reason: str = "ends the program that reads it") -> ReadingLine:
    """The answer for a tune that harms whatever reads it."""
    problem = Reading(task.title, task.source, None, reason)
    return ReadingLine(reading_as_line(problem), lasting=False)


@contextmanager
def _at_hand(task: Task) -> Iterator[Task]:
    """The task with its file on this machine."""
    if task.content is None:
        yield task
        return
    with TemporaryDirectory(prefix="livedshl-") as folder:
        path = Path(folder) / Path(task.path).name
        try:
            path.write_bytes(task.content)
        except OSError as error:
            raise CorpusError(
                f"a worker cannot write ({error.strerror})",
                where=folder,
                remedy="Free some space there, then give the command again: it goes on",
            ) from error
        yield replace(task, path=str(path))


class _Reader:
    """A process that reads tunes, one after the other. It is started again if it ends."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._late = False
        self._lock = Lock()  # so that only the process that is late is ended

    def read(self, task: Task) -> ReadingLine:
        """Reads a tune. Raises CorpusError if no process can be started."""
        if not (self._begins(task) or self._begins(task)):  # it may have ended since
            raise CorpusError("a process that reads tunes does not start", remedy="Try again")
        if line := self._line(READING_S):
            return ReadingLine(line.rstrip("\n"))
        status = self._process.wait() if self._process else 0
        if self._late:
            return unreadable(task, f"takes longer than {READING_S:.0f} s to read")
        if status == OUT_OF_MEMORY:
            return unreadable(task, f"takes more than {MOST_MEMORY >> 30} GiB of memory to read")
        return unreadable(task)

    def end(self) -> None:
        """Ends the process."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def _begins(self, task: Task) -> bool:
        """Sends a task. Whether a process begins it; False if it ended before."""
        if self._process is None or self._process.poll() is not None:
            self._process = _started()
        assert self._process.stdin
        try:
            self._process.stdin.write(task.as_line())
            self._process.stdin.flush()
        except OSError:
            self._process.wait()
            return False
        return self._line(_STARTING_S) != ""

    def _line(self, limit_s: float) -> str:
        """The next line that the process answers; "" if it has ended, or had to be ended."""
        process = self._process
        assert process and process.stdout
        self._late = False
        waits = [True]

        def end_late() -> None:
            with self._lock:
                if waits:
                    self._late = True
                    process.kill()

        timer = Timer(limit_s, end_late)
        timer.daemon = True
        timer.start()
        line = process.stdout.readline()
        with self._lock:
            waits.clear()
        timer.cancel()
        return line


def _started() -> "subprocess.Popen[str]":
    # -P: modules in the working folder must not stand in for those of the library.
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "livedshl.corpus.reader"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )


_idle = Idle(_Reader)
