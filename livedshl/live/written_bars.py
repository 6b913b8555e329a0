"""Writes chunks of a performance as a score: melody and chord symbols."""

from collections.abc import Sequence

import numpy as np

from livedshl.music import Chord, Grid
from livedshl.performance.chunk import Chunk
from livedshl.scores.marks import section_marks
from livedshl.scores.musicxml import musicxml
from livedshl.units import TICKS_PER_STEP


def written_bars(
    chunks: Sequence[Chunk],
    oldest_tick: int,
    chords: Sequence[Chord],
    grid: Grid,
    tempo_bpm: float,
    *,
    title: str = "",
    creator: str = "",
) -> tuple[int, bytes] | None:
    """The bars from `oldest_tick` on as MusicXML, and the tick of the first: that of a whole bar.

    Only chunks that follow each other without a gap are written. chords: what the numbers in their
    steps stand for. Returns None if there is nothing to write.
    """
    chunks = _without_gaps(chunks)
    if not chunks:
        return None
    bar_ticks = grid.bar_ticks
    first_tick = -(-max(oldest_tick, chunks[0].start_tick) // bar_ticks) * bar_ticks
    steps = np.concatenate([chunk.steps for chunk in chunks])
    steps = steps[(first_tick - chunks[0].start_tick) // TICKS_PER_STEP :]
    if not len(steps):
        return None
    chunks = [chunk for chunk in chunks if chunk.end_tick > first_tick]
    keys = {max(0, chunk.start_tick - first_tick) // bar_ticks: chunk.key for chunk in chunks}
    marks = section_marks(
        ((chunk.start_tick - first_tick) // TICKS_PER_STEP, place.name)
        for chunk in chunks
        if (place := chunk.provenance.place) and place.bar == 1 and not chunk.start_tick % bar_ticks
    )
    score = musicxml(
        steps, chords, grid, keys[0], tempo_bpm,
        title=title, creator=creator, keys=keys, marks=marks,
    )  # fmt: skip
    return first_tick, score


def _without_gaps(chunks: Sequence[Chunk]) -> list[Chunk]:
    """The last of some chunks that follow each other without a gap."""
    kept: list[Chunk] = []
    for chunk in chunks:
        if kept and kept[-1].end_tick != chunk.start_tick:
            kept = []
        kept.append(chunk)
    return kept
