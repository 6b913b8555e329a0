"""`livedshl train --accompaniment` as a user meets it."""

import shutil
import subprocess

import pytest
from support.surroundings import livedshl
from support.written_songs import write_songs

from livedshl.bundle.catalogue import bundle_folder
from livedshl.bundle.networks_file import networks_of


def run(*arguments, cwd=None):
    return subprocess.run(
        livedshl(*arguments), capture_output=True, text=True, check=False, cwd=cwd
    )


@pytest.mark.slow
def test_a_library_of_own_songs_accompanies_the_model_it_lies_in(tmp_path):
    songs, model = tmp_path / "songs", tmp_path / "model"
    songs.mkdir()
    write_songs(songs, 8)
    shutil.copytree(bundle_folder("songbook"), model)
    shutil.copy(networks_of(bundle_folder("songbook")), model)
    library = model / "accompaniment"
    made = run(
        "train", songs, "--accompaniment", "-o", library,
        "--epochs", 1, "--hidden", 16, "--length", 16,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "bars of 8" in made.stdout
    written = run(
        "generate", tmp_path / "a.mid", "--model", model, "--preset", "lied", "--bars", 8,
        "--seed", 1, "--trace", tmp_path / "a.jsonl",
    )  # fmt: skip
    assert written.returncode == 0, written.stderr
    assert "songs/song_" in (tmp_path / "a.jsonl").read_text()
    assert "accompaniment" in run("explain", tmp_path / "a.jsonl").stdout.splitlines()[0]


@pytest.mark.parametrize("option", [("--method", "paper"), ("--metre", "3/4"), ("--resume",)])
def test_what_has_no_meaning_for_accompaniment_is_refused(tmp_path, option):
    shown = run("train", tmp_path, "--accompaniment", "-o", tmp_path / "library", *option)
    assert shown.returncode == 2
    assert f"choose either {option[0]} or --accompaniment" in " ".join(shown.stderr.split())


def test_songs_without_accompaniment_are_told(tmp_path):
    (tmp_path / "tune.abc").write_text("X:1\nT:Alone\nM:4/4\nL:1/4\nK:C\n" + "cdef|" * 8 + "\n")
    shown = run("train", tmp_path / "tune.abc", "--accompaniment", "-o", tmp_path / "library")
    assert shown.returncode == 1
    assert "no song has an accompaniment" in shown.stderr
    assert not (tmp_path / "library" / "accompaniment.json").exists()
