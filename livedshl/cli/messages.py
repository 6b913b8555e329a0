"""How an error is printed: "Error: where: what. Remedy", in one line."""

import errno

import click

from livedshl.cli.origins import place_of
from livedshl.cli.printing import say
from livedshl.errors import LivedshlError, OverwriteError, SettingsError

_INTERRUPTED = 130  # what a shell reports of a command that Ctrl-C ended
_WRONG_USE = 2


def report(error: BaseException, context: click.Context | None = None) -> int:
    """Prints an error, if it is one. Returns the exit status.

    context: of the command that failed.
    """
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message())
        return _WRONG_USE
    if isinstance(error, (click.Abort, KeyboardInterrupt)):
        return _INTERRUPTED
    say(f"Error: {_line(_explained(error, context))}", err=True)
    return _WRONG_USE if isinstance(error, (click.UsageError, SettingsError)) else 1


def _line(error: LivedshlError) -> str:
    text = str(error)
    return f"{text}." if error.remedy and not text.endswith(("?", ".", "...")) else text


def _explained(error: BaseException, context: click.Context | None) -> LivedshlError:
    """The same with all that the command line knows about it."""
    if isinstance(error, SettingsError):
        where = _place(error.where, context) or _ARGUMENTS.get(error.where, error.where)
        return SettingsError(error.what, where=where, remedy=error.remedy)
    if isinstance(error, OverwriteError):
        remedy = "Choose another name, or replace it with --force"
        return LivedshlError(error.what, where=error.where, remedy=remedy)
    if isinstance(error, LivedshlError):
        where = error.where or _place_of_value(error.what, context)
        return LivedshlError(error.what, where=where, remedy=error.remedy)
    if isinstance(error, click.UsageError):
        return _of_use(error)
    if isinstance(error, click.ClickException):
        return LivedshlError(error.format_message())
    if isinstance(error, ModuleNotFoundError):
        from livedshl.outputs.missing import (
            EXTRA_CLUSTER,
            EXTRA_SCORES,
            EXTRA_TRAIN,
            EXTRA_TUNES,
            install_extra,
        )

        if error.name in (*EXTRA_TRAIN, *EXTRA_CLUSTER):
            light = {"scores": EXTRA_SCORES, "tunes": EXTRA_TUNES, "cluster": EXTRA_CLUSTER}
            extra = next((name for name, names in light.items() if error.name in names), "train")
            remedy = f"Install it: {install_extra(extra)}"
            return LivedshlError(f"{error.name} is not installed", remedy=remedy)
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return LivedshlError("too many files are open", remedy="Allow more: ulimit -n 256")
    if isinstance(error, OSError) and error.filename:
        remedy = "Free it, or choose another place"
        return LivedshlError(str(error.strerror), where=str(error.filename), remedy=remedy)
    return LivedshlError(
        f"unexpected {type(error).__name__}: {error}",
        remedy="Run it again with --debug to see where",
    )


# What the library calls an argument of the command line.
_ARGUMENTS = {"out": "OUT"}


def _place(name: str, context: click.Context | None) -> str:
    """Where an option of this name was given, if the command has it."""
    options = context.command.params if context else []
    return next((place_of(each, context) for each in options if each.name == name), "")


def _place_of_value(what: str, context: click.Context | None) -> str:
    """Where a value stands that a message quotes, if nobody typed it just now."""
    for option in context.command.params if context else []:
        value = context and context.params.get(str(option.name))
        place = place_of(option, context)
        if isinstance(value, str) and value and repr(value) in what and place not in option.opts:
            return place
    return ""


def _of_use(error: click.UsageError) -> LivedshlError:
    """What is wrong with how a command was called, in plain words."""
    command = error.ctx.command_path if error.ctx else "livedshl"
    remedy = f"See `{command} --help`"
    if isinstance(error, click.NoSuchOption):
        if error.possibilities:
            remedy = f"Did you mean {error.possibilities[0]}?"
        return LivedshlError(f"there is no option {error.option_name}", remedy=remedy)
    if isinstance(error, click.MissingParameter) and error.param:
        return LivedshlError(f"{_name(error.param, error.ctx)} is missing", remedy=remedy)
    if isinstance(error, click.BadParameter) and error.param:
        what = _uncapitalised(error.message).rstrip(".")
        return LivedshlError(what, where=_name(error.param, error.ctx), remedy=remedy)
    what = _uncapitalised(error.format_message()).rstrip(".")
    return LivedshlError(what, remedy="" if what.endswith("?") else remedy)


def _name(parameter: click.Parameter, context: click.Context | None) -> str:
    """What a user calls a parameter: `--tempo`, or PATH, or its place in the settings file."""
    if isinstance(parameter, click.Option):
        return place_of(parameter, context)
    return (parameter.metavar or str(parameter.name).upper()).strip("[].")


def _uncapitalised(text: str) -> str:
    """Lower case first, unless the text begins with a name."""
    first = text.split(" ", 1)[0]
    return text if not first.istitle() else text[:1].lower() + text[1:]
