"""What of a book is a tune, and what of a tune is music."""

import re

import pytest
from support.abc_tunes import heard, pitches, read, warnings

from livedshl.corpus.abc import read_abc_tune, split_abc
from livedshl.errors import CorpusError

SHORT = "GABc|d4|]\n"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_books_may_come_with_the_line_ends_of_any_system(line_end):
    book = "X:1\nT:One\nM:4/4\nK:C\nCDEF|\n\nX:2\nT:Two\nM:4/4\nK:G\nGABc|\n"
    tunes = split_abc(book.replace("\n", line_end))
    assert [(tune.number, tune.title) for tune in tunes] == [("1", "One"), ("2", "Two")]


@pytest.mark.parametrize("gap", ["\n", "  \n", "\t\n"])
def test_text_behind_the_empty_line_that_ends_a_tune_is_not_played(gap):
    text = f"{SHORT}{gap}As Gaffer Beadle gave a bad edge: | G | D | A | played by ear.\n"
    assert pitches(text) == pitches(SHORT)


def test_text_between_two_tunes_belongs_to_neither():
    one, two = "X:1\nM:4/4\nL:1/4\nK:C\nCDEF|\n", "X:2\nM:4/4\nL:1/4\nK:C\nGABc|\n"
    tunes = split_abc(f"{one}\nA cabbage, a bee, a dad.\n\n{two}")
    notes = [read_abc_tune(tune, "b")[0].notes[:, 2].tolist() for tune in tunes]
    assert notes == [[60, 62, 64, 65], [67, 69, 71, 72]]


@pytest.mark.parametrize(
    "words",
    [
        "%%begintext\nBad bed, cabbage\n\nface\n%%endtext",
        "%%begintext\n%%a bad egg\n%%endtext",
        "%%text A deaf bee",
        "%%center A bag",
        "% a comment: bead",
        "w:a ca-bage fed",
        "w:a long word\\\nbadge cab face",
        "W:a verse below",
        "H:once upon\n+:a decade, a bad age",
        "N:a deed",
        "r:a remark",
        "s:!f! * * *",
        "Q:1/4=90",
        "T:A second title",
        "Z:abc",
    ],
)
def test_words_between_the_lines_of_music_are_not_played(words):
    assert pitches(f"CDEF|\n{words}\nG4|]") == "C4 D4 E4 F4 G4"


@pytest.mark.parametrize("field", ["r:add a bag", "N:faded", "Q:1/4=80", "R:reel", "I:staff 1"])
def test_asides_within_a_line_are_not_played(field):
    assert pitches(f"CD[{field}]EF|G4|]") == "C4 D4 E4 F4 G4"


def test_text_among_the_fields_above_the_music_is_not_played_and_told():
    fields = "H:The first line\nand a bad second one\n+:cabbage\n"
    assert pitches(SHORT, fields=fields) == pitches(SHORT)
    assert any("above the music" in sentence for sentence in warnings(SHORT, fields=fields))


def test_the_fields_at_the_head_of_a_book_hold_for_every_tune():
    tune = "X:{}\nT:t\nK:G\nGABc|d2B2|\n\n"
    book = "%abc-2.1\nM:4/4\nL:1/4\nO:The attic\n\n" + tune.format(1) + tune.format(2)
    for found in split_abc(book):
        sheet, _ = read_abc_tune(found, "b")
        assert [str(metre) for metre in sheet.metres] == ["4/4"]
        assert sheet.bars.tolist() == [0, 1920]


def test_a_tune_overrules_the_head_of_its_book():
    assert heard("C", length="1/8", above="L:1/2\nM:3/4\n\n") == "C4*0.5"


def test_only_fields_at_the_head_of_a_book_count_and_free_text_does_not():
    book = "A book.\nL:1/1\n\nM:3/4\n\n"
    assert heard("C", length="", above=book) == "C4*0.5"


def test_a_header_of_a_book_that_every_tune_would_carry_is_bounded():
    with pytest.raises(CorpusError, match="header of the book is too long"):
        split_abc("U:W=!trill!\n" * 3000 + "\nX:1\nK:C\nC\n")


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (r"Andr\'e", "André"),
        (r"\"Uber \ae\~n", "Über æñ"),
        ("Andr&eacute;", "André"),
        (r"D\u00e9ja", "Déja"),
        (r"Fran\cc\`a, \AAke, Stra\sse, \/O", "Françà, Åke, Straße, Ø"),
        (r"\vSkoda \=o \;a \HO", "Škoda ō ą Ő"),
        (r"Salt \& Pepper \\o/", r"Salt & Pepper \o/"),
        (r"100 \% wool % a comment", "100 % wool"),
        ("AT&T", "AT&T"),
    ],
)
def test_letters_that_a_title_spells_in_ascii_are_decoded(written, title):
    (tune,) = split_abc(f"X:1\nT:{written}\nM:4/4\nK:C\nC\n")
    assert tune.title == title


