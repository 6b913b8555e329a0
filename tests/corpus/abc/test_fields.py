"""Keys, metres, voices and chord symbols."""

import pytest
from support.abc_tunes import pitches, read, symbols, warnings

from livedshl.errors import CorpusError
from livedshl.music import Metre, Mode
from livedshl.music.leadsheet import Key


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("G", Key(7, Mode.MAJOR)),
        ("Bbmaj % flat", Key(10, Mode.MAJOR)),
        ("B♭", Key(10, Mode.MAJOR)),
        ("F# minor", Key(6, Mode.MINOR)),
        ("C#m", Key(1, Mode.MINOR)),
        ("EM", Key(4, Mode.MINOR)),
        ("Em clef=bass", Key(4, Mode.MINOR)),
        ("G clef=treble", Key(7, Mode.MAJOR)),
        ("G treble", Key(7, Mode.MAJOR)),
        ("Gionian", Key(7, Mode.MAJOR)),
        ("A aeolian", Key(9, Mode.MINOR)),
        ("Ddor", Key(2, Mode.DORIAN)),
        ("D Dorian", Key(2, Mode.DORIAN)),
        ("A Mixolydian", Key(9, Mode.MIXOLYDIAN)),
        ("AMix", Key(9, Mode.MIXOLYDIAN)),
        ("Fphr", Key(5, Mode.OTHER)),
        ("Glyd", Key(7, Mode.OTHER)),
        ("Bloc", Key(11, Mode.OTHER)),
        ("Dm ^c", Key(2, Mode.MINOR)),
        ("Dm^c", Key(2, Mode.MINOR)),
        ("D =c", Key(2, Mode.MIXOLYDIAN)),
        ("D exp ^f ^c", Key(2, Mode.MAJOR)),
        ("D exp _b ^f", Key(2, Mode.OTHER)),
        ("HP", Key(9, Mode.OTHER)),
        ("Hp", Key(9, Mode.OTHER)),
        ("none", Key(0, Mode.OTHER)),
        ("", Key(0, Mode.OTHER)),
    ],
)
def test_keys_are_read_as_the_standard_writes_them(field, key):
    assert read("CDEF|", key=field)[0].key_changes == ((0, key),)


@pytest.mark.parametrize(
    ("field", "sounding"),
    [
        ("C", "F4 C5 G4 B4"),
        ("D", "F#4 C#5 G4 B4"),
        ("Gm", "F4 C5 G4 Bb4"),
        ("Ddor", "F4 C5 G4 B4"),
        ("Glyd", "F#4 C#5 G4 B4"),
        ("F#", "F#4 C#5 Ab4 B4"),
        ("Cb", "E4 B4 F#4 Bb4"),
        ("HP", "F#4 C#5 G4 B4"),
        ("none", "F4 C5 G4 B4"),
        ("Am ^g", "F4 C5 Ab4 B4"),
        ("Dm ^c", "F4 C#5 G4 Bb4"),
        ("Dmix=c", "F#4 C5 G4 B4"),
        ("D exp _b ^f", "F#4 C5 G4 Bb4"),
        ("C __b", "F4 C5 G4 A4"),
    ],
)
def test_a_key_raises_and_lowers_what_it_says(field, sounding):
    assert pitches("FcGB|", key=field) == sounding


@pytest.mark.parametrize("field", ["clef=bass", "bass", "treble", "clef=alto middle=c"])
def test_a_change_of_clef_is_no_change_of_key(field):
    sheet, _ = read(f"FGAB|\nK:{field}\nFGAB|", key="D")
    assert sheet.key_changes == ((0, Key(2, Mode.MAJOR)),)
    assert sheet.notes[4, 2] == 66


@pytest.mark.parametrize("field", ["H", "Es", "X", "Bn", "Gfoo"])
def test_a_key_that_is_none_is_named(field):
    with pytest.raises(CorpusError, match=f"K:{field} is not a key"):
        read("CDEF|", key=field)


