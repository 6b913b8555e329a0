"""A melody is known by its name, whatever kind of file it stands in."""

import pytest
from support.abc_tunes import read as read_abc
from support.midi_files import BAR, MELODY, Track, quarters, read_tracks
from support.written_scores import attributes, note, notes, part, read, score

NAMES = [
    "Melody", "Melodie 1", "LeadVox", "voice_2", "VOCAL", "Gesang", "Singstimme", "Voix", "Canto",
    "Soprano", "Lead Vocal", "Lead", "voz", "Мелодия", "主旋律", "Air", "Tune",
]  # fmt: skip
OTHERS = [
    "Bass", "Bass voice", "Backing Vocals", "Choir", "Harmony", "Lead Guitar Chords", "PianoLeft",
    "Alto 2", "Begleitung", "Second voice strings", "Second voices", "Zweite Stimme",
]  # fmt: skip


def of_abc(name, tmp_path):
    voices = f'V:1 name="Fiddle"\nGABc|GABc|\nV:2 name="{name}"\nCDEF|CDEF|\n'
    sheet, _ = read_abc(voices)
    return sheet.notes[0, 2] == 60


def of_musicxml(name, tmp_path):
    fiddle = part(attributes() + notes("G4 A4 B4 C5"), note("G4", 4))
    named = part(attributes() + notes("C4 D4 E4 F4"), notes("C4 D4 E4 F4"))
    sheet, _ = read(tmp_path, score(("Fiddle", fiddle), (name, named)))
    return sheet.notes[0, 2] == 60


def of_midi(name, tmp_path):
    low = Track([(tick, n, pitch - 12) for tick, n, pitch in quarters(MELODY)], name, 3)
    high = Track([(BAR * bar + 120 * n, 100, 80 + n % 5) for bar in range(8) for n in range(16)],
                 "Fiddle", 2)  # fmt: skip
    sheet, _ = read_tracks(high, low)
    return sheet.notes[0, 2] == MELODY[0] - 12


READERS = [of_abc, of_musicxml, of_midi]


@pytest.mark.parametrize("is_melody", READERS)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_a_melody_is_known_in_every_kind_of_file(is_melody, name, tmp_path):
    assert is_melody(name, tmp_path)


@pytest.mark.parametrize("is_melody", READERS)
@pytest.mark.parametrize("name", OTHERS)
def test_what_accompanies_is_no_melody_in_any_kind_of_file(is_melody, name, tmp_path):
    assert not is_melody(name, tmp_path)
