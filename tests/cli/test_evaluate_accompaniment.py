"""`livedshl evaluate --accompaniment` as a user meets it."""

import json
import subprocess

import pytest
from support.surroundings import livedshl
from support.written_scores import attributes, note, notes, part, score


def run(*arguments):
    return subprocess.run(
        livedshl("evaluate", *arguments), capture_output=True, text=True, check=False
    )


def write_songs(folder, n_songs):
    """Songs for a voice and a piano, each with a rhythm of its own."""
    roots = ("C3", "F3", "G3", "C3")
    figures = (("C4 E4 G4 E4", 1), ("C4 G4 E4 G4 C4 G4 E4 G4", 0.5), ("E4 G4", 2), ("G4", 4))
    for number in range(n_songs):
        figure = figures[number % len(figures)]
        voice = [notes("G5 E5 C5 E5")] * 16
        piano = [
            notes(*figure) + "<backup><duration>16</duration></backup>" + note(roots[bar % 4], 4)
            for bar in range(16)
        ]
        voice[0], piano[0] = attributes() + voice[0], attributes() + piano[0]
        text = score(("Voice", part(*voice)), ("Piano", part(*piano)))
        (folder / f"song_{number}.musicxml").write_text(text)


@pytest.mark.slow
def test_codes_and_other_methods_stand_beside_each_other(tmp_path):
    write_songs(tmp_path, 8)
    shown = run("--accompaniment", tmp_path, "--holdout", 0.25, "--json")
    assert shown.returncode == 0, shown.stderr
    told = json.loads(shown.stdout)
    assert {"codes", "AccoMontage", "most similar rhythm", "chance"} <= set(told["methods"])
    for figures in told["methods"].values():
        for name in ("recall@1", "recall@10", "recall@100"):
            assert 0 <= figures[name]["value"] <= 1
    assert told["held_out"] == 2
    assert {"the songs", "codes"} <= set(told["laid"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("session", "--accompaniment", "songs"), "choose either a model or --accompaniment"),
        (("--accompaniment", "songs", "--holdout", "names.txt"), "--holdout takes a share here"),
        ((), "choose a model, --reading or --accompaniment"),
    ],
)
def test_what_does_not_go_together_is_told(arguments, told):
    shown = run(*arguments)
    assert shown.returncode == 2
    assert told in " ".join(shown.stderr.split())
