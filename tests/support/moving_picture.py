"""Draws the README's moving picture of the page, from a real performance in a real browser.

In the top folder: `PYTHONPATH=tests python -m support.moving_picture`. It takes half a minute,
a JACK server of its own and chromium.
"""

import io
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from support.browser import Browser
from support.surroundings import JackServer, Receiver

PATH = Path(__file__).parents[2] / "docs" / "pictures" / "page.webp"
SIZE = (1024, 700)
SEED = 8
_FRAMES = 24
_PERIOD_S = 0.25
_SHOWN_WIDTH = 800
_QUALITY = 55


def frames(folder: Path) -> list[Image.Image]:
    """Pictures of the page, `_PERIOD_S` apart, while the music plays."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = JackServer("livedshl-picture", folder / "jackd.log")
    synth = Receiver("synth", server.environment)
    command = [sys.executable, "-m", "livedshl", "play", "--port", synth.port, "--no-tui"]
    command += ["--web", str(port), "--seed", str(SEED), "--tempo", "112"]
    playing = subprocess.Popen(
        command, env=server.environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    drawn = []
    try:
        with Browser(folder, *SIZE) as browser:
            browser.open_when_there(f"http://127.0.0.1:{port}/", timeout_s=60)
            browser.wait_for("return document.querySelector('#score')?.src", timeout_s=60)
            time.sleep(4)
            due_s = time.monotonic()
            for _ in range(_FRAMES):
                browser.picture(folder / "frame.png")
                drawn.append(Image.open(io.BytesIO((folder / "frame.png").read_bytes())))
                due_s += _PERIOD_S
                time.sleep(max(0.0, due_s - time.monotonic()))
    finally:
        playing.terminate()
        playing.wait()
        synth.messages()
        server.stop()
    return drawn


def draw(path: Path) -> None:
    """Writes the moving picture, as WebP that repeats."""
    with tempfile.TemporaryDirectory() as folder:
        drawn = frames(Path(folder))
    height = SIZE[1] * _SHOWN_WIDTH // SIZE[0]
    first, *others = (
        frame.convert("RGB").resize((_SHOWN_WIDTH, height), Image.Resampling.LANCZOS)
        for frame in drawn
    )
    first.save(
        path, save_all=True, append_images=others, duration=round(1000 * _PERIOD_S), loop=0,
        quality=_QUALITY, method=1,
    )  # fmt: skip


if __name__ == "__main__":
    draw(PATH)
