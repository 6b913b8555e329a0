"""Finds a MIDI port by its name, or by part of it."""

from collections.abc import Iterable, Sequence

from livedshl.errors import OutputError, did_you_mean


def find_port(wanted: str, names: Sequence[str]) -> str:
    """The one of `names` that `wanted` means.

    A number counts the names from 0. Otherwise the words of `wanted` must occur in the name, in
    order and in any case: "IAC Bus" finds "IAC Driver Bus 1". A name equal to `wanted` wins over
    names that merely contain it. Raises OutputError, listing the ports, if none or several match.
    """
    if wanted in names:
        return wanted
    if wanted.isdecimal() and int(wanted) < len(names):
        return names[int(wanted)]
    words = [] if wanted.isdecimal() else wanted.casefold().split()
    found = [name for name in names if words and _has_words(name.casefold(), words)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"{number}: {name}" for number, name in enumerate(names))
    if found:
        raise OutputError(
            f"{wanted!r} matches {', '.join(found)}",
            remedy=f"Give more of the name, or its number: {listed}",
        )
    if not names:
        raise OutputError(f"no MIDI port matches {wanted!r}", remedy="There are no MIDI ports")
    near = did_you_mean(wanted, names)
    raise OutputError(
        f"no MIDI port matches {wanted!r}",
        remedy=f"Available: {listed}. {near}" if near else f"Available: {listed}",
    )


def told_apart(names: Iterable[str]) -> list[str]:
    """The names of ports, of which none is the same as one before: "LPK25", "LPK25 (2)".

    macOS lists two keyboards of one make under one name.
    """
    apart: list[str] = []
    for name in names:
        own, number = name, 1
        while own in apart:
            number += 1
            own = f"{name} ({number})"
        apart.append(own)
    return apart


def same_port(name: str, listed: str) -> bool:
    """Whether a listed port is the one of this name.

    ALSA appends its numbers, which change when a device is plugged in again.
    """
    return listed == name or _without_numbers(listed) == _without_numbers(name)


def _without_numbers(name: str) -> str:
    head, _, numbers = name.rpartition(" ")
    client, colon, port = numbers.partition(":")
    return head if colon and client.isdecimal() and port.isdecimal() else name


def _has_words(name: str, words: Sequence[str]) -> bool:
    position = 0
    for word in words:
        position = name.find(word, position)
        if position < 0:
            return False
        position += len(word)
    return True
