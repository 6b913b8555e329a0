import pytest

from livedshl.corpus.abc_book import keys, metres, split_abc, tidy
from livedshl.corpus.notation import read_abc_tune
from livedshl.errors import CorpusError
from livedshl.music import Chord, Metre, Mode
from livedshl.music.leadsheet import Key

HEADER = "X:1\nT:t\nM:4/4\nL:1/4\nK:C\n"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_books_may_come_with_the_line_ends_of_any_system(line_end):
    book = "X:1\nT:One\nM:4/4\nK:C\nCDEF|\n\nX:2\nT:Two\nM:4/4\nK:G\nGABc|\n"
    tunes = split_abc(book.replace("\n", line_end))
    assert [(tune.number, tune.title) for tune in tunes] == [("1", "One"), ("2", "Two")]


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("G", Key(7, Mode.MAJOR)),
        ("Bbmaj % flat", Key(10, Mode.MAJOR)),
        ("F# minor", Key(6, Mode.MINOR)),
        ("Em clef=bass", Key(4, Mode.MINOR)),
        ("G clef=treble", Key(7, Mode.MAJOR)),
        ("Ddor", Key(2, Mode.OTHER)),
        ("A Mixolydian", Key(9, Mode.OTHER)),
        ("Bloc", Key(11, Mode.OTHER)),
        ("HP", Key(0, Mode.OTHER)),
        ("none", Key(0, Mode.OTHER)),
    ],
)
def test_keys_are_read_as_the_standard_writes_them(field, key):
    assert keys(f"X:1\nK:{field}\nCDEF|\n") == (key,)


def test_a_change_of_clef_is_no_change_of_key():
    assert keys("X:1\nK:D\nDEFG|\nK:clef=bass\nDEFG|\n") == (Key(2, Mode.MAJOR),)


def test_every_metre_is_seen_and_a_bar_too_long_is_none():
    changing = "X:1\nT:t\nM:C|\nL:1/4\nK:C\nCDEF|[M:3/4]GAB|\nM:C|\nCDEF|\n"
    assert metres(changing) == (Metre(2, 2), Metre(3, 4))
    (tune,) = split_abc(HEADER + "CDEFG|CDEF|GABc|\n")
    assert read_abc_tune(tune, "t.abc#1")[0].metres == (Metre(4, 4),)


def test_a_metre_replaced_before_the_first_note_is_not_meant():
    assert metres("X:1\nM:4/4\nM:6/8\nK:G\nGAB dBG|\n") == (Metre(6, 8),)
    assert metres("X:1\nM:4/4\nK:G\nP:A\nM:6/8\n% jig\nGAB dBG|\n") == (Metre(6, 8),)


@pytest.mark.parametrize(
    ("written", "chord"),
    [
        ("D7/f+", "D7"),
        ("G/B", "G"),
        ("(E7)", "E7"),
        ("Am(C)", "Am"),
        (" Em", "Em"),
        ("Gd", "Gdim"),
        ("Fa7", "F7#5"),
        ("Bbmaj7", "Bbmaj7"),
    ],
)
def test_a_chord_symbol_is_kept_however_it_is_spelled(written, chord):
    (tune,) = split_abc(f'{HEADER}"C"CDEF|"{written}"GABc|\n')
    symbols = read_abc_tune(tune, "t.abc#1")[0].chords.tolist()
    assert [(t, Chord(r, q).name) for t, r, q in symbols] == [(0, "C"), (1920, chord)]


@pytest.mark.parametrize("remark", ["Fine", "D.C.", "4", "^lively", "B MINOR", "End", "DANCE", " "])
def test_remarks_and_fingerings_are_no_chords(remark):
    assert '"' not in tidy(f'{HEADER}"{remark}"GABc|\n')


@pytest.mark.parametrize(
    ("music", "reason"),
    [
        ("GABc & G,4|", "overlaid voices"),
        ("[V:1]GABc|\n[V:2]G,4|", "voice changes within a line"),
        ("|:GABc|1,3 dcBA:|2 dcBG:|", "endings for several passes"),
    ],
)
def test_what_would_be_read_wrongly_is_refused(music, reason):
    (tune,) = split_abc(f"{HEADER}{music}\n")
    with pytest.raises(CorpusError, match=reason):
        read_abc_tune(tune, "t.abc#1")


def test_an_ampersand_in_a_title_remark_or_comment_does_no_harm():
    (tune,) = split_abc(
        HEADER.replace("T:t", "T:Salt & Pepper") + '"^slow & soft"CDEF| % & so on\n'
    )
    assert len(read_abc_tune(tune, "t.abc#1")[0].notes) == 4