@pytest.mark.parametrize(
    ("field", "metre"),
    [("C", Metre(4, 4)), ("C|", Metre(2, 2)), ("12/8", Metre(12, 8)), ("3/2", Metre(3, 2)),
     ("(2+3)/8", Metre(5, 8)), ("2+2+3/8", Metre(7, 8)), ("6 / 8", Metre(6, 8)),
     ("3/4 % waltz", Metre(3, 4))],
)  # fmt: skip
def test_every_metre_is_read(field, metre):
    assert read("CDEF|", metre=field)[0].metres == (metre,)


@pytest.mark.parametrize("field", ["0/4", "4/0", "4/5", "free", "4"])
def test_a_metre_that_is_none_is_named(field):
    with pytest.raises(CorpusError, match="is not understood"):
        read("CDEF|", metre=field)


# ---------------------------------------------------------------------- voices

BASS = "C,2E,2|G,2C,2|"


@pytest.mark.parametrize(
    "text",
    [
        "V:1\nCDEF|GABc|\nV:2\nC,2E,2|G,2C,2|\nV:1\nc2e2|c4|]\nV:2\nE,4|C,4|]",
        "[V:1]CDEF|GABc|\n[V:2]C,2E,2|G,2C,2|\n[V:1]c2e2|c4|]\n[V:2]E,4|C,4|]",
        "[V:1]CDEF|[V:2]C,4|[V:1]GABc|[V:2]C,4|[V:1]c2e2|c4|]",
        "CDEF|GABc|\nV:2\nC,2E,2|G,2C,2|\nV:1\nc2e2|c4|]",
    ],
)
@pytest.mark.parametrize("fields", ["", "V:1\nV:2 clef=bass\n"])
def test_voices_that_take_turns_are_joined_by_their_name(text, fields):
    assert pitches(text, fields=fields) == "C4 D4 E4 F4 G4 A4 B4 C5 C5 E5 C5"


@pytest.mark.parametrize(
    "fields",
    [
        'V:B name="Bass" clef=bass\nV:T name="Tune"\n',
        'V:B name="Flute"\nV:T name="Soprano"\n',
        'V:B nm="Piano"\nV:T nm="Lead vocal"\n',
        "V:B clef=bass\nV:T\n",
        "V:B\nV:T\n%%score T B\n",
        "V:B\nV:T\n%%staves {T | B}\n",
        "V:B clef=perc\nV:T clef=bass\n",
    ],
)
def test_the_melody_is_the_voice_that_is_named_so_or_stands_on_top(fields):
    text = f"[V:B]{BASS}\n[V:T]CDEF|GABc|"
    assert pitches(text, fields=fields) == "C4 D4 E4 F4 G4 A4 B4 C5"


def test_it_is_told_which_voices_were_taken_and_left():
    fields = 'V:S name="Soprano"\nV:A name="Alto"\nV:B name="Bass"\n'
    _, account = read(f"[V:S]CDEF|\n[V:A]C4|\n[V:B]{BASS}", fields=fields)
    assert account.taken == ("Soprano: melody", "Alto: accompaniment")
    assert account.left == ("Bass",)  # it has more bars
    assert read("CDEF|")[1].taken == ()


def test_voices_with_the_same_bars_accompany_the_melody_through_its_repeats():
    text = "[V:1]|:G4|c4:|\n[V:2]|:[CE]2-[CE]2|C4:|\n[V:3]|:C,4-|C,4:|"
    sheet, _ = read(text)
    assert sheet.notes[:, 2].tolist() == [67, 72, 67, 72]
    once = [[0, 1920, 60, 0], [0, 1920, 64, 0], [0, 3840, 48, 1], [1920, 1920, 60, 0]]
    again = [[onset + 3840, *rest] for onset, *rest in once]
    assert sorted(sheet.accompaniment.tolist()) == sorted(once + again)


def test_drums_accompany_nothing():
    sheet, account = read("[V:1]C4|\n[V:2]C4|", fields="V:1\nV:2 clef=perc\n")
    assert len(sheet.accompaniment) == 0 and account.left == ("2",)


def test_a_voice_without_notes_on_top_is_no_melody():
    assert pitches("[V:1]z4|z4|\n[V:2]CDEF|GABc|") == "C4 D4 E4 F4 G4 A4 B4 C5"


