"""The bars around the present as a score: the line that sounds, and what is composed beyond it."""

from collections.abc import Sequence

import numpy as np

from livedshl.live.snapshot import Snapshot
from livedshl.performance.chunk import Chunk
from livedshl.scores.marks import LINE_BARS, section_marks
from livedshl.scores.musicxml import musicxml
from livedshl.surfaces.web.wording import Plain
from livedshl.units import TICKS_PER_STEP


def lead_sheet(snapshot: Snapshot) -> Plain | None:
    """Melody and chord symbols from the bar that begins the present line, as MusicXML.

    None if nothing is composed there.
    """
    bar_ticks = snapshot.grid.bar_ticks
    line_ticks = LINE_BARS * bar_ticks
    chunks = _without_gaps(snapshot.chunks)
    if not chunks:
        return None
    line_tick = max(0, snapshot.tick) // line_ticks * line_ticks
    oldest_tick = -(-chunks[0].start_tick // bar_ticks) * bar_ticks  # of a whole bar
    first_tick = max(line_tick, oldest_tick)
    steps = np.concatenate([chunk.steps for chunk in chunks])
    steps = steps[(first_tick - chunks[0].start_tick) // TICKS_PER_STEP :]
    if not len(steps):
        return None
    keys = {
        max(0, chunk.start_tick - first_tick) // bar_ticks: chunk.key
        for chunk in chunks
        if chunk.end_tick > first_tick
    }
    marks = section_marks(
        ((chunk.start_tick - first_tick) // TICKS_PER_STEP, place.name)
        for chunk in chunks
        if (place := chunk.provenance.place) and place.bar == 1 and not chunk.start_tick % bar_ticks
    )
    score = musicxml(
        steps, snapshot.chords.classes, snapshot.grid, keys[0], snapshot.steering.tempo_bpm,
        title="", creator="", keys=keys, marks=marks,
    )  # fmt: skip
    return {"kind": "sheet", "from": first_tick, "score": score.decode()}


def _without_gaps(chunks: Sequence[Chunk]) -> list[Chunk]:
    """The last of some chunks that follow each other without a gap."""
    kept: list[Chunk] = []
    for chunk in chunks:
        if kept and kept[-1].end_tick != chunk.start_tick:
            kept = []
        kept.append(chunk)
    return kept
