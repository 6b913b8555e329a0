import numpy as np
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
