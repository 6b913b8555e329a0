"""Reads tunes in processes of their own. A problem with one tune never stops the others.

A tune that takes too long, or that ends its process, is skipped with the reason.
"""

import atexit
import json
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from math import inf
from queue import Empty, SimpleQueue
from threading import Lock, Thread, Timer

from livedshl.corpus.bounds import MOST_MEMORY, READING_S
from livedshl.corpus.cache import Reading, reading_from_json
from livedshl.corpus.reader import OUT_OF_MEMORY, Task
from livedshl.errors import CorpusError
from livedshl.progress import Progress

_TUNES_A_PROCESS = 8  # with fewer, starting another process takes longer than reading
_STARTING_S = 120.0  # for a process to start and load its library
_IDLE_S = 10.0  # after which a process that waits for more tunes is ended
_LOOK_S = 0.2

Answer = tuple[int, Reading | CorpusError]


def read_tasks(tasks: Sequence[Task], progress: Progress) -> Generator[Reading, None, None]:
    """The readings of the tasks, in order. Raises CorpusError if no process can be started."""
    for library in {task.library for task in tasks}:
        if find_spec(library) is None:
            raise ModuleNotFoundError(f"No module named {library!r}", name=library)
    waiting = deque(enumerate(tasks))
    answers: SimpleQueue[Answer] = SimpleQueue()
    n_readers = min(os.cpu_count() or 1, -(-len(tasks) // _TUNES_A_PROCESS))
    readers = _taken(n_readers)
    for reader in readers:
        Thread(target=_serve, args=(reader, waiting, answers), daemon=True).start()
    read: dict[int, Reading] = {}
    done = 0
    try:
        for number in range(len(tasks)):
            while number not in read:
                for reader in readers:
                    reader.end_if_late()
                with suppress(Empty):  # a wait without limit cannot be interrupted on Windows
                    index, answer = answers.get(timeout=_LOOK_S)
                    if isinstance(answer, CorpusError):
                        raise answer
                    read[index] = answer
                    done += 1
                    progress("Reading the tunes", done / len(tasks))
            yield read.pop(number)
    except BaseException:
        waiting.clear()
        for reader in readers:
            reader.end()
        raise
    _give_back(readers)


def _serve(
    reader: "_Reader", waiting: deque[tuple[int, Task]], answers: SimpleQueue[Answer]
) -> None:
    """Has a process read one tune after the other, until none waits."""
    while True:
        try:
            number, task = waiting.popleft()
        except IndexError:
            return
        try:
            answers.put((number, reader.read(task)))
        except CorpusError as error:
            answers.put((number, error))


class _Reader:
    """A process that reads tunes, one after the other. It is started again if it ends."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._deadline = inf
        self._late = self._ended = False
        self._lock = Lock()  # so that no process is started after the end

    def read(self, task: Task) -> Reading:
        """Reads a tune. Raises CorpusError if no process can be started."""
        if self._ask(task) is None and self._ask(task) is None:  # it may have ended since
            raise CorpusError("a process that reads tunes does not start", remedy="Try again")
        self._deadline = time.monotonic() + READING_S
        line = self._line()
        self._deadline = inf
        if line:
            return reading_from_json(json.loads(line))
        status = self._process.wait() if self._process else 0
        reason = "ends the program that reads it"
        if self._late:
            reason = f"takes longer than {READING_S:.0f} s to read"
        elif status == OUT_OF_MEMORY:
            reason = f"takes more than {MOST_MEMORY >> 30} GiB of memory to read"
        return Reading(task.title, task.source, None, reason, lasting=False)

    def end_if_late(self) -> None:
        """Ends the process if it takes too long over a tune; another takes its place."""
        if time.monotonic() > self._deadline:
            self._late = True
            self._deadline = inf
            self._kill()

    def end(self) -> None:
        """Ends the process for good, whatever it does."""
        with self._lock:
            self._ended = True
            self._kill()

    def _ask(self, task: Task) -> str | None:
        """Sends a task; the line with which a process begins it, None if it ended before."""
        with self._lock:
            if self._ended:
                raise CorpusError("reading was broken off")
            if self._process is None or self._process.poll() is not None:
                self._process = _started()
                self._late = False
        self._deadline = time.monotonic() + _STARTING_S
        try:
            assert self._process.stdin
            self._process.stdin.write(task.as_line())
            self._process.stdin.flush()
        except OSError:
            self._process.wait()
            return None
        return self._line() or None

    def _line(self) -> str:
        """The next line that the process answers, "" if it has ended."""
        assert self._process and self._process.stdout
        return self._process.stdout.readline()

    def _kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()


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


_idle: list[_Reader] = []  # loading music21 takes seconds, and more tunes may come
_idle_lock = Lock()


def _taken(n_readers: int) -> list[_Reader]:
    with _idle_lock:
        return [_idle.pop() if _idle else _Reader() for _ in range(n_readers)]


def _give_back(readers: Sequence[_Reader]) -> None:
    """Keeps processes for a moment."""
    with _idle_lock:
        _idle.extend(readers)
    timer = Timer(_IDLE_S, _end, args=(readers,))
    timer.daemon = True
    timer.start()


def _end(readers: Sequence[_Reader]) -> None:
    """Ends those of the processes that are idle."""
    with _idle_lock:
        unused = [reader for reader in readers if reader in _idle]
        for reader in unused:
            _idle.remove(reader)
    for reader in unused:
        reader.end()


atexit.register(lambda: _end(list(_idle)))
