"""The command line: one small file for each command, gathered here and loaded when it is used."""

import os
import signal
import sys
from collections.abc import Sequence

import click

from livedshl.cli.group import LazyGroup
from livedshl.cli.messages import report
from livedshl.cli.printing import print_any_letters, say
from livedshl.cli.verbosity import Verbosity
from livedshl.version import __version__

_PROGRAM = "livedshl"
# Each command: the module that holds it, and its line in the list of commands. A line stands here
# and not in the module, so that the list can be shown without loading any of them.
_COMMANDS = {
    "play": ("livedshl.cli.play", "Play until you press Ctrl-C."),
    "demo": ("livedshl.cli.demo", "Take a tour of three minutes."),
    "generate": ("livedshl.cli.generate", "Write music into files."),
    "replay": ("livedshl.cli.replay", "Play a recorded take again, into a MIDI file."),
    "explain": ("livedshl.cli.explain", "Show where each bar of a performance came from."),
    "ports": ("livedshl.cli.ports", "List the MIDI ports."),
    "doctor": ("livedshl.cli.doctor", "Check MIDI, audio and timing on this machine."),
    "presets": ("livedshl.cli.presets", "List the presets, or write one of your own."),
    "library": ("livedshl.cli.library", "List and search the tunes of a model."),
    "models": ("livedshl.cli.models", "List the models, or add one made of your own tunes."),
    "corpus": ("livedshl.cli.corpus", "Show which of your tunes can be learned from, and why."),
    "train": ("livedshl.cli.train", "Train a new model."),
    "evaluate": ("livedshl.cli.evaluate", "Measure how good a model is."),
    "harmoniser": ("livedshl.cli.harmoniser", "Train the network that puts chords to melodies."),
    "bench": ("livedshl.cli.bench", "Measure speed on this machine."),
}
_HIDDEN = {"soak": ("livedshl.cli.soak", "Play hours of music and check that nothing breaks.")}


def _start_player(context: click.Context, arguments: Sequence[str]) -> None:
    """Starts the player's process while the rest of the command loads."""
    from livedshl.player.ahead import end_player_ahead, start_player_ahead  # few need them

    silent = any(argument.startswith(("-p", "--port", "--virtual")) for argument in arguments)
    start_player_ahead(sounds=not silent)
    context.call_on_close(end_player_ahead)


@click.group(
    cls=LazyGroup,
    listed=_COMMANDS,
    ahead={"play": _start_player, "demo": _start_player},
    hidden_ones=_HIDDEN,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog='To complete commands, presets, models and ports with Tab: eval "$(_LIVEDSHL_COMPLETE='
    'bash_source livedshl)" in ~/.bashrc, the same with zsh_source in ~/.zshrc.',
)
@click.version_option(__version__, "-V", "--version", prog_name=_PROGRAM)
def livedshl() -> None:
    """An endless accompanist. It improvises from a library of tunes, live, on any MIDI port.

    \b
    livedshl play                     play on a virtual MIDI port or the built-in synth
    livedshl play --port "IAC Bus"    play on that port
    livedshl generate tune.mid        write a file instead
    """
    from livedshl.cli.log_lines import show_warnings  # 6 ms, which `--help` has no need of

    show_warnings()
    # From here on Ctrl-C is an error like others: what began can clean up.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def main() -> None:
    """Runs the command line. Prints an error in a line and sets the exit status."""
    verbosity = Verbosity()
    print_any_letters()
    if f"_{_PROGRAM.upper()}_COMPLETE" in os.environ:  # a shell asks what Tab should offer
        from livedshl.cli import completion  # noqa: F401
    try:
        status = livedshl(prog_name=_PROGRAM, standalone_mode=False, obj=verbosity)
    except BrokenPipeError:
        sys.stderr.close()  # nobody reads our output any more: the interpreter's complaint is noise
        status = 1
    except (Exception, KeyboardInterrupt) as error:
        if verbosity.debug and not isinstance(error, KeyboardInterrupt):
            import traceback

            for line in traceback.format_exc().splitlines():
                say(line, err=True)
            status = 1
        else:
            status = report(error, verbosity.context)
    sys.exit(status)
