"""What a command says while it works: plain lines, and a progress bar when it takes long."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

from livedshl.cli.printing import say
from livedshl.cli.verbosity import verbosity

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from livedshl.live.performer import PlayerReport

_PATIENCE_S = 0.5  # a bar that comes and goes at once is only a flicker
_HEARD_MS = 20  # a note this late is heard as late


class StatusLine:
    """Lines on the error stream, and a progress bar while work goes on.

    Silent with `-q`, and once nobody reads the stream: the music does not depend on it.
    """

    def __init__(self) -> None:
        self._quiet = verbosity().quiet
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._since = time.monotonic()

    def __enter__(self) -> "StatusLine":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            with self._while_read():
                self._bar.stop()

    def tell(self, line: str) -> None:
        """Prints a line."""
        if self._quiet:
            return
        with self._while_read():
            if self._task is None or self._bar is None:
                say(line, err=True)
            else:
                self._bar.console.print(line, soft_wrap=True)

    def progress(self, stage: str, share: float) -> None:
        """Shows how much of a stage is done, 0 to 1."""
        if not self._quiet:
            with self._while_read():
                self._show(stage, share)

    def _show(self, stage: str, share: float) -> None:
        if self._task is None:
            if time.monotonic() - self._since < _PATIENCE_S:
                return
            self._bar = self._bar or _new_bar()
            self._bar.start()
            self._task = self._bar.add_task(stage, total=1.0)
        assert self._bar, "a task belongs to the bar"
        self._bar.update(self._task, description=stage, completed=share)
        if share >= 1:
            self._bar.stop()
            self._bar.remove_task(self._task)
            self._task = None
            self._since = time.monotonic()

    def report(self, report: "PlayerReport | None") -> None:
        """Prints how well the clock kept time; the figures only with `-v`."""
        if report is None:
            return
        self.tell(_in_words(report))
        if report.jumps:
            times = _times(report.jumps)
            self.tell(f"The clock stood still {times}, as when a computer sleeps, and carried on.")
        if report.sound_dropouts:
            times = _times(report.sound_dropouts)
            self.tell(f"The sound was interrupted {times}: this computer was too busy.")
        if verbosity().verbose:
            lateness = (report.lateness_p50_ms, report.lateness_p99_ms, report.lateness_max_ms)
            late = "/".join(f"{milliseconds:.2f}" for milliseconds in lateness)
            self.tell(
                f"{report.underruns} underruns, {report.dropped} notes dropped. "
                f"Late by {late} ms (median, 99 %, worst) with {report.realtime} priority."
            )

    @contextmanager
    def _while_read(self) -> Iterator[None]:
        """Falls silent if the block finds that nobody reads the error stream any more."""
        try:
            yield
        except (OSError, ValueError, SystemExit):  # the last is Rich's, of a broken pipe
            self._quiet = True
            with suppress(OSError, ValueError):
                _drop_errors()


def _in_words(report: "PlayerReport") -> str:
    """How many notes were played, and whether they were on time."""
    played = "Played 1 note" if report.notes == 1 else f"Played {report.notes:,} notes"
    if report.dropped:
        return f"{played}, and left out {report.dropped:,}: this computer was too busy."
    if report.underruns:
        return f"{played}, some of them late: this computer was too busy."
    if report.lateness_max_ms >= _HEARD_MS and not report.jumps:
        return f"{played}, the latest {report.lateness_max_ms:.0f} ms late."
    return f"{played}, on time."


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"


def _drop_errors() -> None:
    """Sends the error stream nowhere. What is left in it would fail again when we exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stderr.fileno())
    os.close(nowhere)


def paged(console: "Console", rows: int) -> AbstractContextManager[object]:
    """Shows what is printed in the user's pager, such as less, if a terminal is too low for it."""
    return console.pager() if console.is_terminal and rows > console.height else nullcontext()


def _new_bar() -> "Progress":
    """A progress bar on the error stream."""
    # Rich takes 60 ms to import, and `play` seldom has a bar to show.
    from rich.progress import BarColumn, Progress, TextColumn

    from livedshl.cli.console import PlainConsole

    console = PlainConsole(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
