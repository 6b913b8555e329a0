"""What has been played, and which contents the rules bar from coming again now."""

from collections import Counter, deque
from copy import copy

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary


class Memory:
    """Remembers the segments that were played.

    song_cap: how many of the last `window` segments may occur in the same song.
    recency: for how many segments a content is barred after it was played.
    """

    def __init__(self, library: SegmentLibrary, song_cap: int, window: int, recency: int) -> None:
        self._library = library
        self._song_cap = song_cap
        self._recent: deque[int] = deque(maxlen=recency)  # content ids
        self._window: deque[tuple[int, ...]] = deque(maxlen=window - 1)  # songs

    def copy(self) -> "Memory":
        """The same memory, to go on independently."""
        other = copy(self)
        other._recent = self._recent.copy()
        other._window = self._window.copy()
        return other

    def add(self, segment: int) -> None:
        """Remembers a segment as played."""
        library = self._library
        content = int(library.content_ids[segment])
        songs = library.songs_with(content).tolist()
        self._recent.append(content)
        self._window.append(tuple(songs))

    def avoid(self, segment: int) -> None:
        """Bars the content of a segment as if it had just been played."""
        self._recent.append(int(self._library.content_ids[segment]))

    def barred(self) -> NDArray[np.bool_]:
        """Which contents the song cap or recency bars, bool[contents]."""
        counts = Counter(song for songs in self._window for song in songs)
        barred = np.zeros(self._library.n_contents, np.bool_)
        barred[list(self._recent)] = True
        for song, count in counts.items():
            if count >= self._song_cap:
                barred[self._library.contents_of(song)] = True
        return barred
