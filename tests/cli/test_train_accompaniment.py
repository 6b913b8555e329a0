"""`livedshl train --accompaniment` as a user meets it."""

import subprocess

import pytest
from support.surroundings import livedshl
from support.written_songs import write_songs


def run(*arguments, cwd=None):
    return subprocess.run(
        livedshl(*arguments), capture_output=True, text=True, check=False, cwd=cwd
    )


@pytest.mark.slow
def test_a_library_of_own_songs_accompanies_the_model_it_lies_in(tmp_path):
    songs, model = tmp_path / "songs", tmp_path / "model"
    songs.mkdir()
    write_songs(songs, 8)
    abc = "X:1\nT:A tune\nM:4/4\nL:1/4\nK:C\n" + '"C"ceg2|"F"fac\'2|"G"gbd2|"C"c4|\n' * 6
    (tmp_path / "tunes.abc").write_text("\n".join(abc.replace("X:1", f"X:{n}") for n in range(8)))
    trained = run("train", tmp_path / "tunes.abc", "-o", model, "--epochs", 1, "--hidden", 16)
    assert trained.returncode == 0, trained.stderr
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
    assert "song_" in run("explain", tmp_path / "a.jsonl").stdout


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
