"""`livedshl replay`."""

from pathlib import Path

import click

from livedshl.cli.options import force_option
from livedshl.cli.status import StatusLine
from livedshl.rendering import replay as replay_take


@click.command()
@click.argument("take", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("out", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--model",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Where the model of the take is now, if it has moved.",
)
@force_option
def replay(take: Path, out: Path | None, model: Path | None, force: bool) -> None:
    """Play a recorded TAKE again, into the MIDI file OUT.

    TAKE is what `play --record` wrote: the MIDI file, or the .take file beside it. The same model
    gives the same file, byte for byte. After a crash the replay goes as far as the log does.
    """
    replayed = replay_take(take, out, model, overwrite=force)
    compared = "identical to" if replayed.same else "differs from"
    StatusLine().tell(f"{replayed.path}: {compared} {replayed.recorded}")
