"""How a section is harmonised: it moves, it closes, and it keeps what sounds already."""

from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest
from support.bundles import random_bundle
from support.hand_made import steps_of
from support.strategies import VOCABULARY

from livedshl.improviser.form import Cadence
from livedshl.improviser.harmony import SectionHarmony, harmony_vocabulary
from livedshl.music import COMMON_TIME, Chord, ChordVocabulary
from livedshl.music.chords import NO_CHORD
from livedshl.music.leadsheet import Mode
from livedshl.music.segments import CHORD

# Eight bars of C major: up to the dominant in bar 4, home to the tonic in bar 8.
MELODY = [
    (60, 4), (64, 4), (67, 4), (64, 4), (65, 4), (69, 4), (72, 4), (69, 4),
    (67, 4), (64, 4), (60, 4), (64, 4), (62, 4), (67, 4), (71, 8),
    (60, 4), (64, 4), (67, 4), (64, 4), (65, 4), (69, 4), (72, 4), (69, 4),
    (67, 4), (71, 4), (74, 4), (71, 4), (72, 16),
]  # fmt: skip


@pytest.fixture(scope="module")
def harmony():
    return SectionHarmony(random_bundle())


def chords(harmony, cadence=Cadence.FULL, n_sounded=0, own="C", last=72):
    steps = steps_of([*MELODY[:-1], (last, 16)], [own] * 8)
    found = harmony.chords_of(steps, n_sounded, cadence)
    return [harmony.vocabulary.classes[chord].name for chord in found]


def test_a_section_reaches_the_tonic_by_the_dominant(harmony):
    names = chords(harmony)
    assert len(names) == 32
    assert names[-1] == "C"
    before = [name for name in names[-8:] if name != "C"]
    assert before[-1] in ("G", "G7")


def test_a_library_of_many_chords_keeps_them_as_they_are_written():
    songs = ChordVocabulary((*VOCABULARY.classes, *map(Chord.parse, ("C6", "F/C", "G7/B"))))
    rich = SectionHarmony(replace(random_bundle(), vocabulary=songs))
    own = ["C6", "F/C", "C6", "G7/B", "C6", "F/C", "G7/B", "C6"]
    steps = steps_of(MELODY)
    steps[:, CHORD] = np.repeat([songs.index(Chord.parse(name)) for name in own], 16)
    found = [rich.vocabulary.classes[n].name for n in rich.chords_of(steps, 0, Cadence.FULL)]
    assert found[::4] == own


def test_no_chord_stays_for_most_of_a_section_though_the_songs_had_it_throughout():
    songs = ChordVocabulary((*VOCABULARY.classes, *map(Chord.parse, ("C6", "F/C"))))
    rich = SectionHarmony(replace(random_bundle(), vocabulary=songs))
    steps = steps_of([*[(60, 8), (67, 4), (64, 4)] * 7, (60, 16)])
    steps[:, CHORD] = songs.names.index("C")
    found = rich.chords_of(steps, 0, Cadence.FULL)
    roots = [rich.vocabulary.classes[chord].root for chord in found]
    assert max(len(list(run)) for _, run in groupby(roots)) <= 4 * COMMON_TIME.bar_beats


def test_a_half_close_ends_on_the_dominant(harmony):
    assert chords(harmony, Cadence.HALF, last=74)[-1] in ("G", "G7")


def test_a_minor_melody_with_the_natural_seventh_has_no_major_dominant_under_it():
    in_minor = SectionHarmony(random_bundle(mode=Mode.MINOR))
    # Eight bars of A minor, of which the seventh, before the close, holds G.
    melody = [(69, 8), (72, 8), (74, 8), (72, 8)] * 3 + [(67, 16), (69, 16)]
    steps = steps_of(melody, ["Am"] * 8)
    found = in_minor.chords_of(steps, 0, Cadence.FULL)[24:28]
    names = [in_minor.vocabulary.classes[chord].name for chord in found]
    assert not {"E", "E7"} & set(names)


def test_the_harmony_follows_the_melody_not_the_songs_it_came_from(harmony):
    assert len(set(chords(harmony, own="C"))) >= 3


def test_chords_that_sound_already_stay(harmony):
    assert chords(harmony, n_sounded=6, own="Am")[:6] == ["Am"] * 6


def test_a_section_without_notes_keeps_its_chords(harmony):
    silent = steps_of([(0, 128)], ["F"])
    found = harmony.chords_of(silent, 0, Cadence.FULL)
    assert {harmony.vocabulary.classes[chord].name for chord in found} == {"F"}
    silent[:, 2] = NO_CHORD
    assert (harmony.chords_of(silent, 0, Cadence.FULL) == NO_CHORD).all()


def test_the_chords_of_a_model_keep_their_numbers():
    known = harmony_vocabulary(VOCABULARY)
    assert known.classes[: len(VOCABULARY)] == VOCABULARY.classes
    assert "E7" in known.names
    assert len(set(known.names)) == len(known)


def test_the_same_section_gets_the_same_chords(harmony):
    assert np.array_equal(chords(harmony), chords(harmony))
