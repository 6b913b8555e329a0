"""One thing that a soak checks, and what it found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """What was checked. found: what there was. fault: what is wrong, None if nothing is."""

    name: str
    found: str
    fault: str | None = None


def counted(count: int, noun: str) -> str:
    """The number and the noun, in the plural unless there is one."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def expect_none(count: int, name: str, noun: str, what: str, why: str = "") -> Check:
    """The check that `count` is 0.

    noun: what is counted, in the singular. what: the words after it, the same for one and for many.
    why: what may have caused it.
    """
    found = f"{counted(count, noun)} {what}"
    return Check(name, str(count), f"{found}{why}" if count else None)


def expect_same(count: int, what: str, other: int, other_what: str) -> Check:
    """The check that two counts of notes are equal."""
    found = f"{counted(count, 'note')} {what}, {other} {other_what}"
    return Check(other_what, found, None if count == other else found)
