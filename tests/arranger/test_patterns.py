import pytest

from livedshl.arranger import Role, patterns_of, read_pattern
from livedshl.arranger.pattern import length_of
from livedshl.arranger.shipped_patterns import shipped_pattern
from livedshl.music import GRIDS

SHIPPED = [(role, name) for role in Role for name in patterns_of(role)]


@pytest.mark.parametrize(("role", "name"), SHIPPED)
def test_every_pattern_that_ships_is_written_in_every_metre(role, name):
    assert set(shipped_pattern(role, name).metres) == set(GRIDS)


@pytest.mark.parametrize(("role", "name"), SHIPPED)
def test_fuller_levels_have_no_fewer_strokes_than_thinner_ones(role, name):
    for rows in shipped_pattern(role, name).metres.values():
        thin, _, full = (
            sum(_strokes_a_step(row) for row in level) / len(level)
            for level in (rows.thin, rows.middle, rows.full)
        )
        assert thin <= full


def _strokes_a_step(row):
    struck = sum(symbol not in "-~." for symbols in row.values() for symbol in symbols)
    return struck / length_of(row)


def test_a_level_that_is_left_out_is_like_the_middle_one():
    rows = read_pattern({"4/4": {"middle": ["a--- ...."]}}, Role.CHORDS).metres["4/4"]
    assert rows.thin == rows.middle == rows.full == ({"notes": "a---...."},)


def test_fills_come_shortest_first():
    table = {"4/4": {"middle": ["r---"], "fills": ["f--- w--- f---", "w---"]}}
    fills = read_pattern(table, Role.BASS).metres["4/4"].fills
    assert [length_of(fill) for fill in fills] == [4, 12]


@pytest.mark.parametrize(
    ("role", "table", "told"),
    [
        (Role.CHORDS, {"4/4": {"middle": ["a-- a--"]}}, "6 steps do not fit"),
        (Role.CHORDS, {"4/4": {"middle": ["a-z-"]}}, "'z' means nothing for chords"),
        (Role.CHORDS, {"4/4": {"thin": ["a---"]}}, "needs at least middle"),
        (Role.CHORDS, {"4/4": {"middle": ["a---"], "loud": ["a---"]}}, "unknown key 'loud'"),
        (Role.CHORDS, {"5/4": {"middle": ["a---"]}}, "unknown key '5/4'"),
        (Role.CHORDS, {}, "at least one metre"),
        (Role.CHORDS, {"rings": 1, "4/4": {"middle": ["a---"]}}, "rings must be true or false"),
        (Role.DRUMS, {"4/4": {"middle": ["x---"]}}, "a row of drums is a table"),
        (Role.DRUMS, {"4/4": {"middle": [{"snair": "x..."}]}}, "no drum 'snair'"),
        (Role.DRUMS, {"4/4": {"middle": [{"snare": "x...", "ride": "x....."}]}}, "must repeat"),
        (Role.BASS, {"4/4": {"middle": [7]}}, "must be a text in quotes"),
        (Role.BASS, {"4/4": {"middle": []}}, "a list of 1 to 32 rows"),
        (Role.BASS, {"4/4": {"middle": ["r---" * 20]}}, "up to 4 bars"),
    ],
)
def test_a_wrong_pattern_is_refused_with_what_is_wrong(role, table, told):
    with pytest.raises(ValueError, match=told):
        read_pattern(table, role)
