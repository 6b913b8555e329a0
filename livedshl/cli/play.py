"""`livedshl play`."""

import logging
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from livedshl.bundle.catalogue import find_bundle
from livedshl.cli.options import bars_option, performance_options
from livedshl.performance.settings import Settings
from livedshl.progress import Progress
from livedshl.units import MOST_LATENCY_MS


@click.command()
@click.option("--port", metavar="NAME|N", help="MIDI port, by words of its name or its number.")
@click.option("--synth", is_flag=True, help="Play through the built-in synthesiser.")
@click.option(
    "--soundfont",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.sf2",
    help="Soundfont of the synthesiser.",
)
@click.option(
    "--sync",
    type=click.Choice(["internal", "clock", "link"]),
    default="internal",
    show_default=True,
    help="Who drives the clock: livedshl, a MIDI clock, or an Ableton Link session.",
)
@click.option(
    "--sync-port",
    metavar="NAME|N",
    help="MIDI input that the clock comes from; a virtual one is made if you give none.",
)
@click.option("--send-clock", is_flag=True, help="Send MIDI clock along with the music.")
@click.option(
    "--latency",
    type=click.FloatRange(-MOST_LATENCY_MS, MOST_LATENCY_MS),
    default=0.0,
    metavar="MS",
    help="Play so many milliseconds early, for a synth that is late; negative: late. "
    "While it plays: [ and ] on the screen, or, with --no-tui, type latency MS and Enter.",
)
@click.option(
    "--control-port",
    is_flag=False,
    flag_value="",
    metavar="[NAME|N]",
    help="MIDI input of a controller to steer with; without a name a virtual one is made. "
    "l on the screen, or typing learn CONTROL with --no-tui, lets a knob learn.",
)
@click.option(
    "--osc-port",
    type=click.IntRange(1, 65535),
    metavar="N",
    help="UDP port of this machine on which OSC messages steer.",
)
@click.option("--no-tui", is_flag=True, help="Plain lines instead of the screen.")
@click.option(
    "--listen",
    is_flag=False,
    flag_value="",
    metavar="[NAME|N]",
    help="MIDI input of a keyboard to play together with: phrases are answered, held chords "
    "followed; without a name a virtual one is made.",
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
    sync: str,
    sync_port: str | None,
    send_clock: bool,
    latency: float,
    control_port: str | None,
    osc_port: int | None,
    listen: str | None,
    no_tui: bool,
    bars: int | None,
    record: Path | None,
    corpus: tuple[str, ...],
    trace: Path | None,
    **chosen: Any,
) -> None:
    """Play, endlessly, until Ctrl-C: once ends on a cadence, twice at once.

    Without --port or --synth: on a virtual MIDI port called "livedshl" where the system can make
    one, else through the built-in synthesiser, else into a recorded MIDI file.
    """
    if port and (synth or soundfont):
        raise click.UsageError("--port and --synth exclude each other")
    if corpus and chosen["opening"]:
        raise click.UsageError("--from and --corpus exclude each other; see `livedshl models add`")
    if sync_port and sync != "clock":
        raise click.UsageError("--sync-port is for --sync clock")
    from livedshl.cli.status import StatusLine
    from livedshl.cli.typed import USAGE, obey_typed_lines
    from livedshl.live.port_watcher import PortWatcher
    from livedshl.live.session import Session
    from livedshl.live.take import new_take_path
    from livedshl.outputs.choice import OutputKind, choose_output
    from livedshl.outputs.ports import find_port, input_names
    from livedshl.performance.options import make_settings
    from livedshl.player.clock.source import ClockSettings, Sync

    settings = make_settings(bars=bars, **chosen)
    output = choose_output(port=port, synth=synth or soundfont is not None, soundfont=soundfont)
    timing = ClockSettings(
        sync=Sync(sync),
        port=find_port(sync_port, input_names()) if sync_port else "",
        sends_clock=send_clock,
        latency_s=latency / 1000,
    )
    if output.kind is OutputKind.NOWHERE and record is None:
        record = new_take_path()
    terminal = (sys.stdin, sys.stdout, sys.stderr)
    on_screen = not no_tui and all(file and file.isatty() for file in terminal)
    with StatusLine() as status, ExitStack() as surfaces:
        if corpus:
            settings = replace(settings, model=str(_coded(settings, corpus, status.progress)))
        status.tell(output.reason)
        if waiting := _WAITING.get(timing.sync.value):
            status.tell(waiting.format(port=timing.port or "its virtual input"))
        status.tell(f"Seed {settings.seed}. Ctrl-C ends the music, twice stops it.")
        watcher = surfaces.enter_context(PortWatcher())
        session = Session(
            settings,
            output,
            timing=timing,
            watcher=watcher,
            record=record,
            trace=trace,
            progress=status.progress,
            on_ending=lambda: None if on_screen else status.tell(_ENDING),
        )
        tell = logging.getLogger(__name__).warning if on_screen else status.tell
        learn = None
        if control_port is not None:
            from livedshl.surfaces.midi_control import MidiControl

            name = find_port(control_port, input_names()) if control_port else ""
            learn = surfaces.enter_context(MidiControl(name, session, watcher, tell)).learn
        if osc_port:
            from livedshl.surfaces.osc import OscServer

            surfaces.enter_context(OscServer(osc_port, session, tell))
        if listen is not None:
            from livedshl.live.listener import Listener

            heard = find_port(listen, input_names()) if listen else ""
            surfaces.enter_context(Listener(heard, session, watcher, tell))
        if on_screen:
            from livedshl.surfaces.opening import play_under_screen

            status.report(play_under_screen(session, learn))
        else:
            if sys.stdin and sys.stdin.isatty():
                status.tell(USAGE)
            obey_typed_lines(session, learn, status.tell)
            status.report(session.run())
        if record and session.has_begun:
            status.tell(f"Recorded to {record}.")


def _coded(settings: Settings, corpus: Sequence[str], progress: Progress) -> Path:
    """The folder of a model of other tunes, coded by the networks of the one that was chosen."""
    from livedshl.learning.pipeline import cached_bundle

    folder = find_bundle(settings.model, str(settings.grid), settings.key.mode)
    return cached_bundle(folder, corpus, progress)


_ENDING = "Comes to an end. Ctrl-C again ends now."
_WAITING = {
    "clock": "Waits for a MIDI clock, and its start, on {port}.",
    "link": "In the Ableton Link session of this network, from its next bar on.",
}
