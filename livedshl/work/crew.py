"""Who carries out the work: an executor, and what must be known of its workers."""

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import dataclass
from typing import Any

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Crew:
    """An executor, and what must be known of its workers.

    size: how many work at a time; on a cluster this changes.
    lost: the errors which say that a worker died over a task. tries: how many a task may cost.
    far: whether the workers may be on other machines, where this machine's files are not.
    share: sends every worker some bytes that many tasks need. A task takes what it returns as an
    argument; the worker gets the bytes, or the path of a file with them.
    check: raises LivedshlError if nobody is left to work.
    """

    executor: Executor
    size: Callable[[], int]
    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)
    tries: int = _TRIES
    far: bool = False
    share: Callable[[bytes], Any] = lambda content: content
    check: Callable[[], None] = lambda: None
