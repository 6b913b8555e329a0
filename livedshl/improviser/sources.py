"""What a trace says about the whole piece: which song has the melody when, and for how long."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from livedshl.improviser.provenance import Provenance


@dataclass(frozen=True, slots=True)
class SourceSpan:
    """Steps of the music, from `start` up to `end`, in which one segment has the melody."""

    start: int
    end: int
    provenance: Provenance


def source_spans(provenances: Iterable[Provenance], end: int) -> list[SourceSpan]:
    """Which segment has the melody when, without a gap after an intro, up to step `end`.

    A segment that never has it is left out.
    """
    provenances = [found for found in provenances if not found.is_intro]
    edges = [*(min(provenance.takeover_step, end) for provenance in provenances), end]
    return [
        SourceSpan(start, stop, provenance)
        for (start, stop), provenance in zip(pairwise(edges), provenances, strict=True)
        if start < stop
    ]


def section_starts(provenances: Iterable[Provenance]) -> list[tuple[int, str]]:
    """The intro and the sections of the form, each with its first step: "A", next time "A2".

    The first section of a later tune names it: "Tune 2: A".
    """
    sections = []
    before: tuple[int | None, str | None, int | None] = (None, None, None)
    for provenance in provenances:
        place = provenance.place
        here = (place.tune, place.section, place.time) if place else (None, None, None)
        if place and here != before:
            begins = place.tune not in (1, before[0])
            step = provenance.beat * provenance.grid.beat_steps
            sections.append((step, f"Tune {place.tune}: {place.name}" if begins else place.name))
        before = here
    return sections


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """Where the music of a trace came from, all in all.

    bars: its length. intro_bars: of those, the bars of the intro. segments: how many were played,
    without those of the intro. songs: (title, bars), the most bars first.
    longest, longest_song: the bars of the longest span from one song, and its title.
    mean_hamming: the mean distance of the segments that a code found; None if it found none.
    """

    bars: float
    intro_bars: float
    segments: int
    songs: tuple[tuple[str, float], ...]
    longest: float
    longest_song: str
    mean_hamming: float | None


def summarise_sources(provenances: Sequence[Provenance]) -> SourceSummary:
    """The summary of a trace of at least one record."""
    grid, last = provenances[0].grid, provenances[-1]
    intro = [found for found in provenances if found.is_intro]
    intro_bars = sum(found.beats for found in intro) / grid.bar_beats
    spans = source_spans(provenances, (last.beat + last.beats) * grid.beat_steps)
    steps: Counter[tuple[str, str]] = Counter()
    longest, longest_song = 0, ""
    for (source, song), run in groupby(
        spans, lambda span: (span.provenance.source, span.provenance.song)
    ):
        length = sum(span.end - span.start for span in run)
        steps[source, song] += length
        if length > longest:
            longest, longest_song = length, song
    distances = [found.hamming for found in provenances if found.hamming is not None]
    return SourceSummary(
        bars=steps.total() / grid.bar_steps + intro_bars,
        intro_bars=intro_bars,
        segments=len(provenances) - len(intro),
        songs=tuple((song, count / grid.bar_steps) for (_, song), count in steps.most_common()),
        longest=longest / grid.bar_steps,
        longest_song=longest_song,
        mean_hamming=sum(distances) / len(distances) if distances else None,
    )
