"""What only hours of music show: bars that come again too soon, and rules that are broken.

Nothing here grows with the length of the music. It checks each bar as it comes.
"""

from collections import Counter, deque

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.diagnostics.check import Check, counted
from livedshl.improviser import ContinuationRules
from livedshl.music import Grid
from livedshl.music.segments import CHORD

_REPEATED_BARS = 8
_REPEAT_MINUTES = 10


class Repetition:
    """Whether eight bars of the melody, counted from a bar line, come again too soon.

    Bars that the form repeats do not count.
    """

    def __init__(self, grid: Grid, tempo_bpm: float) -> None:
        self._soon_bars = _REPEAT_MINUTES * tempo_bpm / grid.bar_beats
        self._bar_bytes = grid.bar_steps * CHORD  # pitch and articulated, a byte each
        self._bar_steps = grid.bar_steps
        self._heard = b""  # from the bar line at which the next window starts
        self._planned = b""  # from there too, a byte a step
        self._bar = 0
        self._windows: deque[tuple[int, int]] = deque()  # bar and hash of the recent ones
        self._last_bar: dict[int, int] = {}  # by hash
        self._first = ""
        self.repeats = 0

    def hear(self, steps: NDArray[np.int8], planned: bool = False) -> None:
        """Takes in the next steps, int8[n, 3]. planned: the form repeats them."""
        self._heard += steps[:, :CHORD].tobytes()
        self._planned += bytes([planned]) * len(steps)
        while len(self._heard) >= self._window_bytes:
            if not any(self._planned[: _REPEATED_BARS * self._bar_steps]):
                self._compare(hash(self._heard[: self._window_bytes]))
            self._heard = self._heard[self._bar_bytes :]
            self._planned = self._planned[self._bar_steps :]
            self._bar += 1

    def check(self) -> Check:
        """The check that none came again."""
        found = f"{counted(self.repeats, 'window')} of {_REPEATED_BARS} bars came again"
        return Check(
            f"repeats in {_REPEAT_MINUTES} min",
            found,
            f"{found}, {self._first}" if self.repeats else None,
        )

    @property
    def _window_bytes(self) -> int:
        return _REPEATED_BARS * self._bar_bytes

    def _compare(self, window: int) -> None:
        while self._windows and self._bar - self._windows[0][0] > self._soon_bars:
            bar, old = self._windows.popleft()
            if self._last_bar[old] == bar:
                del self._last_bar[old]
        if window in self._last_bar:
            self.repeats += 1
            before = self._last_bar[window] + 1
            self._first = self._first or f"first those of bar {before} at bar {self._bar + 1}"
        self._windows.append((self._bar, window))
        self._last_bar[window] = self._bar


class RuleKeeping:
    """Whether song cap and recency are kept, counted from the segments that were played."""

    def __init__(self, library: SegmentLibrary, rules: ContinuationRules) -> None:
        self._library = library
        self._rules = rules
        self._window: deque[list[int]] = deque(maxlen=rules.window)
        self._recency = rules.recency_in(library)
        self._recent: deque[int] = deque(maxlen=self._recency)
        self._first_over_cap = self._first_return = ""
        self.over_cap = 0
        self.returns = 0

    def hear(self, segment: int, beat: int) -> None:
        """Takes in the segment that starts at a beat of the music."""
        content = int(self._library.content_ids[segment])
        self._window.append(self._library.songs_with(content).tolist())
        counts = Counter(song for songs in self._window for song in songs)
        song, count = counts.most_common(1)[0]
        where = f"at beat {beat}"
        if count > self._rules.song_cap:
            self.over_cap += 1
            title = self._library.tunes[song].title
            self._first_over_cap = self._first_over_cap or f"first by {title!r} {where}"
        if content in self._recent:
            self.returns += 1
            self._first_return = self._first_return or f"first {where}"
        self._recent.append(content)

    def checks(self) -> list[Check]:
        """The checks that neither was broken."""
        cap, window = self._rules.song_cap, self._rules.window
        over = f"{counted(self.over_cap, 'segment')} over {cap} in {window} of one song"
        returned = f"{counted(self.returns, 'segment')} came again within {self._recency} segments"
        return [
            Check("song cap", over, f"{over}, {self._first_over_cap}" if self.over_cap else None),
            Check(
                "recency", returned, f"{returned}, {self._first_return}" if self.returns else None
            ),
        ]
