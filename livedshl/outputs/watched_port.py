"""A port that is watched, told apart from others of its name."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from livedshl.outputs.port_names import same_port
from livedshl.outputs.port_news import PortNews, PortRequest


@dataclass(slots=True)
class WatchedPort:
    """A port, what it is called now, and whether it is there.

    since_s: since when, by `time.monotonic`. listened: the last news of who listens to it.
    identity: JACK's, which no new name changes. missed_s: since when it is not listed; None if it
    is. unseen: whether nobody can look at it.
    """

    request: PortRequest
    there: bool = False
    listened: PortNews | None = None
    identity: int | None = None
    missed_s: float | None = None
    unseen: bool = False
    since_s: float = field(default_factory=time.monotonic)
    name: str = ""
    _twins: set[str] = field(default_factory=set)  # other devices of its name, but for numbers

    def __post_init__(self) -> None:
        self.name = self.request.name

    def is_missed_for(self, least_s: float) -> bool:
        """Whether it has not been listed for so long; call it when it is not."""
        if self.missed_s is None:
            self.missed_s = time.monotonic()
        return time.monotonic() - self.missed_s >= least_s

    def find(self, names: Sequence[str]) -> str | None:
        """What it is called in this list of ports; None if it is not among them.

        A port that returns may have other numbers, or the name that it had first. One that was
        there beside it all the time is another.
        """
        if self.request.kind.is_own:
            return self.name  # it stays as long as the system, and can be made again
        wanted = (self.name, self.request.name)
        like = [name for name in names if any(same_port(each, name) for each in wanted)]
        if self.name in like:
            self._twins = set(like) - {self.name}
            return self.name
        if self.there:
            return None
        self._twins.intersection_update(like)
        return next((name for name in like if name not in self._twins), None)
