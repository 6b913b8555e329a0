"""`livedshl soak`, for developers."""

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from livedshl.cli.console import PlainConsole
from livedshl.cli.heap import share_one_heap
from livedshl.cli.options import performance_options
from livedshl.cli.parameters import Number
from livedshl.cli.printing import say
from livedshl.cli.status import StatusLine
from livedshl.diagnostics.soak import soak as play_hours
from livedshl.performance.options import make_settings


@click.command(hidden=True)
@click.option("--hours", type=Number(0.0001), default=24.0, show_default=True, metavar="H",
              help="How many hours of music.")  # fmt: skip
@click.option("--speed", type=Number(1, 1000), default=40.0, show_default=True, metavar="X",
              help="How many times as fast as written to play them.")  # fmt: skip
@click.option("--steered", is_flag=True,
              help="Steer it and play along at random, then replay the take.")  # fmt: skip
@performance_options
@click.pass_context
def soak(
    context: click.Context, /, hours: float, speed: float, steered: bool, trace: Path | None,
    **chosen: Any,
) -> None:  # fmt: skip
    """Play hours of music on a fast clock and check that nothing grows, repeats or hangs.

    Exits with 1 if a check fails.
    """
    share_one_heap()
    settings = make_settings(**chosen)
    with StatusLine() as status:
        status.tell(f"Seed {settings.seed}. Press Ctrl-C to stop.")
        checks = play_hours(settings, hours=hours, speed=speed, trace=trace, steered=steered,
                            tell=status.tell)  # fmt: skip
    table = Table("", "", "", box=None, show_header=False)
    for check in checks:
        table.add_row(check.name, check.found, "failed" if check.fault else "")
    PlainConsole().print(table)
    faults = [check.fault for check in checks if check.fault]
    for fault in faults:
        say(f"Failed: {fault}", err=True)
    context.exit(1 if faults else 0)
