"""Reads tunes in a process of its own, because a tune may take for ever, or all memory.

`livedshl.corpus.reading` starts it as `python -m livedshl.corpus.reader`. Each line on standard
input is a task in JSON. It answers with two lines: an empty one as it begins, then the reading in
JSON. It leaves when standard input ends, which it does when the main process is killed.
"""

import json
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TextIO, TypeVar

from livedshl.corpus.abc import AbcTune, read_abc_tune
from livedshl.corpus.account import Account
from livedshl.corpus.bounds import MOST_MEMORY, READING_S, bounded, short_title
from livedshl.corpus.cache import Reading, reading_as_line
from livedshl.corpus.midi_file import read_midi
from livedshl.corpus.musicxml import read_musicxml
from livedshl.errors import CorpusError
from livedshl.files import shown_name
from livedshl.music import LeadSheet

OUT_OF_MEMORY = 3  # exit status
_What = TypeVar("_What")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """A tune to read: a tune of an ABC book, or a whole file if `abc` is None.

    library: the module that reads it. content: of the file, for a worker on another machine.
    melody: name or number of the track that is the melody of a MIDI file, if the user names one.
    """

    path: str
    source: str
    library: str
    abc: AbcTune | None = None
    content: bytes | None = None
    melody: str | None = None

    def as_line(self) -> str:
        """The task as a line of JSON, without the content of the file."""
        return json.dumps(asdict(replace(self, content=None))) + "\n"

    @classmethod
    def of_line(cls, line: str) -> "Task":
        """The task that `as_line` wrote."""
        entry = json.loads(line)
        abc = entry.pop("abc")
        return cls(**entry, abc=AbcTune(**abc) if abc else None)

    @property
    def title(self) -> str:
        """What to call the tune if it cannot be read."""
        if self.abc:
            return short_title(self.abc.title) or f"Tune {self.abc.number}"
        return shown_name(Path(self.path).stem)


def reading_of(task: Task) -> Reading:
    """Reads a tune, and says why if it cannot be read."""
    if task.abc:
        return _reading(task, read_abc_tune, task.abc, "tune in ABC")
    if task.library == "livedshl.corpus.midi_file":
        read = partial(read_midi, melody=task.melody)
        return _reading(task, read, Path(task.path), "MIDI file")
    return _reading(task, read_musicxml, Path(task.path), "MusicXML file")


def _reading(
    task: Task, read: Callable[[_What, str], tuple[LeadSheet, Account]], what: _What, kind: str
) -> Reading:
    """kind: what it should be, to say so if it is not."""
    try:
        sheet, account = read(what, task.source)
        sheet = bounded(sheet)
    except (ModuleNotFoundError, MemoryError):
        raise  # the tune may be fine
    except CorpusError as error:
        return Reading(task.title, task.source, None, error.what)
    except Exception as error:  # the libraries raise anything for a file they do not understand
        log.debug("%s: %s: %s", task.source, type(error).__name__, error)
        return Reading(task.title, task.source, None, f"not a {kind}, or a damaged one")
    return Reading(sheet.title, task.source, sheet, None, account)


def main() -> None:
    """Reads the tunes that standard input names."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process ends this one
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # libraries print
    tasks: SimpleQueue[Task] = SimpleQueue()
    Thread(target=_receive, args=(tasks,), daemon=True).start()
    _bound_memory()
    while True:
        task = tasks.get()
        import_module(task.library)
        _answer(answers, "")
        if hasattr(signal, "alarm"):  # for the case that the main process is killed meanwhile
            signal.alarm(round(READING_S) + 5)
        try:
            reading = reading_of(task)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        _answer(answers, reading_as_line(reading))
        if hasattr(signal, "alarm"):
            signal.alarm(0)


def _answer(answers: TextIO, line: str) -> None:
    answers.write(f"{line}\n")
    answers.flush()


def _receive(tasks: "SimpleQueue[Task]") -> None:
    for line in sys.stdin:
        tasks.put(Task.of_line(line))
    os._exit(0)  # the main process is gone, or needs no reader any more


def _bound_memory() -> None:
    """Lets this process take so much memory only, where the system can see to it."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = taken + MOST_MEMORY
        if most == resource.RLIM_INFINITY or wanted < most:
            resource.setrlimit(resource.RLIMIT_AS, (wanted, most))


if __name__ == "__main__":
    main()
