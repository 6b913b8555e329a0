"""Draws the README's pictures: `PYTHONPATH=. python tests/pictures.py`, from the top folder."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from threading import Thread

import matplotlib
from resvg_py import svg_to_bytes

from livedshl.cli.performance import bundle_source, settings_of
from livedshl.cockpit.screen import Cockpit
from livedshl.live.preset import presets_for
from livedshl.live.session import Session
from livedshl.outputs.choice import Output, OutputKind

FOLDER = Path(__file__).parents[1] / "models" / "session" / "pictures"
SIZE = (100, 30)
SEED = 8


async def draw_screen(path: Path, heard_s: float) -> None:
    """The screen while it plays, as PNG."""
    settings = settings_of(
        preset="session", metre=None, tempo=None, key=None, form=None, chords=None, adventure=None,
        max_quote=None, plain=False, seed=SEED, retrieve="min", bars=None, model="session",
    )  # fmt: skip
    output = Output(OutputKind.NOWHERE, "", "")
    session = Session(settings, output, bundle_source("session", settings))
    playing = Thread(target=session.run)
    playing.start()
    cockpit = Cockpit(session, playing, presets_for(settings.grid))
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


def main() -> None:
    """Draws the screen, a score and a piano roll."""
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(draw_screen(FOLDER / "screen.png", 14.0))
    command = [
        sys.executable,
        "-m",
        "livedshl",
        "generate",
        FOLDER / "score.png",
        "--seed",
        str(SEED),
    ]
    subprocess.run([*command, "--bars", "32", "--roll", FOLDER / "roll.png"], check=True)


if __name__ == "__main__":
    main()
