"""Reads tune files portion by portion, in order: what was read before is taken from the cache.

A portion is a file, or some tunes of a book. It is read and remembered as a whole, so reading that
was broken off goes on there. Only a few portions are in memory at any time.
"""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from livedshl.corpus.abc import split_abc
from livedshl.corpus.cache import Reading, ReadingCache, reading_from_line
from livedshl.corpus.files import MIDI, MUSICXML, TuneFile
from livedshl.corpus.reader import Task
from livedshl.corpus.reading import ReadingLine, check_library, read_batch, unreadable
from livedshl.errors import CorpusError
from livedshl.files import shown_name
from livedshl.work import Crew, in_order

# What reads ABC, MIDI and MusicXML without another library.
_OWN_MIDI = "livedshl.corpus.midi_file"
_OWN_ABC, _OWN_MUSICXML = "livedshl.corpus.abc", "livedshl.corpus.musicxml"
_MOST_TUNES = 32  # in a portion and in a batch: what a worker that dies has to read again
_MOST_BYTES = 256 << 10  # in a batch of several


@dataclass(frozen=True, slots=True)
class Portion:
    """Tunes that are read and remembered together.

    file: the number of their file, from 0. source: by which they are remembered. content: of the
    file, or the tunes of the book as text. tasks: how to read them. known: their readings, if
    nothing is left to read.
    """

    file: int
    source: str
    content: bytes
    tasks: tuple[Task, ...]
    known: list[Reading] | None = None


def read_files(
    files: Iterable[TuneFile], cache: ReadingCache, crew: Crew, melody: str | None = None
) -> Generator[tuple[int, list[Reading]], None, None]:
    """The readings of all files, in order, some at a time, each time with the number of the file.

    melody: name or number of the track that is the melody of MIDI files.
    Raises CorpusError, LivedshlError and ModuleNotFoundError if no worker can read.
    """
    groups: deque[list[Portion]] = deque()

    def tasks_of_groups() -> Iterator[list[Task]]:
        portions = chain.from_iterable(
            cut(number, file, melody) for number, file in enumerate(files)
        )
        for group in _groups(_looked_up(portion, cache, crew.far) for portion in portions):
            groups.append(group)
            yield [task for portion in group for task in _unread(portion, crew.far)]

    for answers in in_order(crew, read_batch, tasks_of_groups(), unreadable):
        waiting = iter(answers)
        for portion in groups.popleft():
            if portion.known is not None:
                yield portion.file, portion.known
            else:
                yield portion.file, _kept(portion, list(islice(waiting, len(portion.tasks))), cache)


def _kept(portion: Portion, answers: Sequence[ReadingLine], cache: ReadingCache) -> list[Reading]:
    """The readings that a worker answered, and remembers them."""
    lines = [answer.line for answer in answers]
    if all(answer.lasting for answer in answers):
        cache.save(portion.content, portion.source, lines)
    return [reading_from_line(line) for line in lines]


def _looked_up(portion: Portion, cache: ReadingCache, far: bool) -> Portion:
    """The portion with its readings, if they are in the cache.

    Raises ModuleNotFoundError if it must be read here, and what reads it is not installed.
    """
    known = portion.known or cache.load(portion.content, portion.source)
    if not known and not far:
        for task in portion.tasks:
            check_library(task.library)
    return replace(portion, known=known)


def _groups(portions: Iterable[Portion]) -> Iterator[list[Portion]]:
    """Portions for a worker at a time."""
    group: list[Portion] = []
    tunes = size = 0
    for portion in portions:
        n_tunes = len(portion.tasks) or 1
        if group and (tunes + n_tunes > _MOST_TUNES or size + len(portion.content) > _MOST_BYTES):
            yield group
            group, tunes, size = [], 0, 0
        group.append(portion)
        tunes += n_tunes
        size += len(portion.content)
    if group:
        yield group


def _unread(portion: Portion, far: bool) -> Iterator[Task]:
    """What a worker has to read. far: files go along, to a machine that does not have them."""
    if portion.known is None:
        for task in portion.tasks:
            yield task if task.abc or not far else replace(task, content=portion.content)


def cut(number: int, file: TuneFile, melody: str | None = None) -> Iterator[Portion]:
    """The portions of a file; a problem with the whole file is a reading of it."""
    try:
        content = file.content()
        if file.ending in MIDI | MUSICXML:
            is_midi = file.ending in MIDI
            library = _OWN_MIDI if is_midi else _OWN_MUSICXML
            melody = melody if is_midi else None
            task = Task(str(file.path), file.source, library, melody=melody)
            # Another melody makes another reading of the same file.
            source = file.source if melody is None else f"{file.source}\n{melody}"
            yield Portion(number, source, content, (task,))
        else:
            tasks = _tasks_of_book(file, content)
            for start in range(0, len(tasks), _MOST_TUNES):
                some = tuple(tasks[start : start + _MOST_TUNES])
                # A cached reading depends on the tunes alone, wherever the book lies.
                text = "".join(replace(task, path="").as_line() for task in some)
                yield Portion(number, file.source, text.encode(), some)
    except CorpusError as error:
        problem = Reading(shown_name(file.path.stem), file.source, None, error.what)
        yield Portion(number, file.source, b"", (), [problem])


def _tasks_of_book(file: TuneFile, content: bytes) -> list[Task]:
    tunes = split_abc(_decode(content))
    if not tunes:
        raise CorpusError("no tunes (in ABC, a tune starts with an X: field)")
    tasks, times = [], Counter[str]()
    for tune in tunes:
        times[tune.number] += 1
        again = (
            f".{times[tune.number]}" if times[tune.number] > 1 else ""
        )  # some books repeat numbers
        source = f"{file.source}#{tune.number}{again}"
        tasks.append(Task(str(file.path), source, _OWN_ABC, tune))
    return tasks


def _decode(content: bytes) -> str:
    """The text of a tune book; old ones are in Latin-1, those of some editors in UTF-16."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
