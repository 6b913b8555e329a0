"""Counts what a corpus contains."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedshl.corpus.library import Corpus, Skipped, TuneStream
from livedshl.music.leadsheet import LeadSheet
from livedshl.music.segments import counted_vocabulary, distinct_segments, lay_on_grid
from livedshl.work.spool import Spool

_FEWEST_MERGED = 100_000  # segments; merging takes some 10 ms


@dataclass(frozen=True, slots=True)
class CorpusSummary:
    """What a corpus contains.

    tunes: all that were read. kept: those that can be used. chorded: those of them with chords.
    reasons: how many tunes were skipped for each reason.
    segments: all, with repeats played out. segments_in_tunes: those that differ within their tune.
    segments_overall: those that differ within the corpus.
    chord_coverage: the share of the chord time that the chord classes cover exactly.
    """

    files: int
    ignored: int
    tunes: int
    kept: int
    chorded: int
    reasons: dict[str, int]
    segments: int
    segments_in_tunes: int
    segments_overall: int
    chord_classes: tuple[str, ...]
    chord_coverage: float
    skipped: tuple[Skipped, ...]

    def as_json(self) -> dict[str, Any]:
        """The summary as JSON types."""
        return asdict(self)


def summary_of(corpus: Corpus | TuneStream) -> CorpusSummary:
    """The summary of a corpus, with the chord classes that are most frequent in it.

    Takes the tunes one at a time. What can be used of them waits on disk for the second pass, which
    needs the chord classes. Memory grows by what is told of a skipped tune (0.5 KB), and by some 17
    bytes for a segment that differs from all others: 1.1 KB for a tune of 63.
    """
    counts = Counter[str]()
    skipped: list[Skipped] = []
    with Spool[LeadSheet]() as sheets:

        def kept() -> Iterator[LeadSheet]:
            for tune in corpus.tunes:
                counts["tunes"] += 1
                counts["kept"] += bool(tune.sheets)
                counts["chorded"] += any(len(sheet.chords) for sheet in tune.sheets)
                if not tune.sheets:
                    skipped.append(Skipped.of(tune))
                yield from tune.sheets

        vocabulary, coverage = counted_vocabulary(sheets.passing(kept()))
        contents = DifferentContents()
        for sheet in sheets:
            tune = lay_on_grid(sheet, vocabulary)
            counts["segments"] += len(tune.starts)
            counts["in tunes"] += len(distinct_segments(tune))
            contents.add(tune.segments())
    return CorpusSummary(
        files=corpus.files,
        ignored=corpus.ignored,
        tunes=counts["tunes"],
        kept=counts["kept"],
        chorded=counts["chorded"],
        reasons=dict(Counter(tune.reason for tune in skipped).most_common()),
        segments=counts["segments"],
        segments_in_tunes=counts["in tunes"],
        segments_overall=len(contents),
        chord_classes=vocabulary.names,
        chord_coverage=round(coverage, 4),
        skipped=tuple(skipped),
    )


class DifferentContents:
    """Counts segments of different content, of which it keeps 8 bytes each.

    Among 10^7 segments the chance that two different ones are taken for one is 1 in 400,000.
    """

    def __init__(self) -> None:
        self._known = np.empty(0, np.uint64)
        self._fresh = bytearray()

    def __len__(self) -> int:
        self._merge()
        return len(self._known)

    def add(self, segments: NDArray[np.int8]) -> None:
        """Adds segments, int8[n, steps, 3]."""
        for each in segments:
            self._fresh += blake2b(each.tobytes(), digest_size=8).digest()
        if len(self._fresh) // 8 > max(_FEWEST_MERGED, len(self._known) // 4):
            self._merge()

    def _merge(self) -> None:
        # Not by `np.union1d`, which takes five times the memory.
        merged = np.concatenate([self._known, np.frombuffer(bytes(self._fresh), np.uint64)])
        self._known = np.empty(0, np.uint64)
        self._fresh.clear()
        merged.sort()
        self._known = merged[np.append(True, merged[1:] != merged[:-1])[: len(merged)]]
