from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import VOCABULARY, step_arrays

from livedshl.corpus import read_corpus
from livedshl.outputs.musicxml import write_musicxml


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(step_arrays(48), st.integers(-5, 6))
def test_music21_reads_back_every_note_and_chord(tmp_path, steps, key_shift):
    steps[0, 1] = steps[0, 0] > 0
    path = tmp_path / "t.musicxml"
    write_musicxml(path, steps, VOCABULARY.classes, key_shift, 100, "Title")
    corpus = read_corpus([str(path)], cache=tmp_path / "cache")
    if not (steps[:, 0] > 0).any():
        assert corpus.skipped[0].reason == "no melody"
        return
    (sheet,) = corpus.sheets
    onsets = np.flatnonzero(steps[:, 1])
    assert sheet.notes[:, 0].tolist() == (onsets * 120).tolist()
    assert sheet.notes[:, 2].tolist() == (steps[onsets, 0] + key_shift).tolist()
    read = np.full(48, -2)
    for tick, root, _ in sheet.chords.tolist():
        read[tick // 120 :] = -1 if root < 0 else root
    roots = [
        -1 if chord < 0 else (VOCABULARY.classes[chord].root + key_shift) % 12
        for chord in steps[:, 2].tolist()
    ]
    assert read.tolist() == roots


def beams_of(rhythm: str, tmp_path) -> list[list[str]]:
    """Beams of each note of a bar, outermost first; a letter a step, large where a note begins."""
    steps = np.zeros((16, 3), np.int8)
    steps[:, 2] = -1
    for step, letter in enumerate(rhythm):
        steps[step] = (0, 0, -1) if letter == "." else (71, letter.isupper(), -1)
    write_musicxml(tmp_path / "t.musicxml", steps, VOCABULARY.classes, 0, 100, "Title")
    notes = ET.parse(tmp_path / "t.musicxml").iter("note")
    return [[beam.text or "" for beam in note.iter("beam")] for note in notes]


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
