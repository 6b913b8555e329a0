"""Reads back what `--trace` wrote: where every stretch of the music came from."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from livedshl.errors import TraceError
from livedshl.music import GRIDS, Grid


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a segment came from and how it was found: a record of a trace.

    beat: of the music, at which the segment starts. beats: until the next follows, or the music
    ends. song_beat: of its song, from the first bar line. The rest is as in `Continuation`,
    `Passage` and `Place`, None where there is none.
    """

    grid: Grid
    beat: int
    beats: int
    song: str
    source: str
    song_beat: int
    hamming: int | None
    nearest: int | None
    ties: int | None
    agreeing_steps: int | None
    splice: int | None
    wish: str | None
    tune: int | None
    section: str | None
    time: int | None

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> "Origin":
        """What a record tells. Raises KeyError, TypeError or ValueError if it is none."""
        return cls(
            grid=GRIDS[record["metre"]],
            beat=int(record["beat"]),
            beats=int(record["beats"]),
            song=str(record["song"]),
            source=str(record["source"]),
            song_beat=int(record["song_beat"]),
            wish=_optional(str, record["wish"]),
            tune=_optional(int, record.get("tune")),
            section=_optional(str, record.get("section")),
            time=_optional(int, record.get("time")),
            **{name: _optional(int, record[name]) for name in _COUNTS},
        )

    @property
    def step(self) -> int:
        """The step of the music at which its melody takes over."""
        return self.beat * self.grid.beat_steps + (self.splice or 0)

    @property
    def section_name(self) -> str:
        """Its section, "A", the next time "A2"; empty without a form."""
        again = self.time if self.time and self.time > 1 else ""
        return f"{self.section}{again}" if self.section else ""


_COUNTS = ("hamming", "nearest", "ties", "agreeing_steps", "splice")


def _optional(kind: type, value: Any) -> Any:
    return None if value is None else kind(value)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Steps of the music, from `start` until before `end`, in which one segment has the melody."""

    start: int
    end: int
    origin: Origin


def stretches(origins: Iterable[Origin], end: int) -> list[Stretch]:
    """Who has the melody until step `end`, without a gap; segments that never have it left out."""
    origins = list(origins)
    edges = [*(min(origin.step, end) for origin in origins), end]
    return [
        Stretch(start, stop, origin)
        for (start, stop), origin in zip(pairwise(edges), origins, strict=True)
        if start < stop
    ]


@dataclass(frozen=True, slots=True)
class Summary:
    """Where the music of a trace came from, all in all.

    bars: how long it is. songs: (title, bars) by how much they have of it, most first. longest,
    longest_song: bars of the longest stretch from one song, and its title. mean_hamming: of what
    was asked for; None if nothing was.
    """

    bars: float
    segments: int
    songs: tuple[tuple[str, float], ...]
    longest: float
    longest_song: str
    mean_hamming: float | None


def summarise(origins: Sequence[Origin]) -> Summary:
    """The account of a trace that has any records."""
    grid = origins[0].grid
    found = stretches(origins, (origins[-1].beat + origins[-1].beats) * grid.beat_steps)
    steps: Counter[tuple[str, str]] = Counter()
    longest, longest_song = 0, ""
    for (source, song), run in groupby(found, lambda s: (s.origin.source, s.origin.song)):
        length = sum(stretch.end - stretch.start for stretch in run)
        steps[source, song] += length
        if length > longest:
            longest, longest_song = length, song
    asked = [origin.hamming for origin in origins if origin.hamming is not None]
    return Summary(
        bars=steps.total() / grid.bar_steps,
        segments=len(origins),
        songs=tuple((song, count / grid.bar_steps) for (_, song), count in steps.most_common()),
        longest=longest / grid.bar_steps,
        longest_song=longest_song,
        mean_hamming=sum(asked) / len(asked) if asked else None,
    )


def sections_of(stretches: Iterable[Stretch]) -> list[tuple[int, str]]:
    """The sections of the form, each with the step at which it begins: "A", the next time "A2".

    The first of another tune says so: "Tune 2: A".
    """
    sections = []
    before: tuple[int | None, str | None, int | None] = (None, None, None)
    for stretch in stretches:
        origin = stretch.origin
        here = (origin.tune, origin.section, origin.time)
        if origin.section and here != before:
            begins = origin.tune not in (None, 1, before[0])
            name = origin.section_name
            step = origin.beat * origin.grid.beat_steps
            sections.append((step, f"Tune {origin.tune}: {name}" if begins else name))
        before = here
    return sections


def read_trace(path: Path) -> tuple[list[Origin], bool]:
    """The records of a trace, and whether its last line is cut off, which is left out then.

    Raises TraceError for a file that cannot be read or is no trace.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise TraceError(f"{path}: cannot be read ({error.strerror})") from error
    origins: list[Origin] = []
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
        except ValueError:
            if number == len(lines) and origins:
                return origins, True
            record = None
        try:
            origins.append(Origin.of_record(record))
        except (KeyError, TypeError, ValueError) as error:
            raise TraceError(
                f"{path}, line {number}: no record of a trace; `livedshl play --trace FILE` and "
                "`livedshl generate --trace FILE` write them"
            ) from error
    if not origins:
        raise TraceError(f"{path}: no record in it; nothing was played")
    return origins, False
