"""`livedshl play`."""

from pathlib import Path
from typing import Any

import click

from livedshl.cli.options import bars_option, performance_options


@click.command()
@click.option("--port", metavar="NAME|N", help="MIDI port, by words of its name or its number.")
@click.option("--synth", is_flag=True, help="Play through the built-in synthesiser.")
@click.option(
    "--soundfont",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.sf2",
    help="Soundfont of the synthesiser.",
)
@bars_option(default=None)
@click.option(
    "--record",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.mid",
    help="Record what is played.",
)
@click.option(
    "--corpus",
    multiple=True,
    metavar="PATH",
    help="Improvise from these tunes, coded by the model's networks.",
)
@performance_options
def play(
    port: str | None,
    synth: bool,
    soundfont: Path | None,
    bars: int | None,
    record: Path | None,
    corpus: tuple[str, ...],
    trace: Path | None,
    **chosen: Any,
) -> None:
    """Play, endlessly, until Ctrl-C.

    Without --port or --synth: on a virtual MIDI port called "livedshl" where the system can make
    one, else through the built-in synthesiser, else into a recorded MIDI file.
    """
    if port and (synth or soundfont):
        raise click.UsageError("--port and --synth exclude each other")
    from livedshl.cli.performance import bundle_source, settings_of, take_path
    from livedshl.cli.status import StatusLine
    from livedshl.live.session import Session
    from livedshl.outputs.choice import OutputKind, choose_output

    settings = settings_of(bars=bars, **chosen)
    output = choose_output(port=port, synth=synth or soundfont is not None, soundfont=soundfont)
    if output.kind is OutputKind.NOWHERE and record is None:
        record = take_path()
    with StatusLine() as status:
        status.tell(output.reason)
        status.tell(f"Seed {settings.seed}. Ctrl-C stops.")
        session = Session(
            settings,
            output,
            bundle_source(chosen["model"], corpus),
            record=record,
            trace=trace,
            progress=status.progress,
        )
        status.report(session.run())
        if record:
            status.tell(f"Recorded to {record}.")
