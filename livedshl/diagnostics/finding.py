"""One part of the machine, as `livedshl doctor` finds it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from livedshl.errors import LivedshlError


class State(Enum):
    """How a part of the machine is."""

    OK = "ok"
    OPTIONAL = "optional"  # not there, and not needed for playing
    LIMITED = "limited"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the machine.

    remedy: what to do about it, "" for nothing. names: the ports or devices found, by kind.
    """

    what: str
    state: State
    detail: str
    remedy: str = ""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def failed(what: str, error: Exception) -> Finding:
    """The finding for a part that does not work, with the remedy of the error."""
    if not isinstance(error, LivedshlError):
        return Finding(what, State.MISSING, f"unexpected {type(error).__name__}: {error}")
    detail = f"{error.where}: {error.what}" if error.where else error.what
    return Finding(what, State.MISSING, detail, error.remedy)


def tried(what: str, look: Callable[[], Finding]) -> Finding:
    """What `look` finds, or the finding that it failed."""
    try:
        return look()
    except Exception as error:  # whatever a broken library raises must not hide the other findings
        return failed(what, error)
