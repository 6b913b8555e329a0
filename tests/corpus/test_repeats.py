import pytest

from livedshl.corpus.repeats import RepeatMarks, play_order


def bars(text):
    """Bars from a sketch: "|:a b|1c:|2d e" has marks around letters and endings before them."""
    marks, starts, ending = [], False, frozenset()
    for token in text.split():
        if token == "|:":
            starts, ending = True, frozenset()
        elif token.startswith("["):
            ending = frozenset(map(int, token[1:].split(",")))
        elif token == "||":
            ending = frozenset()
        elif token == ":|":
            last = marks.pop()
            marks.append(RepeatMarks(last.starts_repeat, True, last.endings))
        else:
            marks.append(RepeatMarks(starts, False, ending))
            starts = False
    return marks


def letters(text):
    return [t for t in text.split() if t.isalpha()]


@pytest.mark.parametrize(
    ("written", "played"),
    [
        ("a b c", "abc"),
        ("a b :| c d :|", "ababcdcd"),
        ("|: a b :| |: c d :|", "ababcdcd"),
        ("a |: b :| c", "abbc"),
        ("|: a b [1 c :| [2 d || e", "abcabde"),
        ("|: a [1 b c :| [2 d e :| || f", "abcadef"),
        ("|: a [1,2 b :| [3 c || d", "ababacd"),
        ("|: a b [1 c :| [2 d || |: e f :|", "abcabdefef"),
    ],
)
def test_bars_are_played_as_musicians_read_them(written, played):
    order = play_order(bars(written))
    assert "".join(letters(written)[i] for i in order) == played
