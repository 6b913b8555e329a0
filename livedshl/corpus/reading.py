"""Reads single tunes, in this process or, if there are many, in several.

A problem with one tune never stops the others.
"""

import logging
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

_FEWEST_FOR_A_POOL = 8  # tunes; with fewer, starting processes takes longer than reading
_TUNES_A_TASK = 4
_What = TypeVar("_What")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """A tune for music21 to read: an ABC tune, or a whole MusicXML file if `abc` is None."""

    path: Path
    source: str
    abc: AbcTune | None


def read_tasks(tasks: Sequence[Task], progress: Progress) -> Iterator[Reading]:
    """The readings of the tasks, in order. Raises CorpusError if a process is killed."""
    if len(tasks) < _FEWEST_FOR_A_POOL:
        yield from map(_read, tasks)
        return
    # Forked processes would inherit locks that our threads hold.
    pool = ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=_prepare_process)
    try:
        for done, reading in enumerate(pool.map(_read, tasks, chunksize=_TUNES_A_TASK), 1):
            progress("Reading the tunes", done / len(tasks))
            yield reading
    except BrokenProcessPool:
        raise CorpusError(
            "a process that reads tunes was killed, perhaps for lack of memory",
            remedy="Try again, or with fewer tunes",
        ) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def reading_of(
    title: str, source: str, read: Callable[[_What, str], LeadSheet], what: _What, kind: str
) -> Reading:
    """Reads a tune. kind: what it should be, to say so if it is not, as "MIDI file"."""
    try:
        sheet = read(what, source)
    except ModuleNotFoundError:
        raise  # a library is missing; the tune may be fine
    except CorpusError as error:
        return Reading(title, source, None, error.what)
    except Exception as error:  # the libraries raise anything for a file they do not understand
        log.debug("%s: %s: %s", source, type(error).__name__, error)
        return Reading(title, source, None, f"not a {kind}, or a damaged one")
    return Reading(sheet.title, source, sheet, None)


def _read(task: Task) -> Reading:
    if task.abc:
        title = task.abc.title or f"Tune {task.abc.number}"
        return reading_of(title, task.source, read_abc_tune, task.abc, "tune in ABC")
    return reading_of(task.path.stem, task.source, read_musicxml, task.path, "MusicXML file")


def _prepare_process() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process stops the pool
    Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """Ends this process when the main one is killed; else the pool would wait for ever."""
    parent = parent_process()
    if parent:
        parent.join()
        os._exit(1)
