"""The bars around the present as a score: the line that sounds, and what is composed beyond it."""

from livedshl.live.snapshot import Snapshot
from livedshl.live.written_bars import written_bars
from livedshl.scores.marks import LINE_BARS
from livedshl.surfaces.web.wording import Plain, title_of_source


def lead_sheet(snapshot: Snapshot) -> Plain | None:
    """Melody and chord symbols from the bar that begins the present line, as MusicXML.

    With it goes the tune that each bar comes from.
    None if nothing is composed there.
    """
    line_ticks = LINE_BARS * snapshot.grid.bar_ticks
    written = written_bars(
        snapshot.chunks, max(0, snapshot.tick) // line_ticks * line_ticks,
        snapshot.chords.classes, snapshot.grid, snapshot.steering.tempo_bpm,
    )  # fmt: skip
    if written is None:
        return None
    first_tick, score = written
    sources = [
        (chunk.start_tick, title_of_source(chunk))
        for chunk in snapshot.chunks
        if chunk.start_tick >= first_tick and not chunk.start_tick % snapshot.grid.bar_ticks
    ]
    return {"kind": "sheet", "from": first_tick, "score": score.decode(), "sources": sources}
