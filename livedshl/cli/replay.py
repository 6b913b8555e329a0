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
    from livedshl.live.loader import load_index
    from livedshl.live.take import log_path, play_again
    from livedshl.live.take_log import read_log

    log = read_log(log_path(take))
    loaded = load_index(lambda progress: model or log.bundle, lambda stage, share: None)
    out = out or take.with_name(f"{take.stem}-replay.mid")
    play_again(log, loaded.bundle, loaded.index, out)
    recorded = take.with_suffix(".mid")
    same = recorded.is_file() and recorded.read_bytes() == out.read_bytes()
    told = f"the same as {recorded}, byte for byte" if same else f"not the same as {recorded}"
    click.echo(f"{out}: {told}", err=True)
