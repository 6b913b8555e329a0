"""The tables of accompaniment that `livedshl evaluate` prints, and what it says beneath them."""

from typing import TYPE_CHECKING

from rich.table import Table

from livedshl.cli.evaluation_tables import method_table

if TYPE_CHECKING:  # they load torch, or what reads songs
    from livedshl.evaluation.accompaniment.band import ByCodeComparison, PlayedByCode
    from livedshl.evaluation.accompaniment.evaluate import AccompanimentEvaluation

# Columns of the tables: heading, figure, format.
_FOUND = (
    ("recall@1", "recall@1", ".3f"),
    ("recall@10", "recall@10", ".3f"),
    ("recall@100", "recall@100", ".3f"),
    ("median rank", "median_rank", ".0f"),
)
_LAID = (
    ("notes a bar", "notes", ".1f"),
    ("chord tones", "chord_tones", ".1%"),
    ("clashes", "clashes", ".1%"),
    ("rhythm kept", "rhythm", ".2f"),
    ("mean pitch", "pitch", ".1f"),
)
# Rows for a preset that plays by code: heading, figure, format.
_PLAYED = (
    ("rhythm like the bar before", "rhythm", ".3f"),
    ("bars with the very rhythm of the one before", "same_rhythm", ".3f"),
    ("notes a bar", "notes", ".1f"),
    ("chord tones", "chord_tones", ".3f"),
    ("semitones from the melody", "clashes", ".3f"),
    ("mean pitch", "pitch", ".1f"),
)


def found_table(evaluation: "AccompanimentEvaluation") -> Table:
    """How well each method finds the true next bar, with the range of each figure."""
    return method_table(evaluation.methods, _FOUND)


def laid_table(evaluation: "AccompanimentEvaluation") -> Table:
    """The figures of what is found in other songs, laid on the song, beside the song's own."""
    table = Table("", box=None)
    for heading, _, _ in _LAID:
        table.add_column(heading, justify="right")
    for name, laid in evaluation.laid.items():
        table.add_row(name, *(f"{getattr(laid, figure):{form}}" for _, figure, form in _LAID))
    return table


def accompaniment_in_words(evaluation: "AccompanimentEvaluation") -> str:
    """What the figures were measured on."""
    return (
        f"{evaluation.queries:,} bars of {evaluation.held_out} songs held out of "
        f"{evaluation.songs:,}; at most {evaluation.candidates:,} bars of the same metre to choose "
        f"from; {evaluation.pairs:,} pairs of bars learned from.\n"
        "Below each figure: its 95 % range had other songs been held out.\n"
        "Then what is found first in other songs, laid on the chords that come and below their "
        "melody. Clashes: notes that start a semitone from the melody. Rhythm kept: likeness to "
        "the bar before."
    )


def by_code_table(preset: str, found: "PlayedByCode") -> Table:
    """What a preset plays by code: means, and between which values the middle 80 % lie."""
    table = Table("", box=None, padding=(0, 1, 0, 0))
    columns = {preset: found.pieces}
    if found.songs:
        columns[f"{found.songs} songs in {found.metre}"] = found.of_songs
    for heading in columns:
        table.add_column(heading, justify="right", no_wrap=True)
    for name, figure, form in _PLAYED:
        spreads = [column[figure] for column in columns.values()]
        cells = (f"{s.mean:{form}}  [dim]{s.low:{form}} {s.high:{form}}[/dim]" for s in spreads)
        table.add_row(name, *cells)
    return table


def by_code_in_words(comparison: "ByCodeComparison") -> str:
    """What was measured for `by_code_table`."""
    return (
        f"Means over {comparison.pieces} pieces of each preset, and over the songs; beside them, "
        "between which values the middle 80 % lie."
    )
