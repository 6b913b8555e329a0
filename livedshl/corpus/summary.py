"""Counts what a corpus contains."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from livedshl.corpus.account import KeyFrom
from livedshl.corpus.description import description_of
from livedshl.corpus.library import Corpus, Skipped
from livedshl.music.segments import counted_vocabulary, distinct_segments, lay_on_grid


@dataclass(frozen=True, slots=True)
class CorpusSummary:
    """What a corpus contains.

    tunes: all that were read. kept: those that can be used. chorded: those of them with chords.
    reasons: how many tunes were skipped for each reason.
    segments: all, with repeats played out. segments_in_tunes: those that differ within their tune.
    segments_overall: those that differ within the corpus.
    chord_coverage: the share of the chord time that the chord classes cover exactly.
    keys_guessed: how many of the tunes that were read have no written key, or one that is wrong.
    taken: which voices or tracks were read for what, and in how many tunes. warnings: the same.
    read: how each tune was understood (`description_of`), in the order of the files.
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
    keys_guessed: int
    taken: dict[str, int]
    warnings: dict[str, int]
    skipped: tuple[Skipped, ...]
    read: tuple[dict[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        """The summary as JSON types."""
        return asdict(self)


def summary_of(corpus: Corpus) -> CorpusSummary:
    """The summary of a corpus, with the chord classes that are most frequent in it."""
    vocabulary, coverage = counted_vocabulary(corpus.sheets)
    tunes = [lay_on_grid(sheet, vocabulary) for sheet in corpus.sheets]
    accounts = [tune.reading.account for tune in corpus.tunes if tune.reading.sheet]
    contents = {segment.tobytes() for tune in tunes for segment in tune.segments()}
    return CorpusSummary(
        files=corpus.files,
        ignored=corpus.ignored,
        tunes=len(corpus.tunes),
        kept=sum(bool(tune.sheets) for tune in corpus.tunes),
        chorded=sum(any(len(sheet.chords) for sheet in tune.sheets) for tune in corpus.tunes),
        reasons=_counted(skipped.reason for skipped in corpus.skipped),
        segments=sum(len(tune.starts) for tune in tunes),
        segments_in_tunes=sum(len(distinct_segments(tune)) for tune in tunes),
        segments_overall=len(contents),
        chord_classes=vocabulary.names,
        chord_coverage=round(coverage, 4),
        keys_guessed=sum(account.key_from is KeyFrom.GUESSED for account in accounts),
        taken=_counted(name for account in accounts for name in account.taken),
        warnings=_counted(warning for account in accounts for warning in account.warnings),
        skipped=corpus.skipped,
        read=tuple(description_of(tune) for tune in corpus.tunes),
    )


def _counted(names: Iterable[str]) -> dict[str, int]:
    """How often each occurs, the most frequent first."""
    return dict(Counter(names).most_common())
