import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedshl.corpus.repeats import Jump, RepeatMarks, play_order

AT_THE_START = {"|:": "starts_repeat", "segno": "segno", "coda": "coda"}
AT_THE_END = {
    ":|": {"ends_repeat": True},
    "::|": {"ends_repeat": True, "times": 3},
    "Fine": {"fine": True},
    "to-coda": {"to_coda": True},
    "D.C.": {"jump": Jump.DA_CAPO},
    "D.S.": {"jump": Jump.DAL_SEGNO},
}


def marks_of(sketch):
    """Bars from a sketch: single letters are bars, with their marks and endings around them."""
    bars, before, ending = [], {}, frozenset()
    for token in sketch.split():
        if token in AT_THE_START:
            before[AT_THE_START[token]] = True
            ending = frozenset() if token == "|:" else ending
        elif token.startswith("["):
            ending = frozenset(map(int, token[1:].split(",")))
        elif token == "||":
            ending = frozenset()
        elif token in AT_THE_END:
            bars[-1] |= AT_THE_END[token]
        else:
            bars.append(before | {"endings": ending})
            before = {}
    return [RepeatMarks(**bar) for bar in bars]


def played(sketch):
    letters = [token for token in sketch.split() if len(token) == 1 and token.isalpha()]
    return "".join(letters[number] for number in play_order(marks_of(sketch)))


@pytest.mark.parametrize(
    ("written", "as_played"),
    [
        ("a b c", "abc"),
        ("a b :| c d :|", "ababcdcd"),
        ("|: a b :| |: c d :|", "ababcdcd"),
        ("a |: b :| c", "abbc"),
        ("|: a b ::| c", "abababc"),
        ("|: a b [1 c :| [2 d || e", "abcabde"),
        ("|: a [1 b c :| [2 d e :| || f", "abcadef"),
        ("|: a [1,2 b :| [3 c || d", "ababacd"),
        ("|: a [1 b :| [2 c :| [3 d || e", "abacade"),
        ("|: a b [1 c :| [2 d || |: e f :|", "abcabdefef"),
    ],
)
def test_bars_are_played_as_musicians_read_them(written, as_played):
    assert played(written) == as_played


@pytest.mark.parametrize(
    ("written", "as_played"),
    [
        ("|: a [1 b :| || c", "abac"),
        ("|: a b :| [2 c || d", "ababcd"),
        ("|: a [1 b [2 c || d", "abacd"),
        ("|: a [1 b :| [3 c || d", "abacd"),
        ("a [4 b c", "abc"),
        ("|: a [2 b || c", "abc"),
    ],
)
def test_a_forgotten_ending_or_repeat_sign_loses_no_bar(written, as_played):
    assert played(written) == as_played


@pytest.mark.parametrize(
    ("written", "as_played"),
    [
        ("a b Fine c d D.C.", "abcdab"),
        ("a segno b Fine c d D.S.", "abcdb"),
        ("a b to-coda c D.C. coda d", "abcabd"),
        ("a segno b to-coda c D.S. coda |: d :|", "abcbdd"),
        ("|: a :| |: b Fine :| c D.C.", "aabbcab"),
        ("|: a [1 b :| [2 c Fine || d D.C.", "abacdac"),
        ("|: a :| |: b :| D.C.", "aabbab"),
        ("a D.C. |: b :|", "aabb"),
        ("a Fine b", "ab"),
        ("a to-coda b coda c", "abc"),
        ("a b D.S.", "abab"),
    ],
)
def test_a_da_capo_is_played_to_fine_or_coda_without_its_repeats(written, as_played):
    assert played(written) == as_played


@given(
    st.lists(
        st.builds(
            RepeatMarks,
            starts_repeat=st.booleans(),
            ends_repeat=st.booleans(),
            endings=st.frozensets(st.integers(1, 4), max_size=2),
            times=st.integers(0, 1000),
            segno=st.booleans(),
            coda=st.booleans(),
            fine=st.booleans(),
            to_coda=st.booleans(),
            jump=st.sampled_from([None, *Jump]),
        ),
        max_size=30,
    )
)
def test_any_marks_come_to_an_end(bars):
    assert len(play_order(bars)) <= len(bars) * 8 * 10
