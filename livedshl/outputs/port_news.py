"""What the process that watches MIDI ports, and the one that started it, say to each other.

Each port has a number. Requests and news are lines: a number, a kind and a name, with tabs between
them. Names are escaped as in Python. JSON would do as well, but loading it takes 1 % more memory.
"""

from dataclasses import dataclass
from enum import Enum


class PortKind(Enum):
    """The kinds of port to watch."""

    OUTPUT = "output"
    INPUT = "input"
    VIRTUAL = "virtual"  # our own: it stays as long as its MIDI system
    VIRTUAL_OUTPUT = "virtual output"  # the same, and who listens to it is news as well

    @property
    def is_own(self) -> bool:
        """Whether it is a port that livedshl makes."""
        return self in (PortKind.VIRTUAL, PortKind.VIRTUAL_OUTPUT)


class PortNews(Enum):
    """What has happened to a port."""

    THERE = "there"
    GONE = "gone"
    DIED = "died"  # the MIDI system, and the port with it
    HEARD = "heard"  # a program listens to it
    UNHEARD = "unheard"  # none does
    UNCLEAR = "unclear"  # perhaps one does
    RENAMED = "renamed"  # it is still connected
    UNSEEN = "unseen"  # the system has no room for whoever looks; it may be there


@dataclass(frozen=True, slots=True)
class PortRequest:
    """Asks for a port to be watched."""

    number: int
    kind: PortKind
    name: str

    def line(self) -> bytes:
        """The request as a line; `parse_request` reads it."""
        return _line(self.number, self.kind.value, self.name)


def parse_request(line: bytes) -> PortRequest:
    """The request of a line."""
    number, kind, name = _fields(line)
    return PortRequest(number, PortKind(kind), name)


def news_line(number: int, news: PortNews, name: str) -> bytes:
    """A line that says what has happened to the port of this number, and what it is called now."""
    return _line(number, news.value, name)


def parse_news(line: bytes) -> tuple[int, PortNews, str]:
    """The port's number, what has happened to it, and what it is called now."""
    number, news, name = _fields(line)
    return number, PortNews(news), name


def _line(number: int, value: str, name: str) -> bytes:
    return b"%d\t%s\t%s\n" % (number, value.encode(), name.encode("unicode_escape"))


def _fields(line: bytes) -> tuple[int, str, str]:
    number, value, name = line.rstrip(b"\n").split(b"\t")
    return int(number), value.decode(), name.decode("unicode_escape")
