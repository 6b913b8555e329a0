"""Parts on two staves: what is written is what was played, as programs and players read it."""

import subprocess
from collections import defaultdict
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.strategies import VOCABULARY, grids, step_arrays
from support.surroundings import livedshl
from support.written_notes import by_time, is_tied_back, keys, pitch_of, read_by_signs

from livedshl.arranger.groove import swung_tick
from livedshl.corpus import read_corpus
from livedshl.midi.file import read_events
from livedshl.midi.sounding import notes_of
from livedshl.music import COMMON_TIME, GRIDS, Chord, Mode
from livedshl.music.leadsheet import Key
from livedshl.rendering.rendition import on_steps
from livedshl.scores.keyboard import KeyboardPart
from livedshl.scores.musicxml import musicxml


@st.composite
def played(draw):
    """A grid, three bars of a melody in it, and notes for two hands, int64[n, 3]."""
    grid = draw(grids)
    n_steps = 3 * grid.bar_steps
    steps = draw(step_arrays(n_steps, grid.beat_steps))
    note = st.tuples(st.integers(0, n_steps - 1), st.integers(1, 20), st.integers(36, 84))
    notes = draw(st.lists(note, max_size=24, unique_by=lambda note: note[2]))
    return grid, steps, np.array(notes, np.int64).reshape(-1, 3)


def written(grid, steps, key, notes):
    keyboard = KeyboardPart("Piano", notes)
    return musicxml(steps, VOCABULARY.classes, grid, key, 100, "Title", keyboards=[keyboard])


@given(played(), keys)
def test_every_note_starts_where_it_was_played_and_is_no_longer(music, key):
    grid, steps, notes = music
    piano = ET.fromstring(written(grid, steps, key, notes)).findall("part")[1]
    lengths = defaultdict(int)
    struck = []
    for bar, measure in enumerate(piano.iter("measure")):
        for start, note in by_time(measure):
            pitch = pitch_of(note)
            lengths[pitch] += int(note.findtext("duration"))
            if not is_tied_back(note):
                struck.append((bar * grid.bar_steps + start, pitch, note.findtext("staff")))
    assert sorted(struck) == sorted(
        (start, pitch, "1" if pitch >= 60 else "2") for start, _, pitch in notes.tolist()
    )
    end = len(steps)
    assert all(lengths[pitch] <= min(n, end - at) for at, n, pitch in notes.tolist())


@given(played(), keys)
def test_a_player_who_reads_the_signs_plays_every_pitch_of_both_hands(music, key):
    piano = ET.fromstring(written(*music[:2], key, music[2])).findall("part")[1]
    assert all(read == pitch_of(note) for note, read in read_by_signs(piano))


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(st.data(), st.integers(0, 99))
def test_a_chord_and_a_line_in_each_hand_are_read_back_as_they_were_played(tmp_path, data, seed):
    rng = np.random.default_rng(seed)
    starts = np.arange(0, 48, 4)
    high = [
        (at, 4, int(pitch)) for at, pitch in zip(starts, rng.permutation(24)[:12] + 60, strict=True)
    ]
    low = [(at, 16, pitch) for at in (0, 16, 32) for pitch in (40, 47 + int(rng.integers(0, 5)))]
    notes = np.array(high + low, np.int64)
    path = tmp_path / "t.musicxml"
    steps = data.draw(step_arrays(48, 4))
    steps[0] = (72, 1, -1)
    path.write_bytes(written(COMMON_TIME, steps, Key(0, Mode.MAJOR), notes))
    corpus = read_corpus([str(path)], grid=COMMON_TIME, mode=Mode.MAJOR, cache=tmp_path / "c")
    assert corpus.tunes, corpus.skipped
    read = corpus.tunes[0].reading.sheet.accompaniment
    assert sorted(read[:, :3].tolist()) == sorted((notes * (120, 120, 1)).tolist())


def test_notes_of_chords_have_the_letters_of_their_chords():
    steps = np.zeros((16, 3), np.int8)
    steps[:8], steps[8:] = (61, 0, 0), (61, 0, 1)
    steps[[0, 8], 1] = 1
    chords = [Chord.parse("Bbm"), Chord.parse("A")]
    score = musicxml(steps, chords, COMMON_TIME, Key(0, Mode.MAJOR), 100, "Title")
    signs = [
        (note.findtext("pitch/step"), note.findtext("accidental"))
        for note in ET.fromstring(score).iter("note")
    ]
    assert signs == [("D", "flat"), ("C", "sharp")]


@pytest.mark.parametrize("grid", GRIDS.values(), ids=str)
def test_swing_and_timing_are_taken_off(grid):
    rng = np.random.default_rng(1)
    written_steps = np.arange(0, 2 * grid.bar_steps, 2)
    ticks = [swung_tick(step, grid, 1.0) for step in [*written_steps.tolist(), 2 * grid.bar_steps]]
    early_or_late = rng.integers(-20, 21, len(written_steps))
    start, end = np.array(ticks[:-1]) + early_or_late, np.array(ticks[1:]) - 30
    played = np.stack([start, end, 0 * start, 60 + 0 * start], axis=1)
    found = on_steps(played, 2 * grid.bar_steps, grid, 1.0)
    assert found[:, 0].tolist() == written_steps.tolist()
    assert found[:, 1].tolist() == [2] * len(found)


def test_the_score_of_a_pianist_who_borrows_has_both_hands(tmp_path):
    files = [str(tmp_path / name) for name in ("salon.musicxml", "salon.mid")]
    command = livedshl("generate", *files, "--preset", "salon", "--bars", "8", "--seed", "5")
    subprocess.run(command, check=True, timeout=60, capture_output=True)
    score = ET.parse(files[0])
    assert [name.text for name in score.iter("part-name")] == ["Melody", "Piano"]
    notes = notes_of(read_events(tmp_path / "salon.mid"))
    piano = on_steps(notes[notes[:, 2] == 1], 8 * 12, GRIDS["3/4"], 0.0)
    struck = [
        (bar * 12 + start, pitch_of(note))
        for bar, measure in enumerate(score.findall("part")[1].iter("measure"))
        for start, note in by_time(measure)
        if not is_tied_back(note)
    ]
    assert len(struck) > 30
    assert sorted(struck) == sorted({(start, pitch) for start, _, pitch in piano.tolist()})
