"""The settings file: options that a user need not type each time.

    [play]
    port = "IAC Bus"
    latency = 12
    no-tui = true

A table for each command, and in it the long names of its options.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import click

from livedshl.errors import SettingsError, did_you_mean

_MOST_BYTES = 1 << 20


def settings_path() -> Path:
    """The settings file of this user, whether it is there or not."""
    from platformdirs import user_config_path  # `livedshl --help` has no need of it

    return user_config_path("livedshl", appauthor=False) / "livedshl.toml"


def read_settings(path: Path, commands: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
    """The tables of the settings file, by command; none without a file. Raises SettingsError."""
    where = str(path)
    try:
        if not path.exists():
            return {}
        import tomllib  # most users have no such file

        from livedshl.files import read_text

        content = tomllib.loads(read_text(path, _MOST_BYTES))
    except OSError as error:
        raise SettingsError(f"cannot be read ({error.strerror})", where=where) from error
    except ValueError as error:
        raise SettingsError(f"cannot be read as TOML ({error})", where=where) from error
    except RecursionError:
        raise SettingsError("cannot be read (nested too deeply)", where=where) from None
    for name, table in content.items():
        if name not in commands:
            remedy = did_you_mean(name, commands) or "Put each option into the table of a command"
            raise SettingsError(f"there is no command {name!r}", where=where, remedy=remedy)
        if not isinstance(table, dict):
            raise SettingsError(
                "must be a table", where=f"{where}: {name}", remedy=f"Write [{name}]"
            )
    return content


def defaults_in(table: Mapping[str, Any], command: click.Command, where: str) -> dict[str, Any]:
    """What a table sets, by the names that click uses. Raises SettingsError.

    where: the file and the name of the table, as errors name them.
    """
    options = {
        name.removeprefix("--"): option
        for option in command.params
        if isinstance(option, click.Option)
        for name in option.opts
        if name.startswith("--")
    }
    within = command.commands if isinstance(command, click.Group) else {}
    defaults: dict[str, Any] = {}
    for key, value in table.items():
        at = f"{where} {key}"
        if key in within and isinstance(value, dict):
            defaults[key] = defaults_in(value, within[key], at)
        elif key not in options:
            known = [*options, *within]
            remedy = did_you_mean(key, known) or f"Known keys: {', '.join(known)}"
            raise SettingsError("unknown key", where=at, remedy=remedy)
        elif (chosen := _value(value, options[key], at)) is not None:
            defaults[str(options[key].name)] = chosen
    return defaults


def _value(value: Any, option: click.Option, where: str) -> Any:
    """A value as click takes it; None for one that leaves the option as it is."""
    if option.is_flag:
        if not isinstance(value, bool):
            raise SettingsError("must be true or false", where=where)
        return value
    if option.multiple:
        values = value if isinstance(value, list) else [value]
        return tuple(_text(each, where) for each in values)
    if isinstance(value, bool) and isinstance(option.flag_value, str):  # as without a name
        return option.flag_value if value else None
    return _text(value, where)


def _text(value: Any, where: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise SettingsError("must be text or a number", where=where)
    text = str(value)
    return str(Path(text).expanduser()) if text.startswith("~/") else text
