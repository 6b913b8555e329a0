"""`livedshl play`."""

import logging
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from livedshl.bundle.catalogue import find_bundle
from livedshl.cli.beginning import announce, ending_line
from livedshl.cli.heap import share_one_heap
from livedshl.cli.options import (
    bars_option,
    chosen_settings,
    force_option,
    performance_options,
    port_option,
)
from livedshl.cli.origins import overruled
from livedshl.cli.parameters import INPUT_PORT, Number, OneOf
from livedshl.cli.printing import say
from livedshl.cli.status import StatusLine
from livedshl.cli.typed import USAGE, obey_typed_lines
from livedshl.live.at_hand import chart_folders
from livedshl.live.port_watcher import PortWatcher
from livedshl.live.session import Session
from livedshl.live.take_files import check_take_files, new_take_path
from livedshl.outputs.choice import OutputKind, choose_output
from livedshl.outputs.port_names import find_port
from livedshl.outputs.ports import input_names
from livedshl.performance.settings import Settings
from livedshl.player.clock.source import ClockSettings, Sync
from livedshl.progress import Progress
from livedshl.surfaces.inputs import open_inputs
from livedshl.text import shown
from livedshl.units import MOST_COUNT_IN_BARS, MOST_LATENCY_MS

WEB_PORT = 5299  # spells JAZZ on a telephone


