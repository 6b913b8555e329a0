"""How things stand: the value that each command would set, and what can be chosen instead."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from livedshl.arranger import Conducting
from livedshl.live.snapshot import Snapshot
from livedshl.music.leadsheet import Key
from livedshl.performance.command_kinds import COMMANDS
from livedshl.performance.command_text import Value, command_of
from livedshl.performance.commands import Command
from livedshl.performance.preset import presets_for
from livedshl.performance.setting_values import value_in
from livedshl.performance.steering import Steering

_presets_for = cache(presets_for)


def plain_name(part: str) -> str:
    """The name of a part as one word of small letters, digits and hyphens."""
    return re.sub(r"[\W_]+", "-", part.casefold()).strip("-")


def part_called(name: str | None, snapshot: Snapshot) -> str | None:
    """The part of the band with this plain name; `name` itself if there is no such part."""
    wanted = plain_name(name or "")
    return next((part for part in snapshot.steering.band.names if plain_name(part) == wanted), name)


def choices(name: str, snapshot: Snapshot) -> Sequence[str]:
    """The keys of the mode that plays, the presets of its metre, or the charts or models there are.

    There is at least one.
    """
    match name:
        case "key":
            return [str(Key(tonic, snapshot.steering.key.mode)) for tonic in range(12)]
        case "chart":
            return snapshot.charts or (snapshot.steering.chart.name,)
        case "model":
            return snapshot.models or (snapshot.steering.model.name,)
    return _presets_for(snapshot.grid)


def present_value(name: str, part: str | None, snapshot: Snapshot) -> Value:
    """The present value of a command; None for one that sets none, or if there is no such part."""
    if name in ("pause", "latency"):
        return snapshot.paused if name == "pause" else snapshot.latency_ms
    return value_in(snapshot.steering, name, part)


def bends(steering: Steering) -> str:
    """How the plan of the band is bent, as text; empty if it is left as it is."""
    conducting, plain = steering.conducting, Conducting()
    words = {"intensity": conducting.intensity, "density": conducting.density}
    bent = {word: amount for word, amount in words.items() if amount != getattr(plain, word)}
    return "".join(f"  {word} {amount:.2f}" for word, amount in bent.items())


def present_commands(snapshot: Snapshot) -> Iterator[Command]:
    """The commands that would bring about what is."""
    for kind in COMMANDS.values():
        parts = list(snapshot.steering.band.names) if kind.per_part else [None]
        for part in parts:
            value = present_value(kind.name, part, snapshot)
            if value is not None and (kind.name != "song" or snapshot.songs):
                yield command_of(kind, value, part)
