"""One thing that a soak checks, and what it found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """What was checked. found: what there was. fault: what is wrong, None if nothing is."""

    name: str
    found: str
    fault: str | None = None


def expect_none(count: int, name: str, what: str, why: str = "") -> Check:
    """The check that `count` is 0. why: what may have caused the others."""
    found = f"{count} {what}"
    return Check(name, str(count), f"{found}{why}" if count else None)


def expect_same(count: int, what: str, other: int, other_what: str) -> Check:
    """The check that two counts of notes are equal."""
    found = f"{count} notes {what}, {other} {other_what}"
    return Check(other_what, found, None if count == other else found)
