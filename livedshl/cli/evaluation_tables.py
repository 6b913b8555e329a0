"""The tables that `livedshl evaluate` prints, and what it says beneath them."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import click
from rich.console import Console
from rich.table import Table

from livedshl.evaluation.music.band.comparison import BAND_MEASURES, BandComparison
from livedshl.evaluation.music.comparison import MAX_QUOTE_BEATS, SOURCES, Comparison
from livedshl.evaluation.music.measures import MEASURES
from livedshl.evaluation.music.pieces import BARS
from livedshl.evaluation.music.survey import ROWS, Survey

if TYPE_CHECKING:  # it loads torch
    from livedshl.evaluation.codes.evaluate import Evaluation
    from livedshl.evaluation.codes.intervals import Figure
    from livedshl.evaluation.reading import ReadingReport

# Columns of the table: heading, figure, format.
_COLUMNS = (
    ("AUC", "auc_random", ".4f"),
    ("recall@10", "recall@10", ".3f"),
    ("recall@100", "recall@100", ".3f"),
    ("mean 1/rank", "mrr", ".3f"),
    ("median rank %", "median_rank_percent", ".2f"),
    ("AUC, filtered", "auc_filtered", ".4f"),
    ("recall@100, right beat", "in_phase_recall@100", ".3f"),
)
_NOT_BY_CHANCE = 2.4  # Student's t: so large in one of sixty differences that chance makes
_FIGURE = 6  # columns of a figure of a band at most
# What stands before the presets in the table of bands: each measure and its goal.
_BAND_COLUMNS = tuple(zip(*((each.name, each.goal) for each in BAND_MEASURES), strict=True))


class _Measured(Protocol):
    def as_json(self) -> dict[str, Any]: ...


def show(measured: _Measured, as_json: bool, *tables: Table, words: str) -> None:
    """Prints what was measured: as one JSON object, or as tables and a few words."""
    if as_json:
        click.echo(json.dumps(measured.as_json()))
    else:
        Console().print(*tables, sep="\n\n")
        click.echo(words)


def code_table(evaluation: "Evaluation") -> Table:
    """The figures of the codes and of the other methods."""
    return method_table({"codes": evaluation.codes, **evaluation.baselines}, _COLUMNS)


def method_table(
    methods: Mapping[str, Mapping[str, "Figure"]], columns: Sequence[tuple[str, str, str]]
) -> Table:
    """The figures of each method, with their ranges. columns: heading, figure, format."""
    table = Table("", box=None)
    for heading, _, _ in columns:
        table.add_column(heading, justify="right")
    for name, figures in methods.items():
        cells = []
        for _, figure, form in columns:
            f = figures[figure]
            cells.append(f"{f.value:{form}}\n[dim]{f.low:{form}} {f.high:{form}}[/dim]")
        table.add_row(name, *cells)
    return table


def codes_in_words(evaluation: "Evaluation") -> str:
    """What the figures of the codes were measured on."""
    holdout, codes = evaluation.holdout, evaluation.codes
    return (
        f"Follow distance {evaluation.settings.follow_beats}: {len(holdout.queries):,} pairs from "
        f"{len(holdout.songs)} tunes held out of {len(holdout.library.tunes)}, "
        f"{evaluation.candidates:,} segments to choose from. Also kept from training: "
        f"{len(holdout.recurring)} copies of those tunes, and {holdout.removed:,} segments that "
        "they share with others.\n"
        f"Codes: mean Hamming distance {codes['hamming_positive'].value:.2f} for pairs that "
        f"follow, {codes['hamming_negative'].value:.2f} for others. "
        f"{codes['distinct_codes'].value:,.0f} different codes; the commonest has "
        f"{codes['largest_bucket'].value:.2%} of the segments; a symbol carries "
        f"{codes['symbol_entropy'].value:.2f} bits.\n"
        "Below each figure: its 95 % range had other tunes been held out."
    )


def music_table(comparison: Comparison) -> Table:
    """The measures of each source, with mean, median and percentiles."""
    table = Table("", box=None, padding=(0, 1, 0, 0))
    for heading in (*SOURCES, "within"):
        table.add_column(heading, justify="right")
    for measure in MEASURES:
        cells = []
        for source in SOURCES:
            f, form = comparison.spread(source, measure), measure.form
            cells.append(
                f"{f.mean:{form}} {f.median:{form}}\n[dim]{f.low:{form}} {f.high:{form}}[/dim]"
                if f
                else "-"
            )
        within = comparison.within(measure)
        if within:
            cells.append(f"{'yes' if within.median else 'no'}\n[dim]{within.share:.0%}[/dim]")
        table.add_row(f"{measure.name}\n[dim]{measure.unit}[/dim]", *cells)
    return table


def ablation_table(comparison: Comparison) -> Table:
    """What each setting changes by more than chance: the means of its pieces and the default's."""
    table = Table(box=None, padding=(0, 1, 0, 0))
    for heading in ("setting", "what changes"):
        table.add_column(heading)
    for heading in ("default", "here", "t"):
        table.add_column(heading, justify="right")
    for setting in comparison.composed:
        found = [(each, comparison.difference(setting, each)) for each in MEASURES]
        changed = [(each, d) for each, d in found if d and abs(d.t) >= _NOT_BY_CHANCE]
        table.add_row(setting, "" if changed else "[dim]nothing that is measured[/dim]")
        for each, d in changed:
            figures = (f"{d.default:{each.form}}", f"{d.mean:{each.form}}", f"{d.t:+.1f}")
            table.add_row("", f"{each.name} [dim]{each.unit}[/dim]", *figures)
    return table


