import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedshl.music.chord_symbols import read_chord_symbol, resembles_chord_symbol
from livedshl.music.chords import NOTE_NAMES, QUALITIES, Chord


def named(text):
    symbol = read_chord_symbol(text)
    return symbol and (symbol.chord.name if symbol.chord else "N.C.")


@pytest.mark.parametrize(
    ("chord", "spellings"),
    [
        ("C", "C C(add9) Cadd9 C5 CM Cmaj Cmajor Csus2 C2"),
        ("Am", "Am A- Ami Amin Aminor Amadd9"),
        ("Am7", "Am7 A-7 Ami7 Amin7 Am9 A-11 Amin13 A−7"),  # noqa: RUF001
        ("C7", "C7 C9 C11 C13 C7b9 C7(b9) C7#9 C13#11 C7b9b13 Cdom7 C7-9 C7+9 C9(no3)"),
        ("Cmaj7", "Cmaj7 CM7 Cma7 CMa7 CMaj7 Cj7 CΔ CΔ7 C△ C△7 C∆7 C^7 Cmaj9 Cma9 CM9 Cmaj13 "
                  "Cmaj7#11 Cmaj7(#11)"),
        ("C6", "C6 C69 C6/9 Cadd6 Cmaj6"),
        ("Cm6", "Cm6 C-6 Cmi6 Cm6/9 Cm69"),
        ("Bdim", "Bdim B° Bo Bmb5 Bd"),
        ("Bdim7", "Bdim7 B°7 Bo7 Bº7 Bdim9"),
        ("Bm7b5", "Bm7b5 Bø Bø7 BØ7 B-7b5 Bmin7(b5) Bm7(♭5) Bhalfdim B-7-5"),
        ("Caug", "Caug C+ C(#5) Cmaj#5"),
        ("C7#5", "C7#5 C+7 C7+ Caug7 C7+5 Ca7 C7alt Calt C9#5"),
        ("Csus4", "Csus Csus4 C4 Csus(4)"),
        ("C7sus4", "C7sus C7sus4 C9sus4 C9sus C13sus C7(sus4)"),
        ("Cmmaj7", "CmMaj7 Cm(maj7) Cmmaj7 CmM7 C-Δ7 C-maj7 CminMaj9 CmΔ"),
        ("Bb7", "Bb7 B♭7 Bb9"),
        ("F#m", "F#m F♯m F♯- F#min"),
        ("Ab", "G# G♯ Ab A♭"),
        ("N.C.", "N.C. NC n.c. N.C"),
    ],
)  # fmt: skip
def test_a_chord_has_many_spellings(chord, spellings):
    wrong = {text: named(text) for text in spellings.split() if named(text) != chord}
    assert wrong == {}


@pytest.mark.parametrize(
    ("written", "chord", "bass"),
    [
        ("D7/F#", "D7", 6),
        ("D7/f+", "D7", 6),
        ("G/b", "G", 11),
        ("Gm/bb", "Gm", 10),
        ("C#m7/G♯", "C#m7", 8),
        ("C6/9/E", "C6", 4),
    ],
)
def test_a_bass_is_told_from_its_chord(written, chord, bass):
    assert named(written) == chord and read_chord_symbol(written).bass == bass


@pytest.mark.parametrize(
    ("written", "chord"),
    [("(E7)", "E7"), ("D7(Am)", "D7"), (" Em ", "Em"), ("A; Dm", "A"), ("C7 (b9)", "C7")],
)
def test_of_alternatives_the_first_is_taken(written, chord):
    assert named(written) == chord


@given(st.integers(0, 11), st.integers(0, len(QUALITIES) - 1))
def test_every_chord_is_read_back_from_its_own_name(root, quality):
    assert read_chord_symbol(Chord(root, quality).name).chord == Chord(root, quality)


@pytest.mark.parametrize(
    "remark",
    ["Fine", "D.C.", "Dal segno", "Andante", "End", "DANCE", "B MINOR", "Break", "Gaily", "4", "",
     "Collected by Early", "Da Capo", "Con brio", "Es", "tr", "Adagio", "Dolce", "A bag"],
)  # fmt: skip
def test_a_remark_is_no_chord(remark):
    assert read_chord_symbol(remark) is None and not resembles_chord_symbol(remark)


@pytest.mark.parametrize("strange", ["C?", "Cm%", "G7x", "Amaj7§", "Csus4&", "F##"])
def test_a_strange_chord_is_told_from_a_remark(strange):
    assert read_chord_symbol(strange) is None and resembles_chord_symbol(strange)


@given(st.text(st.sampled_from("ABCDEFGabcdefgmMajinsu+-#b♭♯°øΔ0123456789/()., "), max_size=30))
def test_any_text_is_a_chord_or_is_not(text):
    symbol = read_chord_symbol(text)
    assert symbol is None or symbol.chord is None or symbol.chord.name[0] in "".join(NOTE_NAMES)
