"""The order in which the bars of a tune are played."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.abc_tunes import letters, read, warnings

from livedshl.errors import CorpusError


@pytest.mark.parametrize(
    ("written", "played"),
    [
        ("|:C4:|D4|", "CCD"),
        ("C4:|D4|", "CCD"),
        ("C4::D4:|", "CCDD"),
        ("|:C4:||:D4:|", "CCDD"),
        ("|:C4:|:D4:|", "CCDD"),
        ("|:C4:||\n|:D4:||E4|", "CCDDE"),
        ("|:C4|1 D4:|2 E4|]", "CDCE"),
        ("|:C4|[1 D4:|[2 E4|]", "CDCE"),
        ("|:C4 [1 D4:|[2 E4|]", "CDCE"),
        ("|:C4|[1 D4| :| [2 E4|]", "CDCE"),
        ("|:C4|1 D4:|2 E4:|3 F4||G4|", "CDCECFG"),
        ("|:C4|[1,2 D4:|[3 E4|]", "CDCDCE"),
        ("|:C4|1,3 D4:|2 E4:|", "CDCECD"),
        ("|:C4|[1-3 D4:|[4 E4|]", "CDCDCDCE"),
        ('|:C4|["1." D4:|["last" E4|]', "CDCE"),
        ("|::C4::|D4|", "CCCD"),
        ("|:::C4:::|D4|", "CCCCD"),
        ("|:C4|1 D4|E4:|2 F4|G4||A4|", "CDECFGA"),
        ("|:C4|1 D4||E4:|2 F4||G4|", "CDECFG"),
        ("|:C4|D4 :] E4|", "CDCDE"),
        (".|C4.|D4[|E4|]", "CDE"),
        ("[|C4||D4|]", "CD"),
        ("C4[|]D4|", "CD"),
        ("|]|:C4:[|]|]D4|", "CCD"),
    ],
)
def test_repeats_and_endings_are_played_out(written, played):
    assert letters(written) == played


@pytest.mark.parametrize(
    ("written", "played"),
    [
        ("C4||D4:|", "CDD"),
        ("C4:|D4||E4:|", "CCDEE"),
        ("|:C4||D4:|", "CDCD"),
        ("|:C4|1 D4:|2 E4||F4:|", "CDCEFF"),
        ("P:A\nC4|\nP:B\nD4:|", "CDD"),
        ("C||D4|E3:|", "CDECDE"),
        ("C||D4|E4:|", "CDEDE"),
    ],
)
def test_a_repeat_without_a_start_goes_back_to_the_double_bar(written, played):
    assert letters(written) == played


@pytest.mark.parametrize(
    ("written", "played"),
    [
        ("|:C4|1 D4:|E4|", "CDCE"),
        ("|:C4|1 D4|2 E4|]", "CDCE"),
        ("|:C4|D4:|2 E4|]", "CDCDE"),
        ("|:C4|1 D4:|3 E4|]", "CDCE"),
        ("C4|[4 D4|E4|]", "CDE"),
        ("|:C4|D4|\n|:E4:|", "CDCDEE"),
        ("C4|:|D4|", "CD"),
        ("|:C4|:|D4|", "CCD"),
        ("C4|\n: D4:|", "CDD"),
    ],
)
def test_signs_that_are_missing_lose_no_bar(written, played):
    assert letters(written) == played


@pytest.mark.parametrize(
    ("order", "played"),
    [("AB", "CDE"), ("ABA", "CDEC"), ("AAB", "CCDE"), ("A2B", "CCDE"), ("(AB)2", "CDECDE"),
     ("A.B.A", "CDEC"), ("(A(B)2)2A", "CDEDECDEDEC"), ("B", "DE"), ("A3", "CCC")],
)  # fmt: skip
def test_parts_are_played_in_the_order_of_the_header(order, played):
    assert letters("P:A\nC4|\nP:B\nD4|E4|", fields=f"P:{order}\n") == played


def test_parts_keep_their_repeats_and_what_stands_before_them_comes_first():
    music = "G4|\nP:A\n|:C4:|\nP:B\n[P:B]D4|1 E4:|2 F4|]"
    assert letters(music, fields="P:ABA\n") == "GCCDEDFCC"


def test_a_part_has_an_ending_for_each_time_it_is_played():
    assert letters("P:A\nC4|[1 D4|[2 E4|]\nP:B\nF4|", fields="P:ABA\n") == "CDFCE"


@pytest.mark.parametrize("order", ["ABC", "A?B", "(AB", "AB)", "Trad"])
def test_an_order_of_parts_that_does_not_fit_is_told(order):
    music = "P:A\nC4|\nP:B\nD4|"
    assert letters(music, fields=f"P:{order}\n") == "CD"
    assert warnings(music, fields=f"P:{order}\n")


def test_parts_are_sections_at_the_ticks_where_they_are_played():
    sheet, _ = read("P:A\nC4|\nP:B\nD4|E4|", fields="P:ABA\n")
    assert sheet.sections == ((0, "A"), (1920, "B"), (5760, "A"))
    sheet, _ = read("[P:Verse]|:C4|D4:|[P:Refrain]|:E4:|")
    assert sheet.sections == (
        (0, "Verse"), (3840, "Verse"), (7680, "Refrain"), (9600, "Refrain"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "played"),
    [
        ("C4|D4!fine!|E4|F4!D.C.!|]", "CDEFCD"),
        ("C4|D4|!fine!E4|F4|!D.C.alfine!", "CDEFCDE"),
        ("C4|!segno!D4|E4!fine!|F4!D.S.!|]", "CDEFDE"),
        ("C4|SD4|E4!fine!|F4!D.S.alfine!|]", "CDEFDE"),
        ("C4|D4!coda!|E4!D.C.alcoda!|!coda!F4|]", "CDECDF"),
        ("C4|D4!dacoda!|E4!D.C.!|OF4|]", "CDECDF"),
        ("!segno!C4|D4!coda!|E4!D.S.alcoda!|!coda!F4:|", "CDECDFF"),
        ('C4|"Fine"D4|E4|"D.C."F4|]', "CDEFCD"),
        ('C4|D4"^Fine"|E4|F4|"^D.C. al Fine"', "CDEFCD"),
        ('"^Segno"C4|"Fine"D4|E4|"_D.S."F4|]', "CDEFCD"),
        ('C4|"Fine"D4|E4|"Da Capo"F4|]', "CDEFCD"),
        ("|:C4:|D4!fine!|E4!D.C.!|]", "CCDECD"),
        ("C4|D4!D.C.!|]", "CDCD"),
        ("C4!fine!|D4|]", "CD"),
    ],
)
def test_da_capo_and_dal_segno_are_played(written, played):
    assert letters(written) == played


def test_where_the_parts_have_an_order_it_is_played_without_a_da_capo():
    music = "P:A\nC4!fine!|\nP:B\nD4!D.C.!|"
    assert letters(music, fields="P:ABA\n") == "CDC"
    assert any("without D.C." in sentence for sentence in warnings(music, fields="P:ABA\n"))


def test_keys_and_metres_change_where_they_are_played():
    sheet, _ = read("|:C4|\nK:G\nD4:|\nM:3/4\nE3|")
    assert [(tick, str(key)) for tick, key in sheet.key_changes] == [
        (0, "C"), (1920, "G"), (3840, "C"), (5760, "G"),
    ]  # fmt: skip
    assert [(tick, str(metre)) for tick, metre in sheet.metre_changes] == [
        (0, "4/4"), (7680, "3/4"),
    ]  # fmt: skip


def test_a_key_may_change_within_a_bar():
    sheet, _ = read("F2[K:G]F2|F4|")
    assert sheet.notes[:, 2].tolist() == [65, 66, 66]
    assert [tick for tick, _ in sheet.key_changes] == [0, 960]


def test_a_metre_replaced_before_the_first_note_is_not_meant():
    assert [str(metre) for metre in read("M:6/8\nC3|", length="1/8")[0].metres] == ["6/8"]
    assert len(read("P:A\n[M:3/4]\n% waltz\nC3|")[0].metre_changes) == 1


def test_pickups_lie_before_the_first_bar_and_split_bars_are_whole():
    sheet, _ = read("G|CDEF|G3::E|FGAB|c3:|")
    assert sheet.bars.tolist() == [1920 * bar for bar in range(8)]
    assert (sheet.notes[0, 0], sheet.end) == (-480, 8 * 1920 - 480)


@pytest.mark.parametrize("order", ["(((((((((A9)9)9)9)9)9)9)9)9", "A9999", "(" * 200 + "A"])
def test_an_order_of_parts_without_end_is_refused(order):
    with pytest.raises(CorpusError, match=r"parts|bars"):
        read("P:A\nC4|D4|E4|F4|G4|", fields=f"P:{order}\n")


BARS = st.lists(st.sampled_from(["C4", "|", "||", "|:", ":|", "::", "[1 ", "|2 ", ":|3 ", "\nP:A\n",
                                 "\nP:B\n", "!D.C.!", "!D.S.!", "!segno!", "!coda!", "!fine!", "|]",
                                 "Z3", "[|", "::|", "\n"]), max_size=40)  # fmt: skip


@given(BARS, st.sampled_from(["", "P:ABAB\n", "P:(AB)9\n"]))
def test_any_form_comes_to_an_end_and_a_bar_that_is_never_played_is_told(signs, parts):
    music = "D4|" + "".join(signs)
    while "\n\n" in music:  # an empty line ends a tune
        music = music.replace("\n\n", "\n")
    sheet, account = read(music, fields=parts)
    played = set(letters(music, fields=parts))
    written = {"D", "C"} if "C4" in signs else {"D"}
    assert played == written or account.warnings
    assert sheet.bars[0] == 0
