"""Measures the frames of the page on a modest tablet: a slowed-down browser, and real music.

In the top folder: `PYTHONPATH=tests python -m support.frames`. It takes a minute and a half, and
chromium. The screen is that of a tablet, 1024 x 768 points of 2 x 2 pixels.
"""

import socket
import tempfile
import time
from pathlib import Path

from livedshl.outputs.choice import Output, OutputKind
from livedshl.performance.options import make_settings
from livedshl.playing import BackgroundSession
from livedshl.surfaces.web.opening import LOOPBACK, open_page
from support.browser import Browser

SIZE, SCALE = (1024, 768), 2
SLOWER = (1, 4, 6)
SECONDS = 20
TEMPO_BPM = 120
SEED = 8
KINDS = {
    "TaskDuration": "all", "ScriptDuration": "script", "RecalcStyleDuration": "style",
    "LayoutDuration": "layout",
}  # fmt: skip
# The time from each frame to the next, for some seconds.
INTERVALS = (
    "new Promise((resolve) => {{ const times = []; const frame = (now) => {{ times.push(now);"
    " if (now - times[0] < {ms}) requestAnimationFrame(frame);"
    " else resolve(times.slice(1).map((at, n) => at - times[n])); }};"
    " requestAnimationFrame(frame); }})"
)


def measured(browser: Browser, slower: int) -> str:
    """A row of the table: the page's thread slowed down so many times."""
    browser.slow_down(slower)
    time.sleep(1)
    before = browser.seconds_of_work()
    intervals = []
    while sum(intervals) < 1000 * SECONDS:
        intervals += browser.evaluate(INTERVALS.format(ms=5000))
    after = browser.seconds_of_work()
    browser.slow_down(1)
    frames = len(intervals)
    work = [1000 * (after[name] - before[name]) / frames for name in KINDS]
    late = sum(interval > 25 for interval in intervals)
    figures = " | ".join(f"{ms:.2f}" for ms in work)
    return f"| {slower} x | {1000 * frames / sum(intervals):.1f} | {late} | {figures} |"


def main() -> None:
    settings = make_settings(tempo_bpm=TEMPO_BPM, seed=SEED)
    session = BackgroundSession(settings, output=Output(OutputKind.NOWHERE, "", ""))
    with socket.create_server((LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder, open_page(port, None, session, print, print):
        session.start()
        try:
            with Browser(Path(folder)) as browser:
                browser.resize(*SIZE, scale=SCALE)
                browser.open_when_there(f"http://{LOOPBACK}:{port}/", timeout_s=60)
                browser.wait_for("return document.querySelector('#score')?.src", timeout_s=60)
                kinds = " | ".join(f"{kind} ms" for kind in KINDS.values())
                print(f"| slower | frames/s | over 25 ms | {kinds} |")
                print("|---|---|---|---|---|---|---|")
                for slower in SLOWER:
                    print(measured(browser, slower), flush=True)
        finally:
            session.stop()
            session.wait(20)


if __name__ == "__main__":
    main()
