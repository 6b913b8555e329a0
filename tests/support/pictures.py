"""Draws the README's pictures. In the top folder: `PYTHONPATH=tests python -m support.pictures`."""

import asyncio
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Thread

import matplotlib
from resvg_py import svg_to_bytes

from livedshl.improviser import Retrieve
from livedshl.live.hearing import Hearing
from livedshl.live.session import Session
from livedshl.music import COMMON_TIME
from livedshl.outputs.choice import Output, OutputKind
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import Settings
from livedshl.surfaces.screen import Cockpit

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = (100, 30)
SEED = 8


class HeardSession(Session):
    """Plays nowhere, and says that it plays to a DAW."""

    def snapshot(self):
        heard = Hearing(Output(OutputKind.VIRTUAL, "livedshl", ""), heard=True)
        snapshot = super().snapshot()
        return snapshot and replace(snapshot, hearing=heard)


async def draw_screen(path: Path, heard_s: float) -> None:
    """The screen while it plays, as PNG."""
    settings = Settings.of_preset(
        load_preset("session"), COMMON_TIME, tempo_bpm=None, key=None, form=None,
        retrieve=Retrieve.MIN, seed=SEED, bars=None,
    )  # fmt: skip
    output = Output(OutputKind.NOWHERE, "", "")
    session = HeardSession(settings, output)
    playing = Thread(target=session.run)
    playing.start()
    cockpit = Cockpit(session, playing)
    async with cockpit.run_test(size=SIZE):
        await asyncio.sleep(heard_s)
        drawn = cockpit.export_screenshot()
        session.stop()
        playing.join()
    # The fonts of Matplotlib have all characters of the screen; those that the SVG names lie on
    # the web.
    drawn = re.sub(r"@font-face \{.*?\n    \}", "", drawn, flags=re.DOTALL)
    drawn = drawn.replace("Fira Code", "DejaVu Sans Mono")
    fonts = str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")
    path.write_bytes(bytes(svg_to_bytes(svg_string=drawn, font_dirs=[fonts])))


def draw(folder: Path, heard_s: float) -> None:
    """The screen after so many seconds, a score and a piano roll."""
    folder.mkdir(exist_ok=True)
    asyncio.run(draw_screen(folder / "screen.png", heard_s))
    command = [sys.executable, "-m", "livedshl", "generate", str(folder / "score.png")]
    command += ["--force", "--seed", str(SEED), "--bars", "32", "--roll", str(folder / "roll.png")]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    draw(FOLDER, 14.0)
