"""What `play` says when it has ended, and what `corpus` counts."""

import click
import pytest

from livedshl.cli.status import StatusLine
from livedshl.cli.verbosity import Verbosity
from livedshl.live.performer import PlayerReport

FIGURES = {"underruns", "SCHED_FIFO", "median", "dropped"}


def told_at_the_end(capsys, verbosity=None, **figures):
    facts = {
        "realtime": "SCHED_FIFO", "lateness_p50_ms": 0.01, "lateness_p99_ms": 0.02,
        "lateness_max_ms": 0.03, "underruns": 0, "dropped": 0, "notes": 1234, "unreleased": 0,
        "jumps": 0, "sound_dropouts": 0,
    }  # fmt: skip
    with click.Context(click.Command("play"), obj=verbosity or Verbosity()):
        StatusLine().report(PlayerReport(**facts | figures))
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ({}, "Played 1,234 notes, on time.\n"),
        ({"notes": 1}, "Played 1 note, on time.\n"),
        ({"lateness_max_ms": 34.6}, "Played 1,234 notes, the latest 35 ms late.\n"),
        ({"underruns": 1}, "Played 1,234 notes, some of them late: this computer was too busy.\n"),
        (
            {"underruns": 2, "dropped": 3, "lateness_max_ms": 600.0},
            "Played 1,234 notes, and left out 3: this computer was too busy.\n",
        ),
        (
            {"jumps": 1, "lateness_max_ms": 9000.0},
            "Played 1,234 notes, on time.\n"
            "The clock stood still once, as when a computer sleeps, and carried on.\n",
        ),
    ],
)
def test_play_ends_with_plain_words(capsys, figures, told):
    assert told_at_the_end(capsys, **figures) == told


def test_the_figures_of_the_clock_are_shown_with_v_only(capsys):
    told = told_at_the_end(capsys, Verbosity(verbose=True))
    assert all(word in told for word in FIGURES)
    assert not any(word in told_at_the_end(capsys) for word in FIGURES)


def test_corpus_counts_what_is_no_tune_file(run_here, tmp_path):
    (tmp_path / "one.abc").write_text("X:1\nT:One\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|\n")
    (tmp_path / "notes.txt").write_text("no tune\n")
    shown = [line.split() for line in run_here("corpus", tmp_path).stdout.splitlines()]
    assert ["tune", "files", "1"] in shown
    assert ["other", "files", "1,", "left", "out"] in shown
