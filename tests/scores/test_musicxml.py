from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.strategies import VOCABULARY, grids, step_arrays
from support.written_notes import keys

from livedshl.corpus import read_corpus
from livedshl.music import COMMON_TIME, GRIDS, Mode
from livedshl.music.leadsheet import Key
from livedshl.scores.musicxml import musicxml

C = Key(0, Mode.MAJOR)

three_bars = grids.flatmap(
    lambda grid: st.tuples(st.just(grid), step_arrays(3 * grid.bar_steps, grid.beat_steps))
)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(three_bars, keys)
def test_a_score_is_read_back_with_every_note_and_chord(tmp_path, grid_and_steps, key):
    grid, steps = grid_and_steps
    steps[0, 1] = steps[0, 0] > 0
    path = tmp_path / "t.musicxml"
    path.write_bytes(musicxml(steps, VOCABULARY.classes, grid, key, 100, "Title"))
    corpus = read_corpus([str(path)], grid=grid, mode=key.mode, cache=tmp_path / "cache")
    if not (steps[:, 0] > 0).any():
        assert corpus.skipped[0].reason == "no melody"
        return
    reading = corpus.tunes[0].reading
    sheet, warnings = reading.sheet, reading.account.warnings
    assert sheet.metres == (grid.metre,)
    # A tune in C that happens to end on A minor is taken for one in A minor.
    assert sheet.keys == (key,) or any("but it ends in" in warning for warning in warnings)
    assert sheet.bars.tolist() == [0, grid.bar_ticks, 2 * grid.bar_ticks]
    onsets, key_shift = np.flatnonzero(steps[:, 1]), key.shift
    assert sheet.notes[:, 0].tolist() == (onsets * 120).tolist()
    assert sheet.notes[:, 2].tolist() == (steps[onsets, 0] + key_shift).tolist()
    read = np.full(len(steps), -2)
    for tick, root, _ in sheet.chords.tolist():
        read[tick // 120 :] = -1 if root < 0 else root
    roots = [
        -1 if chord < 0 else (VOCABULARY.classes[chord].root + key_shift) % 12
        for chord in steps[:, 2].tolist()
    ]
    assert read.tolist() == roots


def notes_of(rhythm: str, tmp_path, grid=COMMON_TIME):
    """The notes written of a rhythm; a letter a step, large where a note begins."""
    steps = np.zeros((len(rhythm), 3), np.int8)
    steps[:, 2] = -1
    for step, letter in enumerate(rhythm):
        steps[step] = (0, 0, -1) if letter == "." else (71, letter.isupper(), -1)
    (tmp_path / "t.musicxml").write_bytes(
        musicxml(steps, VOCABULARY.classes, grid, C, 100, "Title")
    )
    return list(ET.parse(tmp_path / "t.musicxml").iter("note"))


def beams_of(rhythm: str, tmp_path, grid=COMMON_TIME) -> list[list[str]]:
    """Beams of each note, outermost first."""
    return [
        [beam.text or "" for beam in note.iter("beam")] for note in notes_of(rhythm, tmp_path, grid)
    ]


def lengths_of(rhythm: str, tmp_path, grid) -> list[str]:
    """What is written for each note and rest: "eighth", "quarter." with its dots."""
    return [
        note.findtext("type", "") + "." * len(note.findall("dot"))
        for note in notes_of(rhythm, tmp_path, grid)
    ]


@pytest.mark.parametrize(
    ("rhythm", "beams"),
    [
        ("NnNn" * 4, [["begin"], ["end"]] * 4),
        ("NNNN" + "." * 12, [["begin"] * 2, ["continue"] * 2, ["continue"] * 2, ["end"] * 2]),
        ("NnnN" + "." * 12, [["begin"], ["end", "backward hook"]]),
        ("NNnn" + "." * 12, [["begin", "forward hook"], ["end"]]),
        ("Nnnn" + "Nn.." + "." * 8, [[], []]),
    ],
    ids=["eighths", "sixteenths", "dotted", "snap", "alone"],
)
def test_short_notes_of_a_beat_share_a_beam(rhythm: str, beams: list[list[str]], tmp_path) -> None:
    found = beams_of(rhythm, tmp_path)
    assert found[: len(beams)] == beams
    assert not any(found[len(beams) :])


@pytest.mark.parametrize(
    ("metre", "rhythm", "beams"),
    [
        ("6/8", "NnNnNn" * 2, [["begin"], ["continue"], ["end"]] * 2),
        ("6/8", "NnnnNn" * 2, [[], []] * 2),
        (
            "6/8",
            "NnNNNnNnnnnn",
            [["begin"], ["continue", "begin"], ["continue", "end"], ["end"], []],
        ),
        ("9/8", "NnNnNn" * 3, [["begin"], ["continue"], ["end"]] * 3),
        ("3/4", "NnNn" * 3, [["begin"], ["end"]] * 3),
    ],
    ids=["jig", "quarter and eighth", "sixteenths", "slip jig", "waltz"],
)
def test_beams_show_the_beats_of_the_metre(metre, rhythm, beams, tmp_path) -> None:
    assert beams_of(rhythm, tmp_path, GRIDS[metre]) == beams


@pytest.mark.parametrize(
    ("metre", "rhythm", "lengths"),
    [
        ("6/8", "Nnnnnn" + "Nnnnnn", ["quarter.", "quarter."]),
        ("6/8", "Nnnnnn" * 1 + "nnnnnn", ["half."]),
        ("6/8", "NnnnNnnnnnnn", ["quarter", "eighth", "quarter."]),
        ("6/8", "Nnnnnnnn" + "Nnnn", ["quarter.", "eighth", "quarter"]),
        ("9/8", "N" + "n" * 17, ["half.", "quarter."]),
        ("9/8", "." * 18, ["half.", "quarter."]),
        ("3/4", "N" + "n" * 11, ["half."]),
        ("3/4", "Nnnn" + "N" + "n" * 7, ["quarter", "half"]),
    ],
)
def test_lengths_show_the_beats_of_the_metre(metre, rhythm, lengths, tmp_path) -> None:
    assert lengths_of(rhythm, tmp_path, GRIDS[metre]) == lengths


@pytest.mark.parametrize(
    ("metre", "shown", "sounding"),
    [("4/4", "quarter", "100"), ("3/4", "quarter", "100"), ("6/8", "quarter.", "150"),
     ("9/8", "quarter.", "150")],
)  # fmt: skip
def test_the_tempo_mark_counts_the_beats_of_the_metre(metre, shown, sounding, tmp_path) -> None:
    grid, path = GRIDS[metre], tmp_path / "t.musicxml"
    steps = np.zeros((grid.bar_steps, 3), np.int8)
    path.write_bytes(musicxml(steps, VOCABULARY.classes, grid, Key(4, Mode.MINOR), 100, "Title"))
    score = ET.parse(path)
    (mark,) = score.iter("metronome")
    dots = "." * len(mark.findall("beat-unit-dot"))
    assert mark.findtext("beat-unit", "") + dots == shown
    assert mark.findtext("per-minute") == "100"
    assert [sound.get("tempo") for sound in score.iter("sound")] == [sounding]
    assert (score.findtext(".//beats"), score.findtext(".//beat-type")) == tuple(metre.split("/"))
    assert (score.findtext(".//fifths"), score.findtext(".//mode")) == ("1", "minor")
