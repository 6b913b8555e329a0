"""Counts what a corpus contains."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from hashlib import blake2b
from itertools import chain, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedshl.corpus.account import KeyFrom
from livedshl.corpus.description import description_of
from livedshl.corpus.library import Corpus, Skipped, TuneStream
from livedshl.music.leadsheet import LeadSheet
from livedshl.music.segments import counted_vocabulary, distinct_segments, lay_on_grid
from livedshl.work.spool import Spool

_FEWEST_MERGED = 100_000  # segments; merging takes some 10 ms


@dataclass(frozen=True, slots=True)
class CorpusSummary:
    """What a corpus contains.

    tunes: all. readable: those that could be read. kept: those that can be used. chorded: those of
    them with chords. reasons: how many tunes were skipped for each reason.
    segments: all, with repeats played out. segments_in_tunes: those that differ within their tune.
    segments_overall: those that differ within the corpus.
    chord_coverage: the share of the chord time that the chord classes cover exactly.
    keys_guessed: how many of the tunes that were read have no written key, or one that is wrong.
    taken: which voices or tracks were read for what, and in how many tunes. warnings: the same.
    skipped: the tunes of which nothing is used. read: how each tune was understood
    (`description_of`). Both are on disk, in the order of the files.
    """

    files: int
    ignored: int
    tunes: int
    readable: int
    kept: int
    chorded: int
    reasons: dict[str, int]
    segments: int
    segments_in_tunes: int
    segments_overall: int
    chord_classes: tuple[str, ...]
    chord_coverage: float
    keys_guessed: int
    taken: dict[str, int]
    warnings: dict[str, int]
    skipped: Spool[Skipped]
    read: Spool[dict[str, Any]]

    def json_parts(self) -> Iterator[str]:
        """The summary as an object of JSON, piece by piece."""
        lists = ("skipped", "read")
        plain = {
            each.name: getattr(self, each.name) for each in fields(self) if each.name not in lists
        }
        yield json.dumps(plain)[:-1]
        for name, entries in (("skipped", map(asdict, self.skipped)), ("read", self.read)):
            yield f', "{name}": ['
            separators = chain([""], repeat(", "))
            yield from (next(separators) + json.dumps(entry) for entry in entries)
            yield "]"
        yield "}"


def summary_of(corpus: Corpus | TuneStream) -> CorpusSummary:
    """The summary of a corpus, with the chord classes that are most frequent in it.

    Takes the tunes one at a time. What can be used of them waits on disk for the second pass, which
    needs the chord classes. Memory grows by some 17 bytes for each segment that differs from all
    others: 1.1 KB for a tune of 63.
    """
    counts = Counter[str]()
    reasons, taken, warnings = Counter[str](), Counter[str](), Counter[str]()
    skipped, read = Spool[Skipped](), Spool[dict[str, Any]]()

    def kept() -> Iterator[LeadSheet]:
        for tune in corpus.tunes:
            account = tune.reading.account
            read.append(description_of(tune))
            counts["kept"] += bool(tune.sheets)
            counts["chorded"] += any(len(sheet.chords) for sheet in tune.sheets)
            if tune.reading.sheet:
                counts["readable"] += 1
                counts["guessed"] += account.key_from is KeyFrom.GUESSED
                taken.update(account.taken)
                warnings.update(account.warnings)
            if not tune.sheets:
                skipped.append(Skipped.of(tune))
                reasons[Skipped.of(tune).reason] += 1
            yield from tune.sheets

    contents = DifferentContents()
    with Spool[LeadSheet]() as sheets:
        vocabulary, coverage = counted_vocabulary(sheets.passing(kept()))
        for sheet in sheets:
            tune = lay_on_grid(sheet, vocabulary)
            counts["segments"] += len(tune.starts)
            counts["in tunes"] += len(distinct_segments(tune))
            contents.add(tune.segments())
    return CorpusSummary(
        files=corpus.files,
        ignored=corpus.ignored,
        tunes=len(read),
        readable=counts["readable"],
        kept=counts["kept"],
        chorded=counts["chorded"],
        reasons=dict(reasons.most_common()),
        segments=counts["segments"],
        segments_in_tunes=counts["in tunes"],
        segments_overall=len(contents),
        chord_classes=vocabulary.names,
        chord_coverage=round(coverage, 4),
        keys_guessed=counts["guessed"],
        taken=dict(taken.most_common()),
        warnings=dict(warnings.most_common()),
        skipped=skipped,
        read=read,
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
