"""`livedshl bench`."""

from collections.abc import Sequence

import click

_SUBJECTS = ("start", "clock", "queries", "drift", "training")
_QUICK = _SUBJECTS[:3]


@click.command()
@click.argument("subjects", nargs=-1, type=click.Choice(_SUBJECTS), metavar="[SUBJECT]...")
@click.option(
    "--model",
    default="session",
    show_default=True,
    metavar="NAME|DIR",
    help="Bundle whose tunes and codes are used.",
)
@click.option("--minutes", type=click.FloatRange(0, min_open=True), default=0.5, show_default=True,
              metavar="N", help="How long to listen to each clock.")  # fmt: skip
def bench(subjects: Sequence[str], model: str, minutes: float) -> None:
    """Measure speed here, side by side with other ways of doing the same.

    \b
    start      from the start of `livedshl play` to its first note, and its memory
    clock      how late notes are sent: idle, and while a network is trained
    queries    how long a retrieval takes among 10,000 to 10,000,000 segments
    drift      how far the clock runs slow in, say, --minutes 60
    training   how long learning a model takes, projected from a few epochs

    Without SUBJECT the first three. The training needs the extra `train`.
    """
    from rich.console import Console
    from rich.table import Table

    from livedshl.bundle import open_bundle
    from livedshl.bundle.catalogue import find_bundle
    from livedshl.cli.status import StatusLine
    from livedshl.diagnostics.bench.clock import measure_clock, measure_drift
    from livedshl.diagnostics.bench.queries import measure_queries
    from livedshl.diagnostics.bench.start import measure_start

    folder = find_bundle(model)
    for subject in subjects or _QUICK:
        with StatusLine() as status:
            if subject == "start":
                found = measure_start(model, status.progress)
            elif subject == "clock":
                found = measure_clock(minutes * 60, status.progress)
            elif subject == "queries":
                found = measure_queries(open_bundle(folder), status.progress)
            elif subject == "drift":
                found = measure_drift(minutes * 60, status.progress)
            else:
                from livedshl.diagnostics.bench.training import measure_training

                found = measure_training(open_bundle(folder), status.progress)
        headings = dict.fromkeys(name for measurement in found for name in measurement.figures)
        table = Table(subject, box=None)
        for heading in headings:
            table.add_column(heading, justify="right")
        for measurement in found:
            figures = (measurement.figures.get(heading, "") for heading in headings)
            table.add_row(measurement.what, *(_shown(figure) for figure in figures))
        Console().print(table)


def _shown(figure: float | str) -> str:
    return figure if isinstance(figure, str) else f"{figure:.4g}"
