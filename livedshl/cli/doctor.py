"""`livedshl doctor`."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from math import inf
from typing import Any

import click
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from livedshl.cli.console import PlainConsole
from livedshl.cli.options import DEFAULT_MODEL, DEFAULT_PRESET
from livedshl.cli.status import StatusLine
from livedshl.diagnostics.doctor import examine, versions
from livedshl.diagnostics.finding import Finding, State, failed
from livedshl.diagnostics.timing import Timing, judge, measure
from livedshl.errors import LivedshlError

SECONDS = 5.0
_LABEL_WIDTH = 14
_BAR_WIDTH = 44
_SIGNS = {
    State.OK: ("✓", "green"),
    State.OPTIONAL: ("·", "dim"),
    State.LIMITED: ("!", "bold yellow"),
    State.MISSING: ("✗", "bold red"),
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(as_json: bool) -> None:
    """Check MIDI, audio and timing on this machine, and show how to fix what is missing.

    It opens ports and audio without a sound, and times the clock for 5 seconds. Exits with 1 if
    `livedshl play` could not run.
    """
    console = PlainConsole(quiet=as_json)
    machine = versions()
    head = "livedshl {livedshl}, Python {python}, {system}"
    console.print(head.format(**machine), style="dim")
    console.print()
    *parts, play = examine(DEFAULT_MODEL, DEFAULT_PRESET)
    _show(console, parts)
    timing = None
    with StatusLine() as status:
        try:
            timing = measure(SECONDS, lambda share: status.progress("Timing the clock", share))
            clock = judge(timing)
        except LivedshlError as error:
            clock = [failed("Timing", error)]
    _show(console, clock)
    if timing:
        _draw(console, timing.histogram)
    console.print()
    _show(console, [play])
    can_play = play.state is not State.MISSING
    if as_json:
        content = {
            **machine,
            "can_play": can_play,
            "findings": [_record(finding) for finding in [*parts, *clock, play]],
            "timing": timing and _timing_record(timing),
        }
        click.echo(json.dumps(content, indent=1))
    if not can_play:
        click.get_current_context().exit(1)


def _show(console: Console, findings: Iterable[Finding]) -> None:
    ascii_only = console.options.ascii_only
    for finding in findings:
        word = finding.state.value
        sign, style = _SIGNS[finding.state]
        row = Table.grid(padding=(0, 1))
        row.add_column(width=len("optional") if ascii_only else 1)
        row.add_column(width=_LABEL_WIDTH)
        row.add_column()
        row.add_row(Text(word if ascii_only else sign, style), finding.what, _lines(finding.detail))
        console.print(row)
        if finding.remedy:
            remedy = Table.grid(padding=(0, 1))
            remedy.add_row(" ", "->" if ascii_only else "→", _lines(finding.remedy))
            console.print(remedy, style="cyan")


def _lines(text: str) -> Group:
    return Group(*text.split("\n"))


def _draw(console: Console, histogram: Sequence[tuple[float, int]]) -> None:
    """A bar for each row (milliseconds, count), up to the last row that is not empty."""
    last = max((row for row, (_, count) in enumerate(histogram) if count), default=-1)
    most = max(count for _, count in histogram)
    block = "#" if console.options.ascii_only else "█"
    lower_ms = 0.0
    for edge_ms, count in histogram[: last + 1]:
        label = f"up to {edge_ms:g} ms" if edge_ms < inf else f"over {lower_ms:g} ms"
        bar = block * -(-count * _BAR_WIDTH // most)  # the smallest count still gets a block
        console.print(f"{label:>{_LABEL_WIDTH + 2}} {bar} {count or ''}", style="dim")
        lower_ms = edge_ms


def _record(finding: Finding) -> dict[str, Any]:
    return asdict(finding) | {"state": finding.state.value}


def _timing_record(timing: Timing) -> dict[str, Any]:
    """JSON has no infinity: the last row is written with null."""
    rows = [
        {"up_to_ms": None if edge_ms == inf else edge_ms, "count": count}
        for edge_ms, count in timing.histogram
    ]
    return asdict(timing) | {"histogram": rows}
