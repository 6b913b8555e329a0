"""`livedshl evaluate`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from livedshl.cli.options import DEFAULT_PRESET

if TYPE_CHECKING:
    from rich.table import Table

    from livedshl.evaluation.codes.evaluate import Evaluation
    from livedshl.evaluation.music.comparison import Comparison

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


# Parameters that have a meaning only without --music, and only with it.
_OF_CODES, _OF_MUSIC = ("paths", "holdout", "out"), ("pieces", "preset", "ablation")


@click.command()
@click.argument("model", metavar="NAME|DIR")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--holdout",
    default="0.1",
    show_default=True,
    metavar="SHARE|FILE",
    help="Songs to measure on: a share of all, or a file that names one a line.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Chooses the songs, and seeds the training; with --music, of the first piece.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the paper's two tasks are written; by default the folder `evaluation` of "
    "the bundle.",
)
@click.option("--music", is_flag=True, help="Measure what is played instead of the codes.")
@click.option(
    "--pieces",
    type=click.IntRange(1),
    default=200,
    show_default=True,
    metavar="N",
    help="With --music: how many pieces of 32 bars from each source.",
)
@click.option(
    "--preset",
    default=DEFAULT_PRESET,
    show_default=True,
    metavar="NAME|FILE",
    help="With --music: the setting that is measured.",
)
@click.option(
    "--ablation",
    is_flag=True,
    help="With --music: the setting without each term that ranks, and at other adventures.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def evaluate(
    context: click.Context,
    model: str,
    paths: tuple[str, ...],
    holdout: str,
    seed: int,
    out: Path | None,
    music: bool,
    pieces: int,
    preset: str,
    ablation: bool,
    as_json: bool,
) -> None:
    """Measure how well codes find what comes next, on songs they have not learned from.

    The settings of the bundle DIR are learned again, on its own tunes or on those in PATH..., but
    without the songs held out; then every segment of those asks for its successor among all
    segments. Beside the codes stands what else could be used. This takes as long as training.

    Also written is what the bundle itself plays: the paper's Task 1 and Task 2, the same start
    continued by the nearest and by the farthest codes, as MIDI files and scores.

    With --music it is the music that is measured: pieces as `livedshl generate` writes them, from
    --seed and the seeds after it, beside the bundle's own tunes and other ways of making pieces.
    """
    for name in _OF_CODES if music else _OF_MUSIC:
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            option = "PATH" if name == "paths" else f"--{name}"
            raise click.UsageError(
                f"{option} and --music exclude each other" if music else f"{option} needs --music"
            )
    from livedshl.bundle.catalogue import bundle_folder

    folder = bundle_folder(model)
    if music:
        _evaluate_music(folder, preset, pieces, seed, ablation, as_json)
    else:
        _evaluate_codes(folder, paths, holdout, seed, out, as_json)


def _evaluate_codes(
    folder: Path,
    paths: tuple[str, ...],
    holdout: str,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> None:
    from rich.console import Console

    from livedshl.bundle import open_bundle
    from livedshl.cli.status import StatusLine
    from livedshl.evaluation.codes.evaluate import evaluate
    from livedshl.evaluation.paper_tasks import write_tasks
    from livedshl.files import check_folder
    from livedshl.rendering import render

    bundle = open_bundle(folder)
    out = out or folder / "evaluation"
    check_folder(out)
    written = write_tasks(folder, out, seed, render)
    with StatusLine() as status:
        evaluation = evaluate(bundle, paths, holdout, seed, status.progress)
    if as_json:
        click.echo(json.dumps(evaluation.as_json()))
    else:
        Console().print(_table(evaluation))
        click.echo(_told(evaluation))
        click.echo(f"The paper's tasks: {', '.join(map(str, written))}")


def _evaluate_music(
    folder: Path, preset: str, pieces: int, seed: int, ablation: bool, as_json: bool
) -> None:
    from rich.console import Console

    from livedshl.bundle import open_bundle
    from livedshl.cli.status import StatusLine
    from livedshl.evaluation.music.comparison import ablate, compare
    from livedshl.performance.preset import load_preset

    of_preset = load_preset(preset)
    bundle = open_bundle(folder)
    with StatusLine() as status:
        measured = ablate if ablation else compare
        comparison = measured(bundle, of_preset, pieces, seed, status.progress)
    if as_json:
        click.echo(json.dumps(comparison.as_json()))
    elif ablation:
        Console().print(_ablation_table(comparison))
        click.echo(f"Medians over {pieces} pieces a setting.")
    else:
        Console().print(_music_table(comparison))
        click.echo(_music_told(comparison))


def _table(evaluation: "Evaluation") -> "Table":
    from rich.table import Table

    table = Table(box=None)
    table.add_column("")
    for heading, _, _ in _COLUMNS:
        table.add_column(heading, justify="right")
    for name, figures in {"codes": evaluation.codes, **evaluation.baselines}.items():
        cells = []
        for _, figure, form in _COLUMNS:
            f = figures[figure]
            cells.append(f"{f.value:{form}}\n[dim]{f.low:{form}} {f.high:{form}}[/dim]")
        table.add_row(name, *cells)
    return table


def _told(evaluation: "Evaluation") -> str:
    holdout, codes = evaluation.holdout, evaluation.codes
    return (
        f"Follow distance {evaluation.settings.follow_beats}: {len(holdout.queries):,} pairs of "
        f"{len(holdout.songs)} songs held out of {len(holdout.library.tunes)}, "
        f"{evaluation.candidates:,} segments to choose from. Training lost "
        f"{len(holdout.recurring)} more songs that are held-out ones again, and "
        f"{holdout.removed:,} segments that those have too.\n"
        f"Codes: Hamming {codes['hamming_positive'].value:.2f} of pairs that follow, "
        f"{codes['hamming_negative'].value:.2f} of others; "
        f"{codes['distinct_codes'].value:,.0f} different codes, the commonest has "
        f"{codes['largest_bucket'].value:.2%} of the segments, a symbol "
        f"{codes['symbol_entropy'].value:.2f} bits.\n"
        "Below each figure: where it would lie in 95 % of cases, had other songs been held out."
    )


def _music_table(comparison: "Comparison") -> "Table":
    from rich.table import Table

    from livedshl.evaluation.music.comparison import SOURCES
    from livedshl.evaluation.music.measures import MEASURES

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


def _ablation_table(comparison: "Comparison") -> "Table":
    from rich.table import Table

    from livedshl.evaluation.music.measures import MEASURES

    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    for measure in MEASURES:
        table.add_column(measure.name, justify="right", overflow="fold")
    for source in comparison.sources:
        spreads = [(comparison.spread(source, measure), measure.form) for measure in MEASURES]
        table.add_row(source, *(f"{f.median:{form}}" if f else "-" for f, form in spreads))
    return table


def _music_told(comparison: "Comparison") -> str:
    from livedshl.evaluation.music.comparison import MAX_QUOTE_BEATS, SOURCES
    from livedshl.evaluation.music.pieces import BARS

    quotes = comparison.longest_quotes()
    pieces = ", ".join(f"{comparison.pieces(source)} {source}" for source in SOURCES)
    return (
        "Mean and median over the pieces, below them the 10th and 90th percentile. Within: whether "
        "the default's median lies between those of real tunes, and how many of its pieces do.\n"
        f"Pieces of {BARS} bars: {pieces}.\n"
        f"Planned repeats aside, the longest quote of all in the default setting is "
        f"{quotes.max():.2f} beats; {(quotes > MAX_QUOTE_BEATS).sum()} of its pieces have one of "
        f"more than {MAX_QUOTE_BEATS}."
    )
