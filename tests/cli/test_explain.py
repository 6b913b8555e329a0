"""`livedshl explain` and the pictures of `livedshl generate`, as a user meets them."""

import json
import os
import subprocess
from ctypes.util import find_library
from importlib.util import find_spec

import pytest
from support.surroundings import NO_MIDI, livedshl, livedshl_without, need

from livedshl.outputs.missing import EXTRA_SCORES
from livedshl.performance.preset import preset_names


def run(*arguments, **options):
    return subprocess.run(
        livedshl(*arguments), capture_output=True, text=True, check=False, **options
    )


def records(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_bar_and_song_of_a_generated_piece_is_accounted_for(tmp_path):
    command = ("generate", "t.mid", "--bars", 12, "--seed", 4, "--trace", "t.jsonl")
    assert run(*command, cwd=tmp_path).returncode == 0
    shown = run("explain", "t.jsonl", cwd=tmp_path).stdout
    traced = records(tmp_path / "t.jsonl")
    table, _, summary = shown.partition("\n\n")
    heading, *rows = table.splitlines()
    assert heading.split()[:3] == ["bar", "beat", "song"]
    assert len(rows) == len(traced)
    bars = [int(row[:3]) for row in rows if row[:3].strip()]
    assert bars == sorted({record["beat"] // 4 + 1 for record in traced})
    for row, record in zip(rows[1:], traced[1:], strict=True):
        assert record["hamming"] is None or str(record["hamming"]) in row.split()
        assert not record["wish"] or row.rstrip().endswith(record["wish"])
    for record in traced:
        assert record["song"] in table
    assert summary.startswith("12 bars, ")
    assert "Longest passage" in summary
    shares = [int(line.strip().split("%")[0]) for line in summary.splitlines() if "%" in line]
    assert 95 <= sum(shares) <= 105


def test_a_played_piece_is_explained_even_if_its_trace_is_cut_off(tmp_path):
    surroundings = os.environ | NO_MIDI | {"JACK_DEFAULT_SERVER": "none-of-this-name"}
    command = ("play", "--bars", 3, "--tempo", 400, "--record", "t.mid", "--trace", "t.jsonl")
    assert run(*command, cwd=tmp_path, env=surroundings).returncode == 0
    path = tmp_path / "t.jsonl"
    whole = run("explain", "t.jsonl", cwd=tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    cut = run("explain", "t.jsonl", cwd=tmp_path)
    assert (whole.returncode, cut.returncode) == (0, 0)
    assert "3 bars" in whole.stdout and not whole.stderr
    assert "t.jsonl: the last line is incomplete" in cut.stderr
    first = records_table(whole.stdout)
    assert records_table(cut.stdout) == first[:-1]


def records_table(shown):
    """The rows of the table, without the widths of its columns."""
    return [line.split() for line in shown.partition("\n\n")[0].splitlines()]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "t.jsonl: cannot be read (No such file or directory)"),
        (b"", "t.jsonl: no record in it"),
        (b"MThd\x00\x00", "t.jsonl, line 1: not a record of a trace"),
        (b'{"beat": 3}\n', "t.jsonl, line 1: not a record of a trace"),
    ],
)
def test_what_is_no_trace_is_told_in_a_line(run_here, tmp_path, content, told):
    if content is not None:
        (tmp_path / "t.jsonl").write_bytes(content)
    result = run_here("explain", "t.jsonl", cwd=tmp_path)
    assert result.returncode == 1
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith(f"Error: {told}")


def test_one_command_writes_one_performance_in_every_form(tmp_path):
    need(all(map(find_spec, EXTRA_SCORES)), "the extra scores")
    names = ("t.mid", "t.musicxml", "t.pdf", "t.png", "t.svg")
    options = ("--bars", 8, "--seed", 2, "--roll", "roll.png", "--trace", "t.jsonl")
    result = run("generate", *names, *options, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stderr == f"{', '.join(names)}, roll.png, t.jsonl: 8 bars, seed 2\n"
    alone = run("generate", "alone.mid", "--bars", 8, "--seed", 2, cwd=tmp_path)
    assert alone.returncode == 0
    assert (tmp_path / "alone.mid").read_bytes() == (tmp_path / "t.mid").read_bytes()
    score = (tmp_path / "t.svg").read_text(encoding="utf-8")
    for record in records(tmp_path / "t.jsonl"):
        assert record["hamming"] is None or f">{record['hamming']}</text>" in score


@pytest.mark.slow
@pytest.mark.parametrize("preset", preset_names())
def test_every_preset_renders_to_a_score_a_piano_roll_and_a_sound_file(tmp_path, preset):
    need(all(map(find_spec, EXTRA_SCORES)), "the extra scores")
    need(find_library("fluidsynth"), "FluidSynth")
    files = ("t.wav", "t.pdf", "--roll", "roll.png")
    result = run("generate", *files, "--preset", preset, "--bars", 8, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert all((tmp_path / name).stat().st_size > 10_000 for name in ("t.wav", "t.pdf", "roll.png"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("t.mid", "--roll", "r.mid"),
            "r.mid: cannot write .mid. Known endings are .svg",
        ),
        (("no/t.svg", "t.mid"), "Error: no: there is no such folder. Make it first."),
    ],
)
def test_what_cannot_be_written_is_told_in_a_line(run_here, tmp_path, arguments, told):
    need(all(map(find_spec, EXTRA_SCORES)), "the extra scores")
    result = run_here("generate", *arguments, "--bars", 4, cwd=tmp_path)
    assert result.returncode == 1
    (line,) = result.stderr.strip().splitlines()
    assert told in line


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("verovio", ("t.svg",)),
        ("resvg_py", ("t.png",)),
        ("fpdf", ("t.pdf",)),
        ("matplotlib", ("t.mid", "--roll", "r.svg")),
    ],
)
def test_a_picture_asks_for_the_library_that_is_missing(tmp_path, module, arguments):
    need(all(map(find_spec, EXTRA_SCORES)), "the extra scores")
    result = subprocess.run(
        livedshl_without(module, "generate", *arguments, "--bars", 4),
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode == 1
    (line,) = result.stderr.strip().splitlines()
    assert f"{module} is not installed" in line and "livedshl[scores]" in line
