"""What the process that watches MIDI ports, and the one that started it, say to each other.

Each port has a number. Requests and news are lines.
"""

import json
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
        return json.dumps([self.number, self.kind.value, self.name]).encode() + b"\n"


def parse_request(line: bytes) -> PortRequest:
    """The request of a line."""
    number, kind, name = json.loads(line)
    return PortRequest(number, PortKind(kind), name)


def news_line(number: int, news: PortNews, name: str) -> str:
    """A line that says what has happened to the port of this number, and what it is called now."""
    return json.dumps([number, news.value, name])


def parse_news(line: bytes) -> tuple[int, PortNews, str]:
    """The port's number, what has happened to it, and what it is called now."""
    number, news, name = json.loads(line)
    return number, PortNews(news), name
