"""Tab, in a real bash."""

import os
import shutil
import subprocess
import sys

import pytest
from support.surroundings import need

_SCRIPT = """
eval "$(_LIVEDSHL_COMPLETE=bash_source livedshl)"
compopt() { :; }  # works within a completion only
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_livedshl_completion livedshl
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def tab(tmp_path):
    """What Tab offers after some words."""
    bash = shutil.which("bash")
    need(bash and sys.platform != "win32", "bash")
    program = tmp_path / "bin" / "livedshl"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m livedshl "$@"\n')
    program.chmod(0o755)
    (tmp_path / "livedshl" / "models" / "my tunes").mkdir(parents=True)
    (tmp_path / "livedshl" / "models" / "my tunes" / "manifest.json").write_text("{}")
    environment = os.environ | {
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "XDG_DATA_HOME": str(tmp_path),
    }

    def offered(*words):
        command = [bash, "--norc", "-c", _SCRIPT, "bash", "livedshl", *words]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        assert done.stderr == ""
        return done.stdout.split("\n")[:-1]

    return offered


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["play", "--preset", "wal"], ["waltz-evening"]),
        (["generate", "--model", "ses"], ["session"]),
        (["play", "--model", "my"], ["'my tunes'"]),  # one word for the shell
        (["play", "--model", '"my'], ["my tunes"]),  # the user's quote stays open
        (["play", "--preset", "no-such"], [""]),  # bash offers files
        (["help", "expl"], ["explain"]),
    ],
)
def test_bash_completes(tab, words, offered):
    assert tab(*words) == offered