def test_a_backslash_joins_lines_even_over_a_comment():
    assert pitches("CDEF|GA\\\nBc|c2 % a deed\ne2|\\\nc4|]") == "C4 D4 E4 F4 G4 A4 B4 C5 C5 E5 C5"


def test_an_ending_may_begin_on_the_next_line_and_two_bar_lines_make_no_double_one():
    assert pitches("|:CDEF|\\\n1 G4:|2 A4|]") == "C4 D4 E4 F4 G4 C4 D4 E4 F4 A4"
    assert pitches("CDEF|\\\n|G4:|") == "C4 D4 E4 F4 G4 C4 D4 E4 F4 G4"


@pytest.mark.parametrize(
    "music", ["CDEF|GABc|!\nc4|!\nd4|]", "CDEF|!GABc|c4|!d4|]", "CDEF|GABc|$c4|d4|]"]
)
def test_signs_for_line_breaks_are_no_music_and_hide_none(music):
    assert pitches(music) == "C4 D4 E4 F4 G4 A4 B4 C5 C5 D5"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("X:1\nM:4/4\nL:1/4\nCDEF|\n", "no key"),
        ("X:1\nL:1/4\nK:C\nCDEF|\n", "no metre .the M: field"),
        ("X:1\nM:none\nK:C\nCDEF|\n", "no metre .M:none"),
        ("X:1\nM:4/4\nK:C\n", "no music"),
        ("X:1\nM:4/4\nK:C\nz4|z4|\n", "no melody"),
        ("X:1\nM:4/4\nK:H\nCDEF|\n", "K:H is not a key"),
        ("X:1\nM:FREE\nK:C\nCDEF|\n", "M:FREE is not understood"),
        ("X:1\nM:4/4\nK:C\nCDEF|\nM:none\nGABc\n", "part without metre"),
        ("X:1\nM:4/4\nK:C\nC^/D|\n", "quarter tones"),
        ("X:1\nM:4/4\nK:C\n[C_3/2E]|\n", "quarter tones"),
        ("X:1\nM:4/4\nK:C\nCD(&EF|GA&CD&)|\n", "overlaid voices over several bars"),
        ("X:1\nM:4/4\nK:C\n" + "".join(f"V:{n}\nC\n" for n in range(101)), "100 voices"),
        ("X:1\nM:4/4\nK:C\n" + "c" + "'" * 9 + "|\n", "MIDI does not have"),
    ],
)
def test_a_tune_that_cannot_be_read_rightly_is_refused_with_the_reason(text, reason):
    (tune,) = split_abc(text)
    with pytest.raises(CorpusError, match=reason):
        read_abc_tune(tune, "t.abc#1")


@pytest.mark.parametrize(
    ("music", "told"),
    [
        ("CDkEF|", "'k' is not defined"),
        ("C;DEF|", "';' is not understood"),
        ("CD!hop!EF|", "decoration 'hop' is not known"),
        ("C&E DEF|", "second voice within the bar"),
        ("C>D2 E|", "between notes of different lengths"),
        ("m:n = A\nCDEF|", "Macros"),
        ("[CDEF|", r"'\[' is not understood"),
        ("(1CDEF|", "the tuplet"),
        ("CD!8va(!EF|", r"decoration '8va\(' is not known"),
        ("L:fast\nCDEF|", "note length L:fast"),
        ('CDEF|\ns:"C" * *', r"Chord symbols in a line of symbols \(s:\)"),
        ('"G7x"CDEF|', "the chord 'G7x' is not understood"),
        ("|:CDEF|\n|:GABc:|", "a repeat sign is missing"),
    ],
)
def test_what_is_not_understood_is_told_with_its_bar(music, told):
    assert any(re.search(told, sentence) for sentence in warnings(music))


def test_a_tune_without_oddities_is_read_without_a_word():
    assert warnings('|:"Am"{c}A>B (3cde|!trill!e4:|[2 ~e2 .d2|]') == ()


def test_warnings_are_said_once_and_are_few():
    assert len(warnings("k" * 50 + "CDEF|")) == 1
    many = "".join(f"!word{number}!C" for number in range(99))
    assert len(warnings(many)) == 20
    assert read("C!" + "x" * 200 + "!D")[1].warnings[0].endswith("is not known and is left out.")
