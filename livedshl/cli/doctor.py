"""`livedshl doctor`."""

import io
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from math import inf
from typing import TYPE_CHECKING, Any

import click

from livedshl.cli.options import DEFAULT_MODEL, DEFAULT_PRESET

if TYPE_CHECKING:
    from rich.console import Console

    from livedshl.diagnostics.doctor import Finding, Timing

_SECONDS = 5.0
_LABEL_WIDTH = 14
_BAR_WIDTH = 44
_SIGNS = {
    "ok": ("✓", "green"),
    "optional": ("·", "dim"),
    "limited": ("!", "bold yellow"),
    "missing": ("✗", "bold red"),
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print it all as JSON.")
def doctor(as_json: bool) -> None:
    """Look at what this machine has for playing, and tell how to mend what is missing.

    Opens ports and audio without a sound, and measures the clock for 5 seconds. Exits with 1 when
    `livedshl play` could not run.
    """
    from rich.console import Console

    from livedshl.cli.status import StatusLine
    from livedshl.diagnostics.doctor import State, examine, failed, judge, measure, versions
    from livedshl.errors import LivedshlError

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # devices may have names in any letters
    console = Console(highlight=False, quiet=as_json)
    machine = versions()
    head = "livedshl {livedshl}, Python {python}, {system}\n"
    console.print(head.format(**machine), style="dim", markup=False)
    *parts, play = examine(DEFAULT_MODEL, DEFAULT_PRESET)
    _show(console, parts)
    timing = None
    with StatusLine() as status:
        try:
            timing = measure(_SECONDS, lambda share: status.progress("Timing the clock", share))
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


def _show(console: "Console", findings: Iterable["Finding"]) -> None:
    from rich.table import Table
    from rich.text import Text

    ascii_only = console.options.ascii_only
    for finding in findings:
        word = finding.state.value
        sign, style = _SIGNS[word]
        row = Table.grid(padding=(0, 1))
        row.add_column(width=len("optional") if ascii_only else 1)
        row.add_column(width=_LABEL_WIDTH)
        row.add_column()
        row.add_row(Text(word if ascii_only else sign, style), finding.what, Text(finding.detail))
        console.print(row)
        if finding.remedy:
            remedy = Table.grid(padding=(0, 1))
            remedy.add_row(" ", "->" if ascii_only else "→", Text(finding.remedy))
            console.print(remedy, style="cyan")


def _draw(console: "Console", histogram: Sequence[tuple[float, int]]) -> None:
    """Draws a bar for each row, up to the last that has any: (milliseconds, how many)."""
    last = max((row for row, (_, count) in enumerate(histogram) if count), default=-1)
    most = max(count for _, count in histogram)
    block = "#" if console.options.ascii_only else "█"
    lower_ms = 0.0
    for edge_ms, count in histogram[: last + 1]:
        label = f"up to {edge_ms:g} ms" if edge_ms < inf else f"over {lower_ms:g} ms"
        bar = block * -(-count * _BAR_WIDTH // most)  # whatever was seen gets a block
        console.print(f"{label:>{_LABEL_WIDTH + 2}} {bar} {count or ''}", style="dim")
        lower_ms = edge_ms


def _record(finding: "Finding") -> dict[str, Any]:
    return asdict(finding) | {"state": finding.state.value}


def _timing_record(timing: "Timing") -> dict[str, Any]:
    """JSON knows no infinity: the last row has none."""
    rows = [
        {"up_to_ms": None if edge_ms == inf else edge_ms, "count": count}
        for edge_ms, count in timing.histogram
    ]
    return asdict(timing) | {"histogram": rows}
