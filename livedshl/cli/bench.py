"""`livedshl bench`."""

from collections.abc import Sequence

import click
from rich.table import Table

from livedshl.bundle.accompaniment import accompaniment_for, open_accompaniment
from livedshl.bundle.catalogue import find_bundle
from livedshl.bundle.model import load_model
from livedshl.cli.console import PlainConsole
from livedshl.cli.parameters import MODEL, Number, OneOf
from livedshl.cli.status import StatusLine
from livedshl.diagnostics.bench import Measurement
from livedshl.diagnostics.bench.clock import measure_clock, measure_drift
from livedshl.diagnostics.bench.queries import measure_queries
from livedshl.diagnostics.bench.start import measure_start
from livedshl.progress import Progress

_SUBJECTS = ("start", "clock", "queries", "drift", "pages", "reading", "training")
_QUICK = _SUBJECTS[:3]


@click.command()
@click.argument("subjects", nargs=-1, type=OneOf(_SUBJECTS), metavar="[SUBJECT]...")
@click.option("--model", type=MODEL, default="session", show_default=True, metavar="NAME|DIR",
              help="Model whose tunes and codes are used.")  # fmt: skip
@click.option("--minutes", type=Number(0.001), default=0.5, show_default=True,
              metavar="N", help="How long to time each clock.")  # fmt: skip
def bench(subjects: Sequence[str], model: str, minutes: float) -> None:
    """Measure speed on this machine, side by side with other ways of doing the same.

    \b
    start      time from `livedshl play` to its first note, and its memory
    clock      how late notes are sent: idle, and while a network is trained
    queries    processor time of a retrieval among 10,000 to 10,000,000 segments
    pages      how late notes are sent while 20 browsers show the page
    drift      how much the clock runs slow in, say, --minutes 60
    reading    tunes read a second, by kind of file and number of processes
    training   how long training a model takes, estimated from a few epochs

    Without SUBJECT it measures the first three. `reading` needs the extra `tunes`, `training` the
    extra `train`, `pages` the extra `web`.
    """
    find_bundle(model)
    for subject in subjects or _QUICK:
        with StatusLine() as status:
            found = _measured(subject, model, minutes * 60, status.progress)
        PlainConsole().print(_table(subject, found))


def _measured(subject: str, model: str, seconds: float, progress: Progress) -> list[Measurement]:
    if subject == "start":
        return measure_start(model, progress)
    if subject == "clock":
        return measure_clock(seconds, progress)
    if subject == "drift":
        return measure_drift(seconds, progress)
    if subject == "pages":
        from livedshl.diagnostics.bench.pages import measure_pages  # the extra `web`

        return measure_pages(seconds, progress)
    if subject == "reading":
        # It loads what reads and writes tunes, which the others must not.
        from livedshl.diagnostics.bench.reading import measure_reading

        return measure_reading(progress)
    bundle = load_model(model).bundle
    if subject == "queries":
        folder = accompaniment_for(bundle.folder)
        return measure_queries(
            bundle, progress, accompaniment=open_accompaniment(folder) if folder else None
        )
    # It loads torch, which the other subjects must not.
    from livedshl.diagnostics.bench.training import measure_training

    return measure_training(bundle, progress)


def _table(subject: str, found: Sequence[Measurement]) -> Table:
    headings = dict.fromkeys(name for measurement in found for name in measurement.figures)
    table = Table(subject, box=None)
    for heading in headings:
        table.add_column(heading, justify="right")
    for measurement in found:
        figures = (measurement.figures.get(heading, "") for heading in headings)
        table.add_row(measurement.what, *(_shown(figure) for figure in figures))
    return table


def _shown(figure: float | str) -> str:
    return figure if isinstance(figure, str) else f"{figure:.4g}"
