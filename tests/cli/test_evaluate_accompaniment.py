"""`livedshl evaluate --accompaniment` as a user meets it."""

import json
import subprocess

import pytest
from support.surroundings import livedshl
from support.written_songs import write_songs


def run(*arguments):
    return subprocess.run(
        livedshl("evaluate", *arguments), capture_output=True, text=True, check=False
    )


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
