"""Checks whether a command can be obeyed."""

from collections.abc import Collection
from dataclasses import replace

from livedshl.errors import CommandError, did_you_mean
from livedshl.music import Mode
from livedshl.music.leadsheet import Key
from livedshl.performance.command_kinds import ValueKind, kind_of
from livedshl.performance.commands import (
    Command,
    FollowChart,
    Lock,
    Mute,
    SetKey,
    SetLevel,
    SetVariation,
    Solo,
    Vary,
)


def checked(command: Command, parts: Collection[str], mode: Mode) -> Command:
    """The command, with its part spelled as the band spells it. Raises CommandError.

    parts: names in the band that plays. mode: of the tunes, which no key changes.
    """
    kind = kind_of(command)
    if isinstance(command, Mute | Solo | SetLevel | Vary | SetVariation | Lock):
        by_case = {name.casefold(): name for name in parts}
        part = by_case.get(command.part.casefold())
        if part is None:
            remedy = did_you_mean(command.part, parts) or f"Try: {', '.join(parts)}"
            what = f"no part is called {command.part!r}"
            raise CommandError(what, where=kind.name, remedy=remedy)
        command = replace(command, part=part)
    if kind.takes is ValueKind.NUMBER:
        number = getattr(command, kind.field)
        if not kind.lowest <= number <= kind.highest:
            raise CommandError(
                f"{number:g} is out of range",
                where=kind.name,
                remedy=f"Choose {kind.lowest:g} to {kind.highest:g}",
            )
    key = _key_of(command)
    if key and key.mode is not mode:
        raise CommandError(
            f"{key} is {key.mode.value}, the tunes that play are {mode.value}",
            where=kind.name,
            remedy=f"Choose a {mode.value} key, or start again in {key}",
        )
    return command


def _key_of(command: Command) -> Key | None:
    """The key that a command brings, if any."""
    match command:
        case SetKey(key):
            return key
        case FollowChart(followed):
            return followed.key
    return None
