"""`livedshl evaluate`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

    from livedshl.learning.evaluation.evaluate import Evaluation

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


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
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
    help="Chooses the songs, and seeds the training.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the paper's two tasks are written; by default the folder `evaluation` of "
    "the bundle.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(
    folder: Path,
    paths: tuple[str, ...],
    holdout: str,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Measure how well codes find what comes next, on songs they have not learned from.

    The settings of the bundle DIR are learned again, on its own tunes or on those in PATH..., but
    without the songs held out; then every segment of those asks for its successor among all
    segments. Beside the codes stands what else could be used. This takes as long as training.

    Also written is what the bundle itself plays: the paper's Task 1 and Task 2, the same start
    continued by the nearest and by the farthest codes, as MIDI files and scores.
    """
    from rich.console import Console

    from livedshl.cli.status import StatusLine
    from livedshl.index import open_bundle
    from livedshl.learning.evaluation.evaluate import evaluate
    from livedshl.live.tasks import write_tasks

    bundle = open_bundle(folder)
    written = write_tasks(folder, out or folder / "evaluation", seed)
    with StatusLine() as status:
        evaluation = evaluate(bundle, paths, holdout, seed, status.progress)
    if as_json:
        click.echo(json.dumps(evaluation.as_json()))
    else:
        Console().print(_table(evaluation))
        click.echo(_told(evaluation))
        click.echo(f"The paper's tasks: {', '.join(map(str, written))}")


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
