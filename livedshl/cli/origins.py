"""Where the values of options come from.

The command line comes first, then a variable of the environment, then the settings file.
"""

from collections.abc import Iterator

import click
from click.core import ParameterSource

from livedshl.cli.settings_file import settings_path

_PREFIX = "LIVEDSHL"
_MOST_DIRECT_FIRST = (
    ParameterSource.COMMANDLINE,
    ParameterSource.ENVIRONMENT,
    ParameterSource.DEFAULT_MAP,
)


def long_name(option: click.Parameter) -> str:
    """The name of an option without its hyphens: "tempo" for `-t`, `--tempo`."""
    return max(option.opts, key=len).lstrip("-")


def name_variables(command: click.Command, *path: str) -> None:
    """Gives each option its variable: LIVEDSHL_PLAY_TEMPO for `--tempo` of `livedshl play`.

    path: the names that lead to the command, without the program's.
    """
    for option in command.params:
        if isinstance(option, click.Option) and option.expose_value:
            option.envvar = _variable(option, path)
    if isinstance(command, click.Group):
        for name, within in command.commands.items():
            name_variables(within, *path, name)


def overruled(name: str, *others: str) -> bool:
    """Whether an option was given less directly than one of some others that exclude it.

    A port in the settings file, say, is overruled by `--synth` on the command line.
    """
    context = click.get_current_context()
    ranks = {source: rank for rank, source in enumerate(_MOST_DIRECT_FIRST)}
    unset = len(ranks)
    own, *theirs = (
        ranks.get(context.get_parameter_source(each) or ParameterSource.DEFAULT, unset)
        for each in (name, *others)
    )
    return min(theirs) < own < unset


def given(name: str) -> bool:
    """Whether an option stands on the command line."""
    source = click.get_current_context().get_parameter_source(name)
    return source is ParameterSource.COMMANDLINE


def place_of(option: click.Parameter, context: click.Context | None) -> str:
    """What a user calls the place where a value stands: `--tempo`, or a file and its key."""
    source = context and context.get_parameter_source(str(option.name))
    if context and source is ParameterSource.DEFAULT_MAP:
        return f"{settings_path()}: [{'.'.join(_path(context))}] {long_name(option)}"
    if context and source is ParameterSource.ENVIRONMENT:
        return _variable(option, tuple(_path(context)))
    return max(option.opts, key=len)


def _variable(option: click.Parameter, path: tuple[str, ...]) -> str:
    return "_".join([_PREFIX, *path, long_name(option)]).upper().replace("-", "_")


def _path(context: click.Context) -> Iterator[str]:
    """The names that lead to a command, without the program's."""
    if context.parent:
        yield from _path(context.parent)
        yield context.info_name or ""
