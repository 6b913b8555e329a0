"""The order in which the bars of a score are heard."""

import pytest
from support.written_scores import (
    BACKWARD,
    FORWARD,
    attributes,
    chord,
    ending,
    melody,
    note,
    part,
    read,
    score,
    sign,
    words,
)

START = attributes()
DC, DS = 'dacapo="yes"', 'dalsegno="s"'


def tune(*bars):
    """A score of whole notes; a bar is (before the note, letter, after the note)."""
    content = [before + note(f"{letter}4", 4) + after for before, letter, after in bars]
    return score(part(START + content[0], *content[1:]))


@pytest.mark.parametrize(
    ("bars", "played"),
    [
        ([("", "C", ""), ("", "D", BACKWARD), ("", "E", "")], "CDCDE"),
        ([("", "C", ""), (FORWARD, "D", BACKWARD), ("", "E", "")], "CDDE"),
        (
            [(FORWARD, "C", BACKWARD.replace("/>", ' times="3"/>', 1)), ("", "D", "")],
            "CCCD",
        ),
        (
            [("", "C", ""), (ending("1", "start"), "D", ending("1", "repeat")),
             (ending("2", "start"), "E", ending("2", "discontinue")), ("", "F", "")],
            "CDCEF",
        ),
        (  # without numbers
            [("", "C", ""), (ending("", "start"), "D", ending("", "repeat")),
             (ending("", "start"), "E", ending("", "stop")), ("", "F", "")],
            "CDCEF",
        ),
        (  # the same number twice
            [("", "C", ""), (ending("1", "start"), "D", ending("1", "repeat")),
             (ending("1", "start"), "E", ending("1", "stop")), ("", "F", "")],
            "CDCEF",
        ),
        (  # a bracket over the first bar only of its ending
            [("", "C", ""), (ending("1", "start"), "D", ending("1", "stop")), ("", "E", BACKWARD),
             (ending("2", "start"), "F", ending("2", "stop")), ("", "G", "")],
            "CDECFG",
        ),
        (
            [("", "C", ""), (ending("1, 2", "start"), "D", ending("1, 2", "repeat")),
             (ending("3", "start"), "E", ending("3", "stop"))],
            "CDCDCE",
        ),
        (  # the first ending serves until the third
            [("", "C", ""), (ending("1", "start"), "D", ending("1", "repeat")),
             (ending("3", "start"), "E", ending("3", "stop"))],
            "CDCDCE",
        ),
        (  # the last ending is not closed, another repeat follows
            [("", "C", ""), (ending("1", "start"), "D", ending("1", "repeat")),
             (ending("2", "start"), "E", ""), (FORWARD, "F", BACKWARD)],
            "CDCEFF",
        ),
    ],
)  # fmt: skip
def test_repeats_and_endings(tmp_path, bars, played):
    assert melody(read(tmp_path, tune(*bars))[0]) == played


@pytest.mark.parametrize(
    ("bars", "played"),
    [
        (
            [("", "C", ""), ("", "D", words("Fine", 'fine="yes"')), ("", "E", ""),
             ("", "F", words("D.C. al Fine", DC))],
            "CDEFCD",
        ),
        (
            [("", "C", ""), ("<sound segno='s'/>", "D", ""), ("", "E", words("D.S.", DS))],
            "CDEDE",
        ),
        (
            [("", "C", ""), ("", "D", words("To Coda", 'tocoda="c"')),
             ("", "E", words("D.C. al Coda", DC)), ("<sound coda='c'/>", "F", "")],
            "CDECDF",
        ),
        (  # words and signs alone, as older programs write them
            [("", "C", ""), (sign("segno"), "D", sign("coda")),
             ("", "E", words("D.S. al Coda")), (sign("coda"), "F", "")],
            "CDEDF",
        ),
        (
            [("", "C", ""), ("", "D", words("fine")), ("", "E", words("Da Capo al Fine"))],
            "CDECD",
        ),
        (  # a segno behind the last note of a bar belongs to the next
            [("", "C", "<sound segno='s'/>"), ("", "D", ""), ("", "E", words("D.S.", DS))],
            "CDEDE",
        ),
        (  # Fine in a first ending
            [("", "C", ""), (ending("1", "start"), "D", words("Fine") + ending("1", "repeat")),
             (ending("2", "start"), "E", ending("2", "stop")), ("", "F", words("D.C. al Fine"))],
            "CDCEFCE",
        ),
    ],
)  # fmt: skip
def test_jumps(tmp_path, bars, played):
    assert melody(read(tmp_path, tune(*bars))[0]) == played