def test_voices_have_accidentals_lengths_and_keys_of_their_own():
    text = "[V:1]^F2[V:2]F,2[V:1]F2|[V:2][L:1/8]F,4|[V:1]F4|[V:2][K:G]F,|[V:1]F4|"
    assert pitches(text) == "F#4 F#4 F4 F4"
    assert read(text)[0].notes[:, 1].tolist() == [960, 960, 1920, 1920]


def test_what_one_voice_changes_is_not_changed_for_the_next():
    text = "[V:1]z4|[K:G][L:1/8][M:3/4]z6|\n[V:2]FGAB|"
    sheet, _ = read(text)
    assert sheet.notes.tolist() == [[0, 480, 65], [480, 480, 67], [960, 480, 69], [1440, 480, 71]]
    assert (str(sheet.key), str(sheet.metre)) == ("C", "4/4")


def test_fields_above_the_first_note_hold_for_every_voice():
    text = "K:G\nL:1/8\nM:3/4\n[V:1]z6|\n[V:2]F6|"
    sheet, _ = read(text)
    assert sheet.notes.tolist() == [[0, 1440, 66]]
    assert (str(sheet.key), str(sheet.metre)) == ("G", "3/4")


def test_chord_symbols_in_another_voice_are_taken_if_it_has_the_same_bars():
    _, account = read('[V:1]CDEF|GABc|\n[V:2]"C"C,4|"G7"G,4|')
    assert symbols('[V:1]CDEF|GABc|\n[V:2]"C"C,4|"G7"G,4|') == [(0, "C"), (1920, "G7")]
    assert account.taken == ("1: melody", "2: chords", "2: accompaniment")
    assert symbols('[V:1]CDEF|GABc|\n[V:2]"C"C,4|"G7"G,2|') == []


def test_parts_and_repeats_hold_for_all_voices():
    text = "P:A\nV:1\n|:C4:|\nV:2\n|:C,4:|\nP:B\nV:1\nD4|\nV:2\nD,4|"
    sheet, _ = read(text, fields="P:BA\n")
    assert sheet.notes[:, 2].tolist() == [62, 60, 60]
    assert sheet.sections == ((0, "B"), (1920, "A"), (3840, "A"))


# ---------------------------------------------------------------------- chord symbols


def test_chord_symbols_stand_where_they_sound():
    assert symbols('"C"C2>"F"D2|z2"G7/B"E2|"N.C."F4|"A-7"A3 "Δ"B|') == [
        (0, "C"), (1440, "F"), (2880, "G7"), (3840, "N.C."), (5760, "Am7"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "chord"),
    [("D7/f+", "D7"), ("G/B", "G"), ("(E7)", "E7"), ("Am(C)", "Am"), (" Em", "Em"), ("Gd", "Gdim"),
     ("Fa7", "F7#5"), ("Bbmaj7", "Bbmaj7"), ("B♭9", "Bb7"), ("F♯ø", "F#m7b5")],
)  # fmt: skip
def test_a_chord_symbol_is_kept_however_it_is_spelled(written, chord):
    assert symbols(f'"C"CDEF|"{written}"GABc|') == [(0, "C"), (1920, chord)]


@pytest.mark.parametrize(
    "remark", ["lento", "4", "^lively", "_Am", "<C", "B MINOR", "End", "DANCE", " ", "1st Setting"]
)
def test_remarks_and_fingerings_are_no_chords(remark):
    assert symbols(f'"C"CDEF|"{remark}"GABc|') == [(0, "C")]
    assert warnings(f'"C"CDEF|"{remark}"GABc|') == ()


def test_a_chord_that_is_not_understood_ends_the_harmony_and_is_named():
    assert symbols('"C"CDEF|"G7x"GABc|') == [(0, "C"), (1920, "N.C.")]
    assert warnings('"C"CDEF|"G7x"GABc|') == (
        "Bar 2: the chord 'G7x' is not understood: no chord is played there.",
    )


def test_of_two_chords_at_one_note_the_first_is_taken():
    assert symbols('"Em""C"E4|') == [(0, "Em")]


def test_chords_are_repeated_with_their_bars():
    assert symbols('|:"C"C4:|"F"F4|') == [(0, "C"), (1920, "C"), (3840, "F")]
