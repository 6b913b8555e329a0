"""The command line: one small file a command, and here what they are gathered into."""

import logging
import sys

import click

from livedshl import __version__
from livedshl.cli.bench import bench
from livedshl.cli.corpus import corpus
from livedshl.cli.doctor import doctor
from livedshl.cli.evaluate import evaluate
from livedshl.cli.explain import explain
from livedshl.cli.generate import generate
from livedshl.cli.harmoniser import harmoniser
from livedshl.cli.library import library
from livedshl.cli.models import models
from livedshl.cli.play import play
from livedshl.cli.ports import ports
from livedshl.cli.presets import presets
from livedshl.cli.replay import replay
from livedshl.cli.soak import soak
from livedshl.cli.train import train
from livedshl.errors import LivedshlError, SettingsError
from livedshl.outputs.missing import EXTRA_SCORES, EXTRA_TRAIN, install_extra

# The options that give a setting, where they are called otherwise than its parameter.
_OPTIONS = {
    name: name
    for name in ("adventure", "bars", "chords", "form", "key", "metre", "retrieve", "seed")
} | {"max_quote": "max-quote", "tempo_bpm": "tempo"}
_INTERRUPTED = 130  # what shells report of a command ended by Ctrl-C


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="livedshl")
@click.option("-v", "--verbose", is_flag=True, help="Tell the story of every segment.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def livedshl(verbose: bool, debug: bool) -> None:
    """An endless accompanist: improvises from a library of tunes, live, on any MIDI port.

    \b
    livedshl play                     play on a virtual MIDI port, or through the built-in synth
    livedshl play --port "IAC Bus"    play on that port
    livedshl generate tune.mid        write a file instead
    """
    level = logging.DEBUG if debug else logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(message)s", stream=sys.stderr)


for command in (
    play, generate, replay, explain, ports, doctor, presets, library, models, corpus, train,
    evaluate, harmoniser, bench, soak,
):  # fmt: skip
    livedshl.add_command(command)


def main() -> None:
    """Runs the command line; errors are told on a line or two and set the exit status."""
    try:
        sys.exit(livedshl(prog_name="livedshl", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(2)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "livedshl"
        _fail(f"{error.format_message()} (see `{command} --help`)", 2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone; the interpreter's complaint is noise
        sys.exit(1)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        if isinstance(error, ModuleNotFoundError) and error.name in EXTRA_TRAIN:
            extra = "scores" if error.name in EXTRA_SCORES else "train"
            _fail(f"{error.name} is not installed, which this needs; {install_extra(extra)}", 1)
        if isinstance(error, OSError) and error.filename:
            _fail(f"{error.filename}: {error.strerror}; free it, or choose another place", 1)
        if isinstance(error, SettingsError):
            option = _OPTIONS.get(error.where)
            where = f"--{option}" if option else error.where
            _fail(str(SettingsError(error.what, where=where, remedy=error.remedy)), 2)
        known = isinstance(error, (LivedshlError, click.ClickException))
        unknown = (
            f"unexpected {type(error).__name__}: {error} (run again as `livedshl --debug ...`)"
        )
        _fail(str(error) if known else unknown, 1)


def _fail(message: str, status: int) -> None:
    click.echo(f"Error: {message}", err=True)
    sys.exit(status)