@click.command()
@port_option
@click.option("--synth", is_flag=True, help="Play through the built-in synthesiser only.")
@click.option("--virtual", is_flag=True, help="Play on a virtual MIDI port only.")
@click.option(
    "--soundfont",
    metavar="FILE.sf2",
    help="Soundfont of the synthesiser.",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
)
@click.option(
    "--sync",
    type=OneOf([sync.value for sync in Sync]),
    default="internal",
    show_default=True,
    help="Clock source: livedshl, a MIDI clock, an Ableton Link session, or JACK transport.",
)
@click.option(
    "--sync-port",
    type=INPUT_PORT,
    metavar="NAME|N",
    help="MIDI input that receives the clock.  [default: a new virtual one]",
)
@click.option(
    "--count-in",
    type=Number(0, MOST_COUNT_IN_BARS, whole=True),
    default=0,
    metavar="BARS",
    help="Bars of clicks before the first note, and before going on after a pause.",
)
@click.option("--send-clock", is_flag=True, help="Send MIDI clock along with the music.")
@click.option(
    "--latency",
    type=Number(-MOST_LATENCY_MS, MOST_LATENCY_MS, unit=" ms"),
    default=0.0,
    metavar="MS",
    help="Send notes this many ms early (negative = later). While it plays: [ and ] on "
    "the screen, or type `latency 12` with --no-tui.",
)
@click.option(
    "--control-port",
    type=INPUT_PORT,
    is_flag=False,
    flag_value="",
    metavar="[NAME|N]",
    help="MIDI input of a controller; without a name a new virtual one. MIDI learn: l "
    "on the screen, or type `learn adventure` with --no-tui.",
)
@click.option(
    "--osc-port",
    type=Number(1, 65535, whole=True),
    metavar="N",
    help="UDP port for OSC messages from this machine.",
)
@click.option(
    "--web",
    type=Number(1, 65535, whole=True),
    is_flag=False,
    flag_value=WEB_PORT,
    metavar="[PORT]",
    help=f"Serve a page that shows and steers the music, for browsers of this machine; without a "
    f"port at http://127.0.0.1:{WEB_PORT}.",
)
@click.option(
    "--web-host",
    is_flag=False,
    flag_value="0.0.0.0",
    metavar="[ADDRESS]",
    help="Serve the page to tablets and phones as well, at an address of this machine, else at "
    "all of them. Its link holds a secret; a QR code shows it.",
)
@click.option("--no-tui", is_flag=True, help="Plain lines instead of the screen.")
@click.option(
    "--listen",
    type=INPUT_PORT,
    is_flag=False,
    flag_value="",
    metavar="[NAME|N]",
    help="MIDI input of a keyboard to play along on; without a name a new virtual one. "
    "livedshl answers your phrases and follows the chords you hold.",
)
@click.option(
    "--set",
    "set_list",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.toml",
    help="A set list: songs to play in turn, each with its tune, preset, key, tempo and chords. "
    "Next song: N on the screen, or type `song 2` with --no-tui.",
)
@bars_option(default=None)
@click.option(
    "--record",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.mid",
    help="Record what is played.",
)
@force_option
@click.option(
    "--corpus", multiple=True, metavar="PATH", help="Use your own tunes (a file or folder)."
)
@performance_options
def play(
    port: str | None,
    synth: bool,
    virtual: bool,
    soundfont: Path | None,
    sync: str,
    sync_port: str | None,
    count_in: int,
    send_clock: bool,
    latency: float,
    control_port: str | None,
    osc_port: int | None,
    web: int | None,
    web_host: str | None,
    listen: str | None,
    no_tui: bool,
    set_list: Path | None,
    bars: int | None,
    record: Path | None,
    force: bool,
    corpus: tuple[str, ...],
    trace: Path | None,
    **chosen: Any,
) -> None:
    """Play until you press Ctrl-C (once: end on a cadence; twice: stop now).

    Without --port, --synth or --virtual it plays on a virtual MIDI port called "livedshl", and
    through the built-in synthesiser until a program listens to that port. Where nobody can hear it,
    it offers to record a MIDI file.
    """
    share_one_heap()
    if not corpus:  # until the session handles Ctrl-C there is nothing to clean up
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # An output on the command line replaces the one in the settings file.
    port = None if overruled("port", "synth", "soundfont", "virtual") else port
    synth = synth and not overruled("synth", "port", "virtual")
    soundfont = None if overruled("soundfont", "port", "virtual") else soundfont
    virtual = virtual and not overruled("virtual", "port", "synth", "soundfont")
    if sum((bool(port), synth or bool(soundfont), virtual)) > 1:
        raise click.UsageError("choose one of --port, --synth and --virtual")
    if corpus and chosen["opening"]:
        raise click.UsageError(
            "choose either --from or --corpus; `livedshl models add` makes a model for --from"
        )
    if sync_port and sync != "clock":
        raise click.UsageError("--sync-port needs --sync clock")
    if sync == "clock" and chosen["tempo_bpm"] and not overruled("tempo_bpm", "sync"):
        raise click.UsageError("leave out --tempo: the MIDI clock sets the tempo")
    if sync != "internal" and count_in and not overruled("count_in", "sync"):
        raise click.UsageError(f"leave out --count-in: --sync {sync} says when the music starts")
    if set_list and (corpus or chosen["opening"] or chosen["chords"]):
        raise click.UsageError("--set goes without --corpus, --from and --chords")
    settings, told = chosen_settings(bars, chosen, set_list)
    output = choose_output(port, synth or soundfont is not None, soundfont, virtual)
    clock = ClockSettings(
        sync=Sync(sync),
        port=_input(sync_port),
        sends_clock=send_clock,
        latency_s=latency / 1000,
        count_in_bars=count_in,
    )
    if clock.sync is Sync.LINK:
        from livedshl.player.clock.link import check_link  # a library that few have need of

        check_link()
    if clock.sync is Sync.JACK:
        from livedshl.player.clock.jack_transport import check_jack

        check_jack()
    control_port, listen = (
        None if name is None else _input(name) for name in (control_port, listen)
    )
    check_take_files(record, trace)
    if output.kind is OutputKind.NOWHERE:
        say(output.reason, err=True)
        record = record or _ask_to_record()
        output = replace(output, name=str(record), reason=f"Recording to {record}, without sound.")
    terminal = (sys.stdin, sys.stdout, sys.stderr)
    on_screen = not no_tui and all(file and file.isatty() for file in terminal)
    with StatusLine() as status, ExitStack() as surfaces:
        if corpus:
            settings = replace(settings, model=str(_coded(settings, corpus, status.progress)))
        if listen is not None:
            from livedshl.performance.answer import check_networks  # the networks, only to listen

            check_networks(settings)
        watcher = surfaces.enter_context(PortWatcher())
        session = Session(
            settings,
            output,
            clock=clock,
            watcher=watcher,
            record=record,
            trace=trace,
            overwrite=force,
            charts=chart_folders(set_list, chosen["chords"]),
            progress=status.progress,
            on_begin=lambda hearing: announce(status, settings, hearing, clock, told),
            on_ending=lambda: None if on_screen else status.tell(ending_line()),
        )
        tell = logging.getLogger(__name__).warning if on_screen else status.tell
        address: list[str] = []
        if web or web_host:
            from livedshl.surfaces.web.opening import open_page  # few have need of it

            page = open_page(web or WEB_PORT, web_host, session, tell, address.append)
            surfaces.enter_context(page)
            for line in address:
                status.tell(line)
        learn = open_inputs(surfaces, session, watcher, tell, control_port, osc_port, listen)
        if on_screen:
            # It loads the screen's library, which plain lines have no need of.
            from livedshl.surfaces.opening import play_under_screen

            def go_on_in_lines(why: str) -> None:
                nonlocal on_screen
                on_screen = False
                status.tell(f"The screen broke ({why}). The music goes on. {USAGE}")
                obey_typed_lines(session, learn, status.tell)

            status.report(play_under_screen(session, learn, go_on_in_lines, address))
        else:
            if sys.stdin and sys.stdin.isatty():
                status.tell(USAGE)
            obey_typed_lines(session, learn, status.tell)
            status.report(session.run())
        if session.recording:
            status.tell(f"Recorded to {session.recording}.")


def _input(name: str | None) -> str:
    """The MIDI input that a name stands for; "" for a new virtual one."""
    return find_port(name, input_names()) if name else ""


def _coded(settings: Settings, corpus: Sequence[str], progress: Progress) -> Path:
    """The folder of a model of other tunes, coded by the networks of the one that was chosen."""
    # It loads what reads tunes.
    from livedshl.learning.coding import cached_bundle

    folder = find_bundle(settings.model, str(settings.grid), settings.key.mode)
    return cached_bundle(folder, corpus, progress)


def _ask_to_record() -> Path:
    """The file to record instead of a sound, if the user agrees or cannot be asked."""
    path = new_take_path()
    asks = sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty()
    if asks and not click.confirm(shown(f"Record to {path} instead?"), default=True, err=True):
        raise click.exceptions.Exit(1)
    return path