def test_words_that_only_contain_fine_are_no_mark(tmp_path):
    bars = [("", "C", words("finement")), ("", "D", ""), ("", "E", words("D.C.", DC))]
    assert melody(read(tmp_path, tune(*bars))[0]) == "CDECDE"


def test_marks_in_another_part_count(tmp_path):
    voice = part(START + note("C4", 4), note("D4", 4))
    piano = part(START + FORWARD + note("C3", 4) + BACKWARD, note("D3", 4))
    sheet, _ = read(tmp_path, score(("Voice", voice), ("Piano", piano)))
    assert melody(sheet) == "CCD"
    assert sheet.accompaniment[:, 2].tolist() == [48, 48, 50]


def test_a_bar_that_a_repeat_sign_splits_is_one(tmp_path):
    bars = part(
        START + note("G4"),
        FORWARD + note("C4", 4),
        note("D4", 3) + BACKWARD,
        FORWARD + note("E4"),
        note("F4", 4),
        note("G4", 3) + BACKWARD,
    )
    sheet, _ = read(tmp_path, score(bars))
    gaps = {b - a for a, b in zip(sheet.bars.tolist(), sheet.bars.tolist()[1:], strict=False)}
    assert 1920 in gaps and sheet.notes[0, 0] == -480


def test_the_chord_that_holds_is_written_again_where_the_music_goes_back_into_it(tmp_path):
    bars = part(
        START + chord("C") + note("C4", 4),
        FORWARD + note("E4", 4),
        chord("G", "dominant") + note("D4", 4) + BACKWARD,
    )
    sheet, _ = read(tmp_path, score(bars))
    assert sheet.chords.tolist() == [[0, 0, 0], [3840, 7, 2], [5760, 0, 0], [7680, 7, 2]]


def test_a_tie_is_not_carried_over_a_repeat(tmp_path):
    bars = part(
        START + note("D4", 4, "<tie type='start'/>"),
        FORWARD + note("D4", 4, "<tie type='stop'/>"),
        note("D4", 4) + BACKWARD,
    )
    sheet, _ = read(tmp_path, score(bars))
    assert sheet.notes[:, :2].tolist() == [[0, 3840], [3840, 1920], [5760, 1920], [7680, 1920]]


def test_section_names_stand_wherever_their_section_is_played(tmp_path):
    mark = "<direction><direction-type><rehearsal>{}</rehearsal></direction-type></direction>"
    bars = part(
        START + mark.format("A") + note("C4", 4) + BACKWARD, mark.format("B") + note("D4", 4)
    )
    sheet, _ = read(tmp_path, score(bars))
    assert sheet.sections == ((0, "A"), (1920, "A"), (3840, "B"))


@pytest.mark.parametrize(
    ("bars", "warning"),
    [
        ([("", "C", ""), (FORWARD, "D", ""), ("", "E", "")],
         "A repeat begins but never ends: it is played once."),
        ([(sign("segno"), "C", ""), ("", "D", ""), ("", "E", "")],
         "A segno without a D.S.: nothing is repeated for it."),
    ],
)  # fmt: skip
def test_a_mark_that_leads_nowhere_is_told(tmp_path, bars, warning):
    sheet, account = read(tmp_path, tune(*bars))
    assert melody(sheet) == "CDE"
    assert account.warnings == (warning,)
