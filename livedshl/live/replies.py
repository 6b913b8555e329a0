"""What the player has replied, for every thread that wants to know."""

import json
import threading
import time
from collections.abc import Sequence

from livedshl.errors import OutputError
from livedshl.live.position import Position
from livedshl.player.protocol import Reply, seconds_since


class Replies:
    """The latest reply of each kind, and where the clock is.

    position: the latest, whichever player reported it. count: of all replies so far.
    ended: whether the last player has left.
    """

    def __init__(self) -> None:
        self.position = Position()
        self.count = 0
        self.ended = False
        self._changed = threading.Condition()
        self._texts: dict[Reply, bytes] = {}
        self._ended_tick = 0

    def take(self, kind: Reply, tick: int, stamped: Sequence[int], value: int, text: bytes) -> None:
        """Takes in a reply, and wakes every waiting thread."""
        with self._changed:
            if kind is Reply.POSITION:
                now_s = time.perf_counter()
                # A player that replaces another does not know yet where the music is.
                tick = max(tick, self.position.tick)
                told_s = now_s - seconds_since(stamped, now_s)
                self.position = Position(tick, told_s, value / 1000)
            elif kind is Reply.REPORT:
                self._ended_tick = tick
            self._texts[kind] = text
            self.count += 1
            self._changed.notify_all()

    def begin_next_player(self) -> None:
        """Forgets whether, and how, the last player began and ended."""
        for kind in (Reply.READY, Reply.FAILED, Reply.REPORT, Reply.SPEAKERS):
            self._texts.pop(kind, None)

    def end(self) -> None:
        """The last player has left."""
        with self._changed:
            self.ended = True
            self._changed.notify_all()

    @property
    def ready(self) -> bool:
        """Whether this player has opened its output."""
        return Reply.READY in self._texts

    @property
    def speakers(self) -> bool | None:
        """Whether the built-in synthesiser sounds; None if it has not said so yet."""
        told = self._texts.get(Reply.SPEAKERS)
        return None if told is None else not told

    @property
    def failed(self) -> bool:
        """Whether this player could not open its output."""
        return Reply.FAILED in self._texts

    @property
    def ended_tick(self) -> int | None:
        """Where the clock was when this player left; None if it has not said."""
        return self._ended_tick if Reply.REPORT in self._texts else None

    def wait_ready(self, timeout_s: float) -> None:
        """Waits until the output is open. Raises OutputError if it cannot be."""
        with self._changed:
            self._changed.wait_for(lambda: self.ready or self.ended, timeout_s)
            if self.ready and not self.ended:
                return
            why = self._texts.get(Reply.FAILED)
        if why is None:
            raise OutputError(
                "the player process did not start",
                remedy="Run `livedshl doctor` to see what is missing",
            )
        raise OutputError(**json.loads(why))

    def wait(self, timeout_s: float) -> None:
        """Waits for the next reply, the end, or `wake`."""
        with self._changed:
            if not self.ended:
                self._changed.wait(timeout_s)

    def wake(self) -> None:
        """Ends every `wait`."""
        with self._changed:
            self._changed.notify_all()

    def wait_for_report(self, timeout_s: float) -> bytes | None:
        """The text of the last player's report; None if it died without one."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended, timeout_s)
            return self._texts.get(Reply.REPORT)
