"""`livedshl replay`."""

from pathlib import Path

import click


@click.command()
@click.argument("take", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("out", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--model",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Where the take's bundle is now, if it has moved.",
)
def replay(take: Path, out: Path | None, model: Path | None) -> None:
    """Play a recorded TAKE again, from its log, into the MIDI file OUT.

    TAKE is what `play --record` wrote, the MIDI file or the .take beside it. The same bundle gives
    the same file, byte for byte; after a crash it goes as far as the log.
    """
    from livedshl.bundle.model import open_model
    from livedshl.errors import TakeError
    from livedshl.live.take import log_path, play_again
    from livedshl.performance.take_log import read_log

    recorded = take if take != log_path(take) else take.with_suffix(".mid")
    out = out or take.with_name(f"{take.stem}-replay.mid")
    if out.resolve() == recorded.resolve():
        raise click.UsageError("OUT is the recording itself; it would be lost")
    log = read_log(log_path(take))
    bundle = model or log.bundle
    if not bundle.is_dir():
        raise TakeError(f"{bundle}: the take's bundle is not there; say with --model where it is")
    loaded = open_model(bundle)
    play_again(log, loaded.bundle, loaded.index, out)
    same = recorded.is_file() and recorded.read_bytes() == out.read_bytes()
    told = f"the same as {recorded}, byte for byte" if same else f"not the same as {recorded}"
    click.echo(f"{out}: {told}", err=True)
