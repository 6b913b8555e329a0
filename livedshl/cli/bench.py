"""`livedshl bench`."""

import click


@click.command()
@click.argument("model", default="session", metavar="[NAME|DIR]")
def bench(model: str) -> None:
    """Measure how long training and retrieval take here, with the tunes and codes of a bundle.

    Trainings are projected from a few epochs; ratios compare what does the same.
    """
    from rich.console import Console
    from rich.table import Table

    from livedshl.cli.status import StatusLine
    from livedshl.index import open_bundle
    from livedshl.index.bundle import find_bundle
    from livedshl.learning.benchmark import benchmark

    with StatusLine() as status:
        timings = benchmark(open_bundle(find_bundle(model)), status.progress)
    table = Table(box=None)
    for heading in ("", "seconds", "ratio"):
        table.add_column(heading, justify="right" if heading else "left")
    for timing in timings:
        table.add_row(timing.what, f"{timing.seconds:.4g}", f"{timing.ratio:.2f}")
    Console().print(table)
