"""`livedshl generate`."""

from pathlib import Path
from typing import Any

import click

from livedshl.cli.options import bars_option, performance_options


@click.command()
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@bars_option(default=32)
@performance_options
def generate(out: Path, bars: int, trace: Path | None, **chosen: Any) -> None:
    """Write music into OUT: a .mid, .musicxml or .wav file, by its ending."""
    from livedshl.cli.performance import bundle_source, settings_of
    from livedshl.live.rendering import render

    settings = settings_of(bars=bars, **chosen)
    render(settings, bundle_source(chosen["model"], settings), out, trace)
    click.echo(f"{out}: {bars} bars, seed {settings.seed}", err=True)
