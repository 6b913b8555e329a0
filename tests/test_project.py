"""What the project promises about itself: the README's commands, and what ships."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support import pictures

from livedshl.bundle import open_bundle
from livedshl.bundle.catalogue import kind_folder

ROOT = Path(__file__).parents[1]
KINDS = ("4-4-minor", "3-4", "6-8", "6-8-minor", "9-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_ci_runs_the_readmes_test_command_word_for_word():
    (command,) = re.findall(r"^(python3 -m venv .*pytest)$", README, re.MULTILINE)
    assert command in (ROOT / ".ci" / "run").read_text().splitlines()


@pytest.mark.slow
def test_the_pictures_of_the_readme_are_what_is_drawn_now(tmp_path):
    pictures.draw(tmp_path, 3.0)
    for name in ("score.png", "roll.png", "screen.png"):
        drawn, shown = (
            np.asarray(Image.open(folder / name).convert("L"), np.int64)
            for folder in (tmp_path, pictures.FOLDER)
        )
        assert drawn.shape == shown.shape
        if name != "screen.png":  # which shows another moment
            assert (np.abs(drawn - shown) > 64).mean() < 0.01  # fonts differ a little


def test_the_default_model_has_tunes_of_every_kind_and_its_card_tells_them():
    card = (ROOT / "models" / "session" / "README.md").read_text(encoding="utf-8")
    for kind in KINDS:
        bundle = open_bundle(ROOT / "models" / "session" / kind)
        assert kind_folder(str(bundle.library.grid), bundle.mode) == kind
        (row,) = re.findall(rf"^\|.*`{kind}`.*$", card, re.MULTILINE)
        assert f" {len(bundle.library.tunes):,} | {len(bundle.library):,} |" in row


@pytest.mark.slow
def test_models_and_presets_ship_in_the_wheel(tmp_path):
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", tmp_path, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for name in (
        "models/session/manifest.json",
        *(f"models/session/{kind}/manifest.json" for kind in KINDS),
        "models/harmoniser.safetensors",
        "presets/session.toml",
    ):
        assert f"livedshl/_shipped/{name}" in names
    assert not any("training/" in name for name in names)
