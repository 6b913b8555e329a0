"""How late notes are sent while nobody looks at the page and while twenty browsers do."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep

from livedshl.diagnostics.bench import page_readers
from livedshl.diagnostics.bench.measurement import Measurement
from livedshl.errors import OutputError
from livedshl.outputs.choice import Output, OutputKind
from livedshl.performance.options import make_settings
from livedshl.player.processes import module_command, start_process
from livedshl.playing import BackgroundSession
from livedshl.progress import Progress
from livedshl.surfaces.web.opening import LOOPBACK, open_page

_PAGES = 20
_TURNS = 3
_TEMPO_BPM = 120.0
_SEED = 1
_PATIENCE_S = 20.0
_POLL_S = 0.05


def measure_pages(seconds: float, progress: Progress) -> list[Measurement]:
    """Lateness of a performance whose page is served, for `seconds` in each turn.

    Raises MissingDependencyError without what serves the page, OutputError if nothing is played or
    no page is read.
    """
    found = []
    turns = [pages for _ in range(_TURNS) for pages in (0, _PAGES)]
    for done, pages in enumerate(turns):
        what = f"{pages} pages open" if pages else "no page open"
        progress(f"Listening with {what}", done / len(turns))
        found.append(Measurement(what, _played(seconds, pages)))
    progress("Listening", 1.0)
    return found


def _played(seconds: float, pages: int) -> dict[str, float | str]:
    settings = make_settings(tempo_bpm=_TEMPO_BPM, seed=_SEED)
    session = BackgroundSession(settings, output=Output(OutputKind.NOWHERE, "", ""))
    port = _free_port()
    with open_page(port, None, session, _unheard, _unheard):
        session.start()
        try:
            _wait_for_page(port)
            with _readers(port, pages) as readers:
                sleep(seconds)
            read = _read_by(readers) / seconds / pages if readers else 0.0
        finally:
            session.stop()
            report = session.wait(_PATIENCE_S)
    if report is None:
        raise OutputError("the performance left no report; run it again")
    return {
        "median ms": report.lateness_p50_ms,
        "99 % ms": report.lateness_p99_ms,
        "worst ms": report.lateness_max_ms,
        "news/s a page": read,
        "priority": report.realtime,
    }


@contextmanager
def _readers(port: int, pages: int) -> "Iterator[subprocess.Popen[bytes] | None]":
    """So many pages that read everything, in a process of their own."""
    if not pages:
        yield None
        return
    process = start_process(module_command(page_readers.__name__, [str(port), str(pages)]))
    try:
        assert process.stdin and process.stdout
        process.stdout.readline()  # all are open
        yield process
        process.stdin.close()  # they leave, and say how much they read
        process.wait(_PATIENCE_S)
    finally:
        process.kill()
        process.wait()


def _read_by(readers: "subprocess.Popen[bytes]") -> int:
    assert readers.stdout
    told = readers.stdout.read()
    if readers.returncode or not told.strip().isdigit():
        raise OutputError("the pages were not read; run it again")
    return int(told)


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _wait_for_page(port: int) -> None:
    """Waits until the page is served, which is after the first note."""
    for _ in range(round(_PATIENCE_S / _POLL_S)):
        try:
            socket.create_connection((LOOPBACK, port), _PATIENCE_S).close()
            return
        except OSError:
            sleep(_POLL_S)
    raise OutputError("the page is not served; run it again")


def _unheard(line: str) -> None:
    """Takes the place of the line for a user: only the figures matter."""
