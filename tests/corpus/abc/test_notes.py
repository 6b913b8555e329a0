"""The pitch and length of every note."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.abc_tunes import heard, letters, note_name, pitches, read, ticks

# ---------------------------------------------------------------------- pitches


@pytest.mark.parametrize(
    ("key", "written", "sounding"),
    [
        ("C", "^FGFG|F4", "F#4 G4 F#4 G4 F4"),
        ("D", "=cAcA|c4", "C5 A4 C5 A4 C#5"),
        ("C", "^f2 F2|", "F#5 F#4"),
        ("C", "^F2 F2|F4||^F2=F2", "F#4 F#4 F4 F#4 F4"),
        ("F", "=B2 B2|_B2 B2|__B2 B2", "B4 B4 Bb4 Bb4 A4 A4"),
        ("C", "^^C2 C2|C4", "D4 D4 C4"),
        ("C", "[^FA]2 F2|", "A4 F#4"),
        ("C", "{^f}e2 f2|", "E5 F5"),
        ("C", "^F2:|F4", "F#4 F#4 F4"),
        ("C", "_B2[K:C]B2|", "Bb4 B4"),
    ],
)
def test_an_accidental_holds_to_the_bar_line(key, written, sounding):
    assert pitches(written, key=key) == sounding


@pytest.mark.parametrize(
    ("rule", "sounding"),
    [("pitch", "F#4 F#4 F#5"), ("octave", "F#4 F#4 F5"), ("not", "F#4 F4 F5")],
)
@pytest.mark.parametrize("field", ["%%propagate-accidentals {}", "I:propagate-accidentals {}"])
def test_a_tune_may_say_how_far_an_accidental_reaches(rule, sounding, field):
    assert pitches("^F F f2|", fields=field.format(rule) + "\n") == sounding
    assert pitches(field.format(rule) + "\n^F F f2|") == sounding


@pytest.mark.parametrize(
    ("written", "sounding"),
    [
        ("^F4-|F4", "F#4*8"),
        ("^F4-|F2 F2", "F#4*6 F4*2"),
        ("_B4-|B4-|B4 B4", "Bb4*12 B4*4"),
        ("A4-|A4|A4", "A4*8 A4*4"),
        ("A4-|G4", "A4*4 G4*4"),
        ("A2- A2 A4", "A4*4 A4*4"),
        ("A2- {b}A2", "A4*4"),
        ("A2-\nA2", "A4*4"),
        ("A2.-A2", "A4*4"),
        ("A2-z2A2", "A4*2 A4*2"),
    ],
)
def test_a_tie_makes_one_note_and_carries_its_accidental(written, sounding):
    assert heard(written) == sounding


def test_a_tie_reaches_into_each_ending():
    assert heard("|:C2 A2-|1 A2 G2:|2 A4|]") == "C4*2 A4*4 G4*2 C4*2 A4*6"


@pytest.mark.parametrize(
    ("written", "sounding"),
    [
        ("[A4c4]-[A4c4]", "C5*8"),
        ("[A4-c4-][A4c4]", "C5*8"),
        ("[A4-c4][A4c4]", "C5*4 C5*4"),
        ("[A4c4-]c4", "C5*8"),
        ("[A4c4]c4", "C5*4 C5*4"),
    ],
)
def test_the_notes_of_a_chord_are_tied_each_for_itself(written, sounding):
    assert heard(written) == sounding


def test_the_highest_note_of_a_chord_is_the_melody_and_its_first_note_the_length():
    assert heard("[CEG]2 [e2c]|[A2C2]2|+G4B4d4+") == "G4*2 E5*2 A4*4 D5*4"


def test_octaves_are_read_in_any_mixture():
    assert pitches("C, C C' c c' c,, c,'") == "C3 C4 C5 C5 C6 C3 C5"


@pytest.mark.parametrize(
    ("key", "fields", "sounding"),
    [
        ("C clef=treble-8", "", "C3"),
        ("C treble+8", "", "C5"),
        ("C octave=-1", "", "C3"),
        ("C", "V:1 octave=1\n", "C5"),
        ("C", "V:1 transpose=-2\n", "Bb3"),
        ("C", "%%MIDI transpose 3\n", "Eb4"),
    ],
)
def test_clefs_and_transpositions_move_what_sounds(key, fields, sounding):
    assert pitches("C4", key=key, fields=fields) == sounding


def test_a_transposing_instrument_takes_its_key_and_chords_along():
    sheet, _ = read('"D"A4|', key="D", fields="V:1 transpose=-2\n")
    assert (str(sheet.key), sheet.chords[0, 1], sheet.notes[0, 2]) == ("C", 0, 67)


# ---------------------------------------------------------------------- lengths


@pytest.mark.parametrize(
    ("written", "lengths"),
    [
        ("A A2 A/ A/2 A3/2 A/4 A// A3/4 A///", [480, 960, 240, 240, 720, 120, 120, 360, 60]),
        ("A>B c<d", [720, 240, 240, 720]),
        ("A>>B c<<d", [840, 120, 120, 840]),
        ("A>>>B", [900, 60]),
        ("A > B", [720, 240]),
        ("A>.B A>vB A>~B", [720, 240] * 3),
        ("A>!trill!B A>HB", [720, 240] * 2),
        ("A>{c}B A{c}>B", [720, 240] * 2),
        ('A>"G"B "D"A>"^x"B', [720, 240] * 2),
        ("(A>B) A>(B A)", [720, 240, 720, 240, 480]),
        ("[CE]>[DF]", [720, 240]),
        ("A/>B/", [360, 120]),
        ("A>z B", [720, 480]),
        ("A>B>c", [720, 240, 480]),
    ],
)
def test_notes_are_as_long_as_they_are_written(written, lengths):
    assert ticks(written) == lengths


def test_broken_rhythm_means_nothing_between_notes_of_different_lengths():
    assert ticks("A>B/c/ d2") == [480, 240, 240, 960]


@pytest.mark.parametrize(
    ("metre", "written", "lengths"),
    [
        ("4/4", "(3ABc d", [320, 320, 320, 480]),
        ("4/4", "(3:2:2A2B c", [640, 320, 480]),
        ("4/4", "(3:2:4A/B/cd e", [160, 160, 320, 320, 480]),
        ("4/4", "(3::2AB c", [320, 320, 480]),
        ("4/4", "(3A/B/c/ d", [160, 160, 160, 480]),
        ("4/4", "(3{d}ABc (3A{d}Bc", [320] * 6),
        ("4/4", '(3"G"A"^x"Bc', [320] * 3),
        ("4/4", "(3(ABc) ((3ABc)", [320] * 6),
        ("4/4", "(3zAB c", [320, 320, 480]),
        ("4/4", "(3[CE]AB c", [320, 320, 320, 480]),
        ("4/4", "(3A>Bc d", [480, 160, 320, 480]),
        ("6/8", "(2AB c", [720, 720, 480]),
        ("4/4", "(4ABcd", [360] * 4),
        ("4/4", "(6ABcdef g", [160] * 6 + [480]),
        ("4/4", "(5ABcde f", [192] * 5 + [480]),
        ("6/8", "(5ABcde f", [288] * 5 + [480]),
        ("4/4", "(7ABcdefg", [137] * 7),
    ],
)
def test_tuplets_take_the_time_that_they_should(metre, written, lengths):
    read_lengths = ticks(written, metre=metre)
    assert len(read_lengths) == len(lengths)
    assert all(abs(a - b) <= 1 for a, b in zip(read_lengths, lengths, strict=True))


def test_a_tuplet_fills_its_beats_without_a_rest():
    sheet, _ = read("(7ABcdefg A2|c4")
    assert (sheet.notes[:-1, 0] + sheet.notes[:-1, 1]).tolist() == sheet.notes[1:, 0].tolist()


@pytest.mark.parametrize(
    ("metre", "length", "unit"),
    [("2/4", "", 120), ("3/8", "", 120), ("3/4", "", 240), ("C", "", 240), ("6/8", "", 240),
     ("4/4", "1/4", 480), ("4/4", "1/16", 120), ("4/4", "1", 1920)],
)  # fmt: skip
def test_the_note_length_follows_the_metre_unless_the_tune_gives_one(metre, length, unit):
    assert ticks("CD", metre=metre, length=length) == [unit, unit]


@pytest.mark.parametrize("change", ["[L:1/8]", "|\nL:1/8\n"])
def test_the_note_length_may_change(change):
    assert ticks(f"C D{change}E F|") == [480, 480, 240, 240]


def test_a_note_length_of_the_header_stays_when_the_metre_changes():
    assert ticks("C|\nM:2/4\nC|", length="") == [240, 240]


# ---------------------------------------------------------------------- rests and signs


@pytest.mark.parametrize(
    ("written", "onsets"),
    [
        ("C z D2|", [0, 960]),
        ("C x D2|", [0, 960]),
        ("C4|Z|D4|", [0, 3840]),
        ("C4|Z2|D4|", [0, 5760]),
        ("C4|X2|D4|", [0, 5760]),
        ("C y D y4 y0 E|", [0, 480, 960]),
    ],
)
def test_rests_take_time_and_spacers_take_none(written, onsets):
    assert read(written)[0].notes[:, 0].tolist() == onsets


def test_bars_of_rest_are_bars():
    assert read("C4|Z3|D4|")[0].bars.tolist() == [0, 1920, 3840, 5760, 7680]


@pytest.mark.parametrize(
    "sign",
    [".", "~", "H", "J", "L", "M", "O", "P", "R", "S", "T", "u", "v", "!trill!", "!fermata!",
     "+trill+", "!>(!", "!f!", "!5!", '"^above"', '"_below"', '"<left"', '"@1,2 there"', "{g}",
     "{/g}", "{gab}", "(", "`"],
)  # fmt: skip
def test_a_sign_at_a_note_changes_no_note(sign):
    assert heard(f"CD{sign}E2|{sign}F4") == "C4 D4 E4*2 F4*4"


def test_letters_may_be_given_a_meaning():
    assert heard("WCnDE2|", fields="U:W = !trill!\nU:n=!fermata!\n") == "C4 D4 E4*2"


def test_slurs_ties_and_dotted_bar_lines_are_told_apart():
    assert heard("(C.D)(E|F)-F.|G2") == "C4 D4 E4 F4*2 G4*2"


@pytest.mark.parametrize("music", ["CDEF&G,4|GABc|", "CDEF & G,2A,2 |GABc|", "CDEF&G,4&C,4|GABc"])
def test_of_voices_that_share_a_bar_the_first_is_read(music):
    assert letters(music) == "CDEFGABC"


@given(st.lists(st.tuples(st.integers(36, 95), st.integers(1, 16)), min_size=1, max_size=30))
def test_any_melody_is_read_as_it_was_written(melody):
    written = " ".join(f"{spelled(pitch)}{length}" for pitch, length in melody)
    sheet, account = read(written, length="1/16")
    assert [(p, n) for _, n, p in sheet.notes.tolist()] == [(p, 120 * n) for p, n in melody]
    assert account.warnings == ()


def spelled(pitch):
    """A note in ABC, with an accidental of its own."""
    name, octave = note_name(pitch)[:-1], pitch // 12 - 5
    sign = {"#": "^", "b": "_"}.get(name[1:], "=")
    return sign + name[0] + ("'" * octave if octave > 0 else "," * -octave)
