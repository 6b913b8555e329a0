"""`livedshl generate`."""

from pathlib import Path
from typing import Any

import click

from livedshl.cli.options import bars_option, chosen_settings, force_option, performance_options
from livedshl.cli.status import StatusLine
from livedshl.rendering import render


@click.command()
@click.argument("outs", nargs=-1, required=True, metavar="OUT...",
                type=click.Path(path_type=Path, dir_okay=False))  # fmt: skip
@bars_option(default=32)
@click.option("--roll", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Draw a piano roll, coloured by tune: .png, .svg or .pdf.")  # fmt: skip
@force_option
@performance_options
def generate(
    outs: tuple[Path, ...],
    bars: int,
    roll: Path | None,
    force: bool,
    trace: Path | None,
    **chosen: Any,
) -> None:
    """Write music into each OUT. Its ending chooses the format.

    \b
    .mid, .wav            the sound
    .musicxml             the lead sheet, for a notation program
    .pdf, .png, .svg      a picture of the lead sheet, with the tunes it came from

    Pictures need the extra `scores`.
    """
    settings, told = chosen_settings(bars, chosen)
    with StatusLine() as status:
        for line in told:
            status.tell(line)
        render(settings, *outs, trace=trace, roll=roll, overwrite=force, progress=status.progress)
        written = ", ".join(str(path) for path in (*outs, roll, trace) if path)
        status.tell(f"{written}: {bars} bars, seed {settings.seed}")
