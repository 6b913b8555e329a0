"""Chord names that a MIDI file has as texts are believed where the notes do not contradict."""

import mido
import pytest
from support.midi_files import BAR, MELODY, Track, quarters, read_tracks

from livedshl.music import Chord

NAMES = ["Eb6/9", "Fm7", "Bb9", "Ebmaj7"] * 2
NOTES = [(51, 55, 60, 65), (53, 56, 60, 63), (50, 56, 58, 60), (51, 55, 58, 62)] * 2


def tracks(names, kind="text"):
    """A melody, chords under it, and the names in a track of their own."""
    held = [(bar * BAR, BAR - 20, pitch) for bar, chord in enumerate(NOTES) for pitch in chord]
    metas = [(bar * BAR, mido.MetaMessage(kind, text=name)) for bar, name in enumerate(names)]
    melody = Track(quarters([pitch + 12 for pitch in MELODY]), "Melody")
    return melody, Track(held, "Piano", channel=1), Track([], "Chord names", metas=metas)


@pytest.mark.parametrize("kind", ["text", "marker", "lyrics"])
def test_names_that_fit_the_notes_are_the_chords(kind):
    sheet, account = read_tracks(*tracks(NAMES, kind))
    read = [(tick // BAR, Chord(root, quality).name) for tick, root, quality in sheet.chords]
    assert read == list(enumerate(["Eb6", "Fm7", "Bb7", "Ebmaj7"] * 2))
    assert "texts: chords, as they are written" in account.taken
    assert not account.warnings


def test_names_of_another_song_are_left_and_that_is_said():
    up = [Chord.parse(name).transposed(1).name for name in ("Eb", "Fm", "Bb", "Eb")] * 2
    sheet, account = read_tracks(*tracks(up))
    assert "Piano: chords" in account.taken
    assert any("do not fit the notes" in warning for warning in account.warnings)
    roots = {Chord(root, quality).root for _, root, quality in sheet.chords}
    assert 3 in roots and 4 not in roots
