"""The tables that `livedshl evaluate --accompaniment` prints, and what it says beneath them."""

from typing import TYPE_CHECKING

from rich.table import Table

from livedshl.cli.evaluation_tables import method_table

if TYPE_CHECKING:  # it loads torch
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
