"""`livedshl generate`."""

from pathlib import Path
from typing import Any

import click

from livedshl.cli.options import bars_option, performance_options


@click.command()
@click.argument("outs", nargs=-1, required=True, metavar="OUT...",
                type=click.Path(path_type=Path, dir_okay=False))  # fmt: skip
@bars_option(default=32)
@click.option("--roll", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Draw a piano roll, coloured by source song: .png, .svg or .pdf.")  # fmt: skip
@performance_options
def generate(
    outs: tuple[Path, ...], bars: int, roll: Path | None, trace: Path | None, **chosen: Any
) -> None:
    """Write music into each OUT, by its ending.

    \b
    .mid, .wav            how it sounds
    .musicxml             the lead sheet, to go on with
    .pdf, .png, .svg      the lead sheet drawn, with the joins and their Hamming distances

    Pictures need the extra `scores`.
    """
    from livedshl.performance.options import make_settings
    from livedshl.rendering import render

    settings = make_settings(bars=bars, **chosen)
    render(settings, *outs, trace=trace, roll=roll)
    written = ", ".join(str(path) for path in (*outs, roll, trace) if path)
    click.echo(f"{written}: {bars} bars, seed {settings.seed}", err=True)