def ablation_in_words(pieces: int) -> str:
    """What the table of an ablation shows."""
    return (
        f"Means of {pieces} pieces each, of the same seeds, where Student's t of the differences "
        f"is {_NOT_BY_CHANCE} or more. With {len(MEASURES)} measures, one in two settings shows "
        "one that is chance all the same. --json has every mean."
    )


def music_in_words(comparison: Comparison) -> str:
    """What the measures were taken of."""
    quotes = comparison.longest_quotes()
    pieces = ", ".join(f"{comparison.pieces(source)} {source}" for source in SOURCES)
    return (
        "Mean and median over the pieces; below them the 10th and 90th percentile. Within: is the "
        "default's median inside that range of real tunes, and what share of its pieces is?\n"
        f"Pieces of {BARS} bars: {pieces}.\n"
        f"Longest quote in the default setting, planned repeats aside: {quotes.max():.2f} beats. "
        f"{(quotes > MAX_QUOTE_BEATS).sum()} of its pieces quote more than {MAX_QUOTE_BEATS} beats."
    )


def survey_table(found: Survey) -> Table:
    """The figures of each kind of tunes, beside their goals, and below them those of the tunes."""
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("")
    for heading in ("goal", *found.ours):
        table.add_column(heading, justify="right", overflow="fold")
    for row in ROWS:
        cells = []
        for kind, ours in found.ours.items():
            value, real = (of.get(row.name, float("nan")) for of in (ours, found.real[kind]))
            own, tunes = ("-" if v != v else f"{v:{row.form}}" for v in (value, real))
            cells.append(f"{own}\n[dim]{tunes}[/dim]" if real == real else own)
        table.add_row(row.name, row.goal, *cells)
    return table


def band_tables(comparison: BandComparison, width: int) -> list[Table]:
    """The mean of each measure, by preset, beside its goal: as many presets a table as fit.

    width: columns of the terminal.
    """
    room = width - sum(max(map(len, column)) + 1 for column in _BAND_COLUMNS)
    groups: list[list[str]] = [[]]
    for preset in comparison.means:
        widths = (max(len(name), _FIGURE) + 1 for name in (*groups[-1], preset))
        if groups[-1] and sum(widths) > room:
            groups.append([])
        groups[-1].append(preset)
    return [_band_table(comparison, presets) for presets in groups]


def _band_table(comparison: BandComparison, presets: Sequence[str]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True, min_width=max(map(len, _BAND_COLUMNS[0])))
    for heading in ("goal", *presets):
        table.add_column(heading, justify="right", no_wrap=True)
    for measure in BAND_MEASURES:
        values = [comparison.means[preset][measure.name] for preset in presets]
        cells = ["-" if value != value else f"{value:{measure.form}}" for value in values]
        table.add_row(measure.name, measure.goal, *cells)
    return table


def reading_table(report: "ReadingReport") -> Table:
    """The shares that are read rightly, beside the goals."""
    table = Table("", "", box=None, padding=(0, 1, 0, 0))
    for heading in ("right", "goal", "of"):
        table.add_column(heading, justify="right")
    corpus = ""
    for figure in report.figures:
        goal = "-" if figure.goal is None else f"{figure.goal:.0%}"
        colour = "red" if figure.is_met is False else "none"
        table.add_row(
            figure.corpus if figure.corpus != corpus else "",
            figure.name,
            f"[{colour}]{figure.value:.1%}[/]",
            goal,
            f"{figure.count} {figure.unit}",
        )
        corpus = figure.corpus
    return table


def reading_in_words(report: "ReadingReport") -> str:
    """How many goals are met, and what was not measured."""
    goals = [figure.is_met for figure in report.figures if figure.is_met is not None]
    told = f"{sum(goals)} of {len(goals)} goals are met."
    if report.absent:
        told += f"\nNot measured, because it is not in the folder: {', '.join(report.absent)}."
    return told
