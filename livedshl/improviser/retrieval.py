"""Finds the segments that may follow: by code, ring after ring, as far as rules and wish allow."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from livedshl.improviser.line import Line
from livedshl.improviser.merge import Joined, agreeing_steps, joined
from livedshl.improviser.passage import Continuation
from livedshl.improviser.repertoire import Repertoire
from livedshl.improviser.rules import Retrieve, Wish
from livedshl.index import Ring, hamming


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """What to look for.

    playing: the segment whose forward code is the query.
    wish: what the form would like; None if the code decides alone.
    near: how many symbols farther than the nearest candidate another may lie.
    enough: stop looking farther out once there are this many candidates.
    least: look farther than `near` as long as there are fewer candidates.
    merged: whether what follows overlaps the playing segment, or comes end to end with it.
    """

    playing: int
    wish: Wish | None
    near: int
    enough: int
    least: int
    merged: bool


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Segments that could follow, nearest first.

    segments: int32[c]. distances: int64[c], of their backward codes from the query, with a wish's
        handicaps.
    ties: int64[c], how many segments of the index lie at that distance.
    joined: how each would sound.
    """

    segments: NDArray[np.int32]
    distances: NDArray[np.int64]
    ties: NDArray[np.int64]
    joined: Joined


def retrieve(repertoire: Repertoire, line: Line, query: Query) -> tuple[Ring, Candidates | None]:
    """The nearest ring of the index, and the candidates that rules and wish leave.

    The candidates come from the first ring that has any up to `query.near` symbols farther, and
    from beyond until there are `query.least`, or until there are `query.enough`. None if there is
    no candidate in reach.
    """
    barred, quotes, wish = line.memory.barred(), line.quotes, query.wish
    rings: list[Ring] = []
    found: list[NDArray[np.int32]] = []
    sounds: list[Joined] = []
    every = _every_ring(repertoire, query.playing)
    nearest = next(every)  # an index is never empty
    among = _rings_among(repertoire, query, wish) if wish else chain([nearest], every)
    for ring in among:
        is_far = rings and abs(ring.distance - rings[0].distance) > query.near
        if is_far and sum(map(len, found)) >= query.least:
            break
        if wish and abs(ring.distance - nearest.distance) > wish.reach:
            break
        segments = _allowed(repertoire, query, ring.segments, barred)
        if len(segments) and not quotes.are_free:
            sound = _joined(repertoire, query, segments)
            fits = ~quotes.too_long(sound.after)
            segments = segments[fits]
            sounds.append(sound.of(fits))
        if len(segments):
            rings.append(ring)
            found.append(segments)
            if sum(map(len, found)) >= query.enough:
                break
    if not found:
        return nearest, None
    # Joining all at once is faster than ring by ring, which only a quote's limit calls for.
    sound = Joined.all_of(sounds) if sounds else _joined(repertoire, query, np.concatenate(found))
    return nearest, _candidates(rings, found, sound)


def whole_ring(repertoire: Repertoire, query: Query, ring: Ring) -> Candidates:
    """The segments of a ring, whatever the rules say: those that keep the beat, if any do."""
    segments = ring.segments
    if repertoire.retrieve is Retrieve.MIN:
        on_beat = repertoire.in_phase(query.playing, segments, repertoire.grid.cycle_beats)
        segments = segments[on_beat] if on_beat.any() else segments
    return _candidates([ring], [segments], _joined(repertoire, query, segments))


