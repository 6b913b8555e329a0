"""The flags `-v`, `-q` and `--debug`, which work before and after the name of every command."""

from dataclasses import dataclass
from typing import TypeVar

import click

Command = TypeVar("Command", bound=click.Command)


@dataclass
class Verbosity:
    """How much is said.

    verbose: what each step does. quiet: errors and warnings only. debug: tracebacks as well.
    context: of the command that runs, which knows where its options were given.
    """

    verbose: bool = False
    quiet: bool = False
    debug: bool = False
    context: click.Context | None = None

    def log_more(self) -> None:
        """Lets the log through, from INFO or DEBUG on."""
        import logging  # 6 ms, which `--help` has no need of
        import platform
        import sys

        from livedshl.cli.log_lines import LogLines
        from livedshl.version import __version__

        level = logging.DEBUG if self.debug else logging.INFO
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(LogLines())
        logging.basicConfig(handlers=[handler])
        log = logging.getLogger("livedshl")
        begun = log.isEnabledFor(logging.INFO)
        log.setLevel(level)
        if not begun:
            python, system = platform.python_version(), platform.platform(terse=True)
            log.info("livedshl %s, Python %s, %s", __version__, python, system)


def verbosity() -> Verbosity:
    """How much the command that runs is to say."""
    context = click.get_current_context(silent=True)
    return (context and context.find_object(Verbosity)) or Verbosity()


def with_flags(command: Command) -> Command:
    """The command, and each command within it, with the flags added to its options."""
    if not any(option in _FLAGS for option in command.params):
        command.params.extend(_FLAGS)
    if isinstance(command, click.Group):
        for each in command.commands.values():
            with_flags(each)
    return command


def _take_in(context: click.Context, option: click.Parameter, chosen: bool) -> None:
    found = context.ensure_object(Verbosity)
    found.context = context
    if chosen:
        setattr(found, str(option.name), True)
        if found.verbose or found.debug:
            found.log_more()


_FLAGS = tuple(
    click.Option(
        declarations, is_flag=True, expose_value=False, is_eager=True, callback=_take_in, help=told
    )
    for declarations, told in (
        (["-v", "--verbose"], "Log each step and every segment."),
        (["-q", "--quiet"], "Print errors and results only."),
        (["--debug"], "Show tracebacks."),
    )
)
