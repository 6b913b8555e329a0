"""Chooses the segment that follows: by code first, then among the ties by how well it joins."""

from collections import Counter, deque
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from livedshl.improviser.merge import agreement
from livedshl.index import Bundle, CodeIndex, Ring
from livedshl.music.segments import HOP_STEPS, SEGMENT_BEATS, steps_from


class Retrieve(Enum):
    """Which backward codes are wanted: the nearest, or the farthest (the paper's Task 2)."""

    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class ContinuationRules:
    """What keeps the music original.

    song_cap: of the last `window` segments, at most this many may occur in one and the same song.
    window: segments over which songs are counted.
    recency: segments for which a content that was played is not played again.
    """

    song_cap: int = 4
    window: int = 16
    recency: int = 64


@dataclass(frozen=True, slots=True)
class Continuation:
    """The segment chosen to follow.

    segment: its number in the library.
    hamming: distance from the playing segment's forward code to its backward code.
    nearest: the distance of the first ring: the least of the whole index (the greatest, where the
        farthest is retrieved). `hamming` differs from it only where the rules ruled out the ring.
    ties: segments at distance `hamming`.
    agreeing_steps: steps of the overlap in which it agrees with the playing segment, 0 to 8.
    rules_kept: False if no segment of the library satisfied the rules.
    """

    segment: int
    hamming: int
    nearest: int
    ties: int
    agreeing_steps: int
    rules_kept: bool


class Continuator:
    """Draws continuations and remembers what has been played.

    The draw comes from `rng`: same state, same choice.
    """

    def __init__(
        self,
        bundle: Bundle,
        index: CodeIndex,
        rules: ContinuationRules,
        retrieve: Retrieve,
        rng: np.random.Generator,
    ) -> None:
        self._library = bundle.library
        self._forward = bundle.forward
        self._overlaps = bundle.follow_beats < SEGMENT_BEATS
        self._phase_shift = bundle.follow_beats % SEGMENT_BEATS
        self._index = index
        self._retrieve = retrieve
        self._rng = rng
        self._songs_of_content = _songs_by_content(bundle)
        self._rules = rules
        self._recent: deque[int] = deque(maxlen=rules.recency)  # content ids
        self._window: deque[tuple[int, ...]] = deque(maxlen=rules.window - 1)  # songs

    def open(self) -> int:
        """Draws a segment that opens its song and takes it as played."""
        openings = self._library.openings
        pool = openings if len(openings) else np.arange(len(self._library), dtype=np.int32)
        segment = int(self._rng.choice(pool))
        self._remember(segment)
        return segment

    def follow(self, playing: int) -> Continuation:
        """Draws the continuation of the playing segment and takes it as played."""
        chosen = self._choose(playing)
        self._remember(chosen.segment)
        return chosen

    def _choose(self, playing: int) -> Continuation:
        farthest = self._retrieve is Retrieve.MAX
        first: Ring | None = None
        for ring in self._index.rings(self._forward[playing], farthest_first=farthest):
            first = first or ring
            allowed = self._allowed(ring.segments)
            if len(allowed):
                return self._draw(playing, allowed, ring, first, rules_kept=True)
        assert first is not None, "an index is never empty"
        # A library this small cannot satisfy the rules; endless music matters more.
        return self._draw(playing, first.segments, first, first, rules_kept=False)

    def _draw(
        self,
        playing: int,
        candidates: NDArray[np.int32],
        ring: Ring,
        first: Ring,
        *,
        rules_kept: bool,
    ) -> Continuation:
        agreeing = self._agreement(playing, candidates)
        if self._retrieve is Retrieve.MIN:
            fit = agreeing + HOP_STEPS * self._in_phase(playing, candidates)
            best = fit == fit.max()
            candidates, agreeing = candidates[best], agreeing[best]
        # Each content is as likely as any other, however many songs share it.
        _, content, copies = np.unique(
            self._library.content_ids[candidates], return_inverse=True, return_counts=True
        )
        weights = 1.0 / copies[content]
        drawn = int(self._rng.choice(len(candidates), p=weights / weights.sum()))
        return Continuation(
            segment=int(candidates[drawn]),
            hamming=ring.distance,
            nearest=first.distance,
            ties=len(ring.segments),
            agreeing_steps=int(agreeing[drawn]),
            rules_kept=rules_kept,
        )

    def _agreement(self, playing: int, candidates: NDArray[np.int32]) -> NDArray[np.int64]:
        if not self._overlaps:
            return np.zeros(len(candidates), np.int64)
        library = self._library
        old = library.contents(np.array(playing))
        return agreement(old, steps_from(library.steps, library.starts[candidates], HOP_STEPS))

    def _in_phase(self, playing: int, candidates: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Whether each candidate falls on the same beats of the bar as in its own song."""
        phases = self._library.phases
        wanted = (phases[playing] + self._phase_shift) % SEGMENT_BEATS
        return np.asarray(phases[candidates] == wanted, np.bool_)

    def _allowed(self, segments: NDArray[np.int32]) -> NDArray[np.int32]:
        contents = self._library.content_ids[segments]
        fresh = ~np.isin(contents, np.fromiter(self._recent, np.int64))
        counts = Counter(song for songs in self._window for song in songs)
        full = {song for song, count in counts.items() if count >= self._rules.song_cap}
        if full:
            fresh &= np.array(
                [full.isdisjoint(self._songs_of_content[content]) for content in contents.tolist()],
                np.bool_,
            )
        return segments[fresh]

    def _remember(self, segment: int) -> None:
        content = int(self._library.content_ids[segment])
        self._recent.append(content)
        self._window.append(self._songs_of_content[content])


def _songs_by_content(bundle: Bundle) -> list[tuple[int, ...]]:
    """The songs in which each content occurs."""
    library = bundle.library
    songs: list[set[int]] = [set() for _ in range(int(library.content_ids.max()) + 1)]
    for content, song in zip(library.content_ids.tolist(), library.tune_of.tolist(), strict=True):
        songs[content].add(song)
    return [tuple(sorted(those)) for those in songs]