def allowed_near(
    repertoire: Repertoire, line: Line, reach: int, most: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The segments that the rules allow to follow what plays, nearest first, m <= `most`.

    Returns them, int32[m], and how far their codes lie, int64[m].
    reach: by how much a distance may exceed the least of all.
    """
    assert line.playing is not None, "nothing has been played that could go on"
    library, barred = repertoire.library, line.memory.barred()
    found: list[NDArray[np.int32]] = []
    distances: list[int] = []
    nearest: int | None = None
    for ring in repertoire.rings_around(line.playing):
        nearest = ring.distance if nearest is None else nearest
        if ring.distance > nearest + reach or sum(map(len, found)) >= most:
            break
        near = ring.segments[~barred[library.content_ids[ring.segments]]]
        found.append(near[repertoire.in_phase(line.playing, near, repertoire.grid.bar_beats)])
        distances.append(ring.distance)
    far = np.repeat(np.array(distances, np.int64), [len(near) for near in found])
    return np.concatenate(found)[:most], far[:most]


def bridges(
    repertoire: Repertoire, playing: int, reach: int, fewest_tunes: int = 1
) -> NDArray[np.int32]:
    """Bridging segments: their codes link the playing segment to the opening of a new phrase.

    The new phrase starts on a first beat, end to end with the playing segment. The bridge itself
    is never played: its forward code only serves as the next query. Nearest first, at least one.
    reach: by how many symbols they may lie farther than the nearest; farther where else they would
    be of fewer tunes than `fewest_tunes`.
    """
    library, follow_beats = repertoire.library, repertoire.bundle.follow_beats
    found: list[NDArray[np.int32]] = []
    tunes: set[int] = set()
    anything, nearest = np.empty(0, np.int32), 0
    for ring in repertoire.rings_around(playing):
        if found and ring.distance > nearest + reach and len(tunes) >= fewest_tunes:
            break
        anything = anything if len(anything) else ring.segments[:1]
        ends_at = library.phases[ring.segments] + follow_beats
        on_first_beat = ring.segments[ends_at % repertoire.grid.cycle_beats == 0]
        if len(on_first_beat):
            nearest = nearest if found else ring.distance
            found.append(on_first_beat)
            tunes.update(library.tune_of[on_first_beat].tolist())
    return np.concatenate(found) if found else anything


def planned_join(repertoire: Repertoire, playing: int, segment: int) -> Continuation:
    """How a segment that the form brings back follows the playing one."""
    bundle = repertoire.bundle
    asked = bundle.forward[playing]
    distance = int(hamming(asked, bundle.backward[[segment]], bundle.shape)[0])
    farthest_first = repertoire.retrieve is Retrieve.MAX
    standing = repertoire.index.standing(asked, distance, farthest_first)
    agreeing = 0
    if bundle.overlaps:
        contents = bundle.library.contents(np.array([playing, segment]))
        agreeing = int(agreeing_steps(contents[0], contents[1]))
    return Continuation(
        segment=segment,
        hamming=distance,
        nearest=standing.first,
        ties=standing.ties,
        agreeing_steps=agreeing,
        rules_kept=True,
        wish=None,
    )


def _every_ring(repertoire: Repertoire, playing: int) -> Iterator[Ring]:
    if repertoire.retrieve is Retrieve.MIN:
        return repertoire.rings_around(playing)
    return repertoire.index.rings(repertoire.bundle.forward[playing], farthest_first=True)


def _rings_among(repertoire: Repertoire, query: Query, wish: Wish) -> Iterator[Ring]:
    """The rings of the segments that fulfil a wish."""
    bundle, wished = repertoire.bundle, wish.segments
    asked, farthest_first = bundle.forward[query.playing], repertoire.retrieve is Retrieve.MAX
    if wish.index:
        for ring in wish.index.rings(asked, farthest_first):
            yield Ring(ring.distance, wished[ring.segments])
        return
    distances: NDArray[np.integer] = hamming(asked, bundle.backward[wished], bundle.shape)
    if wish.handicap is not None:
        distances = distances + wish.handicap
    every = np.flatnonzero(np.bincount(distances - distances.min(initial=0)))
    every = every + distances.min(initial=0)
    for distance in every[::-1] if farthest_first else every:
        yield Ring(int(distance), wished[distances == distance])


def _allowed(
    repertoire: Repertoire, query: Query, segments: NDArray[np.int32], barred: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """The segments of a ring that memory and the place in the bar leave."""
    segments = segments[~barred[repertoire.library.content_ids[segments]]]
    if repertoire.retrieve is Retrieve.MIN:
        # Codes keep the place in the bar: once off the beat, the music would stay there. A wish
        # may fall on either bar of two.
        cycle_beats = repertoire.grid.bar_beats if query.wish else repertoire.grid.cycle_beats
        segments = segments[repertoire.in_phase(query.playing, segments, cycle_beats)]
    return segments


def _joined(repertoire: Repertoire, query: Query, segments: NDArray[np.int32]) -> Joined:
    library = repertoire.library
    playing = library.contents(np.array(query.playing)) if query.merged else None
    return joined(playing, library.contents(segments), repertoire.grid)


def _candidates(rings: list[Ring], found: list[NDArray[np.int32]], sound: Joined) -> Candidates:
    lengths = [len(segments) for segments in found]
    return Candidates(
        segments=np.concatenate(found),
        distances=np.repeat([ring.distance for ring in rings], lengths),
        ties=np.repeat([len(ring.segments) for ring in rings], lengths),
        joined=sound,
    )
