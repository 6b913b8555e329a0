"""Reads single tunes, in this process or, where there is much to do, in several.

Whatever is wrong with a tune stays with it.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import TypeVar

from livedshl.corpus.abc_book import AbcTune
from livedshl.corpus.cache import Reading
from livedshl.corpus.notation import read_abc_tune, read_musicxml
from livedshl.errors import CorpusError
from livedshl.music import LeadSheet
from livedshl.progress import Progress

_FEWEST_FOR_A_POOL = 8  # tunes; below, starting processes takes longer than reading
_TUNES_A_TASK = 4
_What = TypeVar("_What")


@dataclass(frozen=True, slots=True)
class Task:
    """One tune to be read by music21: an ABC tune, or else a whole file."""

    path: Path
    source: str
    abc: AbcTune | None


def read_tasks(tasks: Sequence[Task], progress: Progress) -> Iterator[Reading]:
    """The readings of the tasks, in order. Raises CorpusError if a reading process dies."""
    if len(tasks) < _FEWEST_FOR_A_POOL:
        yield from map(_read, tasks)
        return
    # Forked processes would inherit the locks of our threads.
    pool = ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=_prepare_process)
    try:
        for done, reading in enumerate(pool.map(_read, tasks, chunksize=_TUNES_A_TASK), 1):
            progress("Reading the tunes", done / len(tasks))
            yield reading
    except BrokenProcessPool:
        raise CorpusError(
            "a process that reads tunes was ended from outside, perhaps for want of memory; "
            "try again, or with fewer tunes"
        ) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def reading_of(
    title: str, source: str, read: Callable[[_What, str], LeadSheet], what: _What
) -> Reading:
    """What `read` makes of a tune: its lead sheet or what is wrong with it."""
    try:
        sheet = read(what, source)
    except ModuleNotFoundError:
        raise  # not the tune's fault
    except CorpusError as error:
        return Reading(title, source, None, str(error))
    except Exception as error:  # music21 raises whatever an odd tune makes it stumble over
        problem = next(iter(str(error).splitlines()), "")[:120]
        return Reading(title, source, None, f"cannot be read ({type(error).__name__}: {problem})")
    return Reading(sheet.title, source, sheet, None)


def _read(task: Task) -> Reading:
    if task.abc:
        title = task.abc.title or f"Tune {task.abc.number}"
        return reading_of(title, task.source, read_abc_tune, task.abc)
    return reading_of(task.path.stem, task.source, read_musicxml, task.path)


def _prepare_process() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process ends the pool
    Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """Ends this process when the main one is killed: the pool would wait for work for ever."""
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(1)
