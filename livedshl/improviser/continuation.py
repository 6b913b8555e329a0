"""Chooses the segment that follows: by code first, then among the ties by how well it joins."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from livedshl.improviser.merge import agreement
from livedshl.index import Bundle, CodeIndex, Ring, SegmentLibrary
from livedshl.music.segments import steps_from


class Retrieve(Enum):
    """Which backward codes are wanted: the nearest, or the farthest (the paper's Task 2)."""

    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class ContinuationRules:
    """What keeps the music original.

    song_cap: of the last `window` segments, at most this many may occur in one and the same song.
    window: segments over which songs are counted.
    recency: segments for which a content that was played is not played again; at most a quarter of
        the library's contents. A thousand take ten minutes at 200 BPM.
    near: symbols by which a code may lie farther than the nearest and still take part in the
        choice: 0 admits ties only. Long codes that tell many segments apart have few ties.
    """

    song_cap: int = 3
    window: int = 16
    recency: int = 1000
    near: int = 0

    def recency_in(self, library: SegmentLibrary) -> int:
        """The recency that is kept in a library."""
        contents = int(library.content_ids.max()) + 1
        return min(self.recency, contents // 4)


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """What the form wants of the segment that follows; it narrows what the code found.

    name: for the trace. among: bool[n], the segments of the library that would do. reach: symbols
    by which one may lie farther than the nearest; where none is that near, the code decides alone.
    """

    name: str
    among: NDArray[np.bool_]
    reach: int


@dataclass(frozen=True, slots=True)
class Continuation:
    """The segment chosen to follow.

    segment: its number in the library.
    hamming: distance from the playing segment's forward code to its backward code.
    nearest: the distance of the first ring: the least of the whole index (the greatest, where the
        farthest is retrieved). `hamming` differs from it only where the rules ruled that ring out,
        or by `ContinuationRules.near`.
    ties: segments at distance `hamming`.
    agreeing_steps: steps of the overlap in which it agrees with the playing segment.
    rules_kept: False if no segment of the library satisfied the rules.
    wish: the name of the wish that was fulfilled; None if there was none, or none could be.
    """

    segment: int
    hamming: int
    nearest: int
    ties: int
    agreeing_steps: int
    rules_kept: bool
    wish: str | None


@dataclass(frozen=True, slots=True, eq=False)
class _Ring:
    """What the rules leave of a ring: int32[...] of its `ties` segments."""

    distance: int
    segments: NDArray[np.int32]
    ties: int


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
        self._grid = bundle.library.grid
        self._overlaps = bundle.overlaps
        self._phase_shift = bundle.follow_beats
        self._index = index
        self._retrieve = retrieve
        self._rng = rng
        self._rules = rules
        self._recent: deque[int] = deque(maxlen=rules.recency_in(bundle.library))  # content ids
        self._window: deque[tuple[int, ...]] = deque(maxlen=rules.window - 1)  # songs

    def open(self) -> int:
        """Draws a segment that opens its song and takes it as played."""
        openings = self._library.openings
        pool = openings if len(openings) else np.arange(len(self._library), dtype=np.int32)
        segment = int(self._rng.choice(pool))
        self._remember(segment)
        return segment

    def follow(self, playing: int, wish: Wish | None = None) -> Continuation:
        """Draws the continuation of the playing segment and takes it as played."""
        chosen = self._choose(playing, wish)
        self._remember(chosen.segment)
        return chosen

    def follow_as_wished(self, playing: int, wish: Wish) -> Continuation | None:
        """Draws a continuation that fulfils the wish and takes it as played; None if none does."""
        chosen = self._as_wished(playing, wish)
        if chosen:
            self._remember(chosen.segment)
        return chosen

    def join(self, playing: int, segment: int) -> Continuation:
        """How a segment follows that a plan brings back: as if it had been chosen, but for rules
        and memory.
        """
        rings = self._index.rings(
            self._forward[playing], farthest_first=self._retrieve is Retrieve.MAX
        )
        first = ring = next(rings)
        while segment not in ring.segments:
            ring = next(rings)
        (agreeing,) = self._agreement(playing, np.array([segment], np.int32)).tolist()
        return Continuation(
            segment, ring.distance, first.distance, ring.ties, agreeing, rules_kept=True, wish=None
        )

    def between(self, playing: int) -> int:
        """A segment by which the code gets from the playing one to what comes end to end with it.

        It is not played, nor remembered.
        """
        ring = next(self._index.rings(self._forward[playing]))
        in_phase = ring.segments[self._in_phase(playing, ring.segments)]
        return int(in_phase[0] if len(in_phase) else ring.segments[0])

    def _as_wished(self, playing: int, wish: Wish) -> Continuation | None:
        nearest, rings = self._near_rings(playing, wish)
        if not rings:
            return None
        return self._draw(playing, rings, nearest.distance, rules_kept=True, wish=wish.name)

    def _choose(self, playing: int, wish: Wish | None) -> Continuation:
        chosen = self._as_wished(playing, wish) if wish else None
        if chosen:
            return chosen
        nearest, rings = self._near_rings(playing, None)
        if rings:
            return self._draw(playing, rings, nearest.distance, rules_kept=True)
        # A library this small cannot satisfy the rules; endless music matters more.
        whole = _Ring(nearest.distance, nearest.segments, len(nearest.segments))
        return self._draw(playing, [whole], nearest.distance, rules_kept=False)

    def _near_rings(self, playing: int, wish: Wish | None) -> tuple[Ring, list[_Ring]]:
        """The first ring, and what rules and wish leave of the rings from the first they have any
        of to `near` symbols farther.
        """
        farthest = self._retrieve is Retrieve.MAX
        first: Ring | None = None
        found: list[_Ring] = []
        for ring in self._index.rings(self._forward[playing], farthest_first=farthest):
            first = first or ring
            if found and abs(ring.distance - found[0].distance) > self._rules.near:
                break
            if wish and abs(ring.distance - first.distance) > wish.reach:
                break
            segments = ring.segments
            if wish:
                segments = segments[wish.among[segments]]
            segments = self._allowed(segments)
            if len(segments):
                found.append(_Ring(ring.distance, segments, len(ring.segments)))
        assert first is not None, "an index is never empty"
        return first, found

    def _draw(
        self,
        playing: int,
        rings: Sequence[_Ring],
        nearest: int,
        *,
        rules_kept: bool,
        wish: str | None = None,
    ) -> Continuation:
        """Draws among what fits best; where that is equal, the first ring goes before the next."""
        candidates = np.concatenate([ring.segments for ring in rings])
        order = np.repeat(np.arange(len(rings)), [len(ring.segments) for ring in rings])
        agreeing = self._agreement(playing, candidates)
        if self._retrieve is Retrieve.MIN:
            fit = agreeing + self._grid.hop_steps * self._in_phase(playing, candidates)
            best = fit == fit.max()
            best &= order == order[best].min()
            candidates, agreeing, order = candidates[best], agreeing[best], order[best]
        # Each content is as likely as any other, however many songs share it.
        _, content, copies = np.unique(
            self._library.content_ids[candidates], return_inverse=True, return_counts=True
        )
        weights = 1.0 / copies[content]
        drawn = int(self._rng.choice(len(candidates), p=weights / weights.sum()))
        ring = rings[order[drawn]]
        return Continuation(
            segment=int(candidates[drawn]),
            hamming=ring.distance,
            nearest=nearest,
            ties=ring.ties,
            agreeing_steps=int(agreeing[drawn]),
            rules_kept=rules_kept,
            wish=wish,
        )

    def _agreement(self, playing: int, candidates: NDArray[np.int32]) -> NDArray[np.int64]:
        if not self._overlaps:
            return np.zeros(len(candidates), np.int64)
        library = self._library
        old = library.contents(np.array(playing))
        hop_steps = self._grid.hop_steps
        return agreement(old, steps_from(library.steps, library.starts[candidates], hop_steps))

    def _in_phase(self, playing: int, candidates: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Whether each candidate falls on the same beats of the bar as in its own song."""
        phases = self._library.phases
        wanted = (phases[playing] + self._phase_shift) % self._grid.cycle_beats
        return np.asarray(phases[candidates] == wanted, np.bool_)

    def _allowed(self, segments: NDArray[np.int32]) -> NDArray[np.int32]:
        library = self._library
        counts = Counter(song for songs in self._window for song in songs)
        full = [song for song, count in counts.items() if count >= self._rules.song_cap]
        barred = [np.array(self._recent, np.int32), *map(library.contents_of, full)]
        return segments[~np.isin(library.content_ids[segments], np.concatenate(barred))]

    def _remember(self, segment: int) -> None:
        content = int(self._library.content_ids[segment])
        self._recent.append(content)
        self._window.append(tuple(self._library.songs_with(content).tolist()))
