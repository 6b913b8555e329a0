"""What has been played, and which contents the rules keep from coming again now."""

from collections import Counter, deque
from copy import copy

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import SegmentLibrary
from livedshl.improviser.ranking import LONGEST_MEMORY


class Memory:
    """Remembers the segments that were played.

    song_cap: of the last `window` segments, how many may occur in one and the same song. recency:
    segments for which a content that was played is barred.
    """

    def __init__(self, library: SegmentLibrary, song_cap: int, window: int, recency: int) -> None:
        self._library = library
        self._song_cap = song_cap
        self._recent: deque[int] = deque(maxlen=recency)  # content ids
        self._window: deque[tuple[int, ...]] = deque(maxlen=window - 1)  # songs
        self._passages = 0
        # By content, the passage that was heard last of any of its songs.
        self._heard_at = np.full(int(library.content_ids.max()) + 1, -LONGEST_MEMORY)

    def copy(self) -> "Memory":
        """One that remembers the same."""
        other = copy(self)
        other._recent = self._recent.copy()
        other._window = self._window.copy()
        other._heard_at = self._heard_at.copy()
        return other

    def add(self, segment: int) -> None:
        """A segment is played."""
        library = self._library
        content = int(library.content_ids[segment])
        songs = library.songs_with(content).tolist()
        self._recent.append(content)
        self._window.append(tuple(songs))
        for song in songs:
            self._heard_at[library.contents_of(song)] = self._passages
        self._passages += 1

    def avoid(self, segment: int) -> None:
        """Bars the content of a segment as if it had been played just now."""
        self._recent.append(int(self._library.content_ids[segment]))

    def barred(self) -> NDArray[np.bool_]:
        """By content, whether song cap or recency rule it out."""
        counts = Counter(song for songs in self._window for song in songs)
        barred = np.zeros(len(self._heard_at), np.bool_)
        barred[list(self._recent)] = True
        for song, count in counts.items():
            if count >= self._song_cap:
                barred[self._library.contents_of(song)] = True
        return barred

    def unheard(self, segments: NDArray[np.int32]) -> NDArray[np.int64]:
        """Passages for which none of a segment's songs has been heard, int64[n]; 1 for the last."""
        unheard: NDArray[np.int64] = (
            self._passages - self._heard_at[self._library.content_ids[segments]]
        )
        return unheard
