"""Defaults of the user's own, from the settings file livedshl.toml.

[play]
port = "IAC Bus"
tempo = 96
"""

from pathlib import Path
from typing import Any

import click

from livedshl.errors import SettingsError, did_you_mean

_LARGEST = 1 << 20  # bytes


def settings_file() -> Path:
    """Where the settings file lies, if the user has one."""
    from platformdirs import user_config_path  # late, as `--help` needs no folder

    return user_config_path("livedshl", appauthor=False) / "livedshl.toml"


def defaults_of(path: Path, name: str, command: click.Command) -> dict[str, Any]:
    """The defaults that a settings file has for a command, by the names of its parameters.

    Raises SettingsError for what is no option of it, and for a value that the option refuses.
    """
    defaults = {}
    options = _options(command)
    for key, value in _table(path, name).items():
        where = f"{path}, {key} of [{name}]"
        option = options.get(key)
        if option is None:
            raise SettingsError("unknown setting", where=where, remedy=did_you_mean(key, options))
        try:
            option.type_cast_value(click.Context(command), value)
        except (click.BadParameter, TypeError) as error:
            told = error.message if isinstance(error, click.BadParameter) else f"not {value!r}"
            raise SettingsError(told, where=where) from None
        defaults[str(option.name)] = value
    return defaults


def _table(path: Path, name: str) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            raise SettingsError("too large for a settings file", where=str(path))
        import tomllib  # late, as most people have no settings file

        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:  # a TOMLDecodeError says in which line
        raise SettingsError(f"cannot be read ({error})", where=str(path)) from None
    table = settings.get(name, {})
    if not isinstance(table, dict):
        raise SettingsError(f"{name} is no table", where=str(path), remedy=f"Write [{name}]")
    return table


def _options(command: click.Command) -> dict[str, click.Option]:
    """The options of a command that take part in the settings, by the words after the dashes."""
    return {
        max(option.opts, key=len).removeprefix("--"): option
        for option in command.params
        if isinstance(option, click.Option) and option.expose_value
    }
