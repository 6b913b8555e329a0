"""Records come back as they were written, and what is wrong in a line is named."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from support.charts import chart_of

from livedshl.improviser import Chart, Form
from livedshl.music import COMMON_TIME, Chord, Grid
from livedshl.music.leadsheet import Key
from livedshl.records import RecordError, decode, encode


@dataclass(frozen=True, slots=True)
class Inner:
    name: str
    levels: dict[str, int]


@dataclass(frozen=True, slots=True)
class Outer:
    key: Key
    grid: Grid
    form: Form
    chord: Chord | None
    chart: Chart | None
    inners: tuple[Inner, ...]
    share: float = 0.5


OUTER = Outer(
    key=Key.parse("F#m"),
    grid=COMMON_TIME,
    form=Form.AABA,
    chord=Chord.parse("Bbmaj7"),
    chart=chart_of("C | G7"),
    inners=(Inner("Flute ♪", {"a": 1}), Inner("", {})),
)


def test_a_record_comes_back_whole_from_one_line_that_a_person_can_read():
    line = encode(OUTER)
    assert "\n" not in line
    for word in ('"key": "F#m"', '"grid": "4/4"', '"form": "AABA"', '"Bbmaj7"', "Flute ♪"):
        assert word in line
    assert decode(line, Outer) == OUTER


def test_bytes_in_a_folder_name_that_are_not_utf8_come_back():
    folder = Inner("/tunes/klang\udce9 ♪", {"a": 1})
    assert decode(encode(folder), Inner) == folder
    for wrong in ('{"name": "\\udce9", "levels": {"a": NaN}}', '{"name": "\\udce9"', '"\\udce9"'):
        with pytest.raises(RecordError):
            decode(wrong, Inner)


@dataclass(frozen=True, slots=True, eq=False)
class WithArray:
    steps: NDArray[np.int8]


def test_an_array_comes_back_with_its_shape_and_type():
    steps = decode(encode(WithArray(np.array([[60, 1, -1]], np.int8))), WithArray).steps
    assert steps.dtype == np.int8 and steps.tolist() == [[60, 1, -1]]
    for wrong in ('{"steps": 3}', '{"steps": [[1], [2, 3]]}', '{"steps": [300]}'):
        with pytest.raises(RecordError, match="steps"):
            decode(wrong, WithArray)


def test_a_field_with_a_default_may_be_missing():
    assert decode(encode(OUTER).replace(', "share": 0.5', ""), Outer) == OUTER


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ('"inners"', '"inner"', "'inner'"),
        ('"grid": "4/4", ', "", "missing key 'grid'"),
        ('"4/4"', '"5/4"', "grid: unknown metre '5/4'"),
        ('"F#m"', '"H"', "key: not a key"),
        ('"F#m"', "3", "key: expected a text"),
        ('"AABA"', '"AAAA"', "form"),
        ("0.5", '"much"', "share: expected float, got str"),
        ('"a": 1', '"a": 1.5', "inners.*levels.*expected int"),
        ('"share"', "share", "not JSON"),
    ],
)
def test_what_is_wrong_is_named(before, after, named):
    line = encode(OUTER)
    assert before in line
    with pytest.raises(RecordError, match=named):
        decode(line.replace(before, after), Outer)


@pytest.mark.parametrize("line", ["", "[" * 100_000, "x" * (2 << 20), b"\xff\xfe", "3", "null"])
def test_hostile_lines_are_refused(line):
    with pytest.raises(RecordError):
        decode(line, Outer)
