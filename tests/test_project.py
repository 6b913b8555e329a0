"""What the project promises about itself: the README's commands, and what ships."""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import mido
import numpy as np
import pytest
from PIL import Image
from support import pictures

from livedshl.bundle import open_bundle
from livedshl.bundle.catalogue import kind_folder

ROOT = Path(__file__).parents[1]
KINDS = ("4-4-minor", "3-4", "3-4-minor", "6-8", "6-8-minor", "9-8")
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


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """The folder with the sdist, and the wheel made from it, after the checks of a release."""
    folder = tmp_path_factory.mktemp("packages")
    subprocess.run([ROOT / ".ci" / "package", sys.executable, folder], check=True)
    return folder


@pytest.mark.slow
def test_models_presets_and_the_page_ship_in_the_wheel_and_pictures_do_not(packages):
    (wheel,) = packages.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    for name in (
        "models/session/README.md",
        "models/session/manifest.json",
        *(f"models/session/{kind}/manifest.json" for kind in KINDS),
        "models/harmoniser.safetensors",
        "presets/session.toml",
    ):
        assert f"livedshl/_shipped/{name}" in names
    for name in ("index.html", "page.css", "page.js"):
        assert f"livedshl/surfaces/web/static/{name}" in names
    tops = {name.split("/")[0] for name in names}
    # And the metadata, and the man page.
    assert len(tops) == 3 and "livedshl" in tops
    assert not any("training/" in name or name.endswith(".png") for name in names)


@pytest.mark.slow
def test_the_sdist_has_the_tests_and_the_docs_but_no_pictures_of_training(packages):
    (sdist,) = packages.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = archive.getnames()
    for name in ("tests/conftest.py", "docs/index.md", "LICENSE", ".ci/run"):
        assert any(found.endswith(f"/{name}") for found in names)
    assert not any("/models/" in name and name.endswith(".png") for name in names)


@pytest.mark.slow
def test_the_wheel_plays_from_anywhere(packages, tmp_path):
    (wheel,) = packages.glob("*.whl")
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "-q", "-t", tmp_path / "lib"]
    subprocess.run([*command, wheel], check=True, capture_output=True)
    for words in (["generate", "x.mid", "--bars", "4"], ["models"], ["presets"]):
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "livedshl", *words],
            cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path / "lib")},
            capture_output=True, text=True,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        assert str(ROOT) not in ran.stdout
    notes = [message for message in mido.MidiFile(tmp_path / "x.mid") if message.type == "note_on"]
    assert len(notes) > 20


def test_the_workflows_call_scripts_that_are_there_on_every_python():
    checks, release = (
        (ROOT / ".github" / "workflows" / name).read_text("utf-8")
        for name in ("checks.yml", "release.yml")
    )
    for script in re.findall(r"run: (\.ci/\w+)", checks + release):
        assert os.access(ROOT / script, os.X_OK), script
    tested = [re.findall(r"[\d.]+", row) for row in re.findall(r"python: \[(.*)\]", checks)]
    assert tested == [["3.11", "3.12", "3.13", "3.14"]] * 2
