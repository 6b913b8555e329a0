"""`livedshl evaluate --music` as a user meets it."""

import json
import subprocess
import sys

import pytest
from support.surroundings import livedshl

from livedshl.evaluation.music.comparison import SOURCES
from livedshl.evaluation.music.measures import MEASURES


def run(*arguments):
    return subprocess.run(
        livedshl("evaluate", *arguments), capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_the_table_shows_every_measure_of_every_source():
    shown = run("session", "--music", "--pieces", 2, "--seed", 3)
    assert shown.returncode == 0, shown.stderr
    for told in (*SOURCES, "within"):
        assert told in shown.stdout
    # A name may take several lines of its column.
    names = " ".join(line[:13].strip() for line in shown.stdout.splitlines())
    for measure in MEASURES:
        assert measure.name in " ".join(names.split())
    assert "2 real tunes, 2 default" in shown.stdout
    assert "Longest quote in the default setting" in shown.stdout


@pytest.mark.slow
def test_json_has_the_figures_and_torch_is_not_asked_for():
    script = (
        "import sys\n"
        "from livedshl.cli import main\n"
        "try: main()\n"
        "except SystemExit as exit: assert exit.code in (0, None), exit.code\n"
        "print(sorted({'torch', 'music21', 'symusic', 'matplotlib'} & set(sys.modules)))"
    )
    arguments = ["evaluate", "session", "--music", "--pieces", "2", "--json"]
    shown = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    found, imported = shown.stdout.splitlines()
    assert imported == "[]"
    found = json.loads(found)
    assert found["bars"] == 32
    assert found["pieces"] == dict.fromkeys(SOURCES, 2)
    assert list(found["measures"]) == [measure.name for measure in MEASURES]
    for measure in MEASURES:
        shown = found["measures"][measure.name]
        assert shown["unit"] == measure.unit
        assert (shown["within"] is not None) == measure.compared
        real = shown["sources"]["real tunes"]
        assert real is None or real["low"] <= real["median"] <= real["high"]
    farthest, nearest = (
        found["measures"]["leap at joins"]["sources"][source]["mean"]
        for source in ("farthest", "free run")
    )
    assert farthest > nearest


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("session", "tunes", "--music"), 2, "choose either PATH or --music"),
        (("session", "--music", "--holdout", "0.2"), 2, "choose either --holdout or --music"),
        (("session", "--music", "-o", "out"), 2, "choose either --out or --music"),
        (("session", "--pieces", 3), 2, "--pieces needs --music"),
        (("session", "--preset", "ambient"), 2, "--preset needs --music"),
        (("session", "--by-code"), 2, "--by-code needs --music"),
        (("session", "--music", "--by-code", "--band"), 2, "choose either --band or --by-code"),
        (("session", "--music", "--pieces", 0), 2, "--pieces: must be a whole number of 1 or more"),
        (("sesion", "--music"), 1, "no model 'sesion'"),
    ],
)
def test_options_that_make_no_sense_together_are_told_in_a_line(run_here, arguments, status, told):
    result = run_here("evaluate", *arguments)
    assert result.returncode == status
    (line,) = result.stderr.strip().splitlines()
    assert told in line


@pytest.mark.slow
def test_the_ablation_says_of_every_setting_what_it_changes():
    shown = run("session", "--music", "--ablation", "--pieces", 4)
    assert shown.returncode == 0, shown.stderr
    for told in ("default", "without likelihood", "without code", "adventure 1"):
        assert told in shown.stdout
    _, after = shown.stdout.split("nothing ranked but the fit")
    assert "onset entropy" in after.split("without agreement")[0]
