from hypothesis import given
from support.strategies import libraries, tune_lists

from livedshl.bundle import SegmentLibrary


@given(tune_lists())
def test_the_library_holds_each_content_of_each_tune_once(some_tunes):
    library = SegmentLibrary.of_tunes(some_tunes)
    for number, tune in enumerate(some_tunes):
        mine = [
            library.contents(i).tobytes()
            for i in range(len(library))
            if library.tune_of[i] == number
        ]
        assert len(mine) == len(set(mine))
        assert set(mine) == {segment.tobytes() for segment in tune.segments()}


@given(libraries)
def test_content_ids_are_equal_exactly_where_contents_are(library):
    contents = [content.tobytes() for content in library.contents()]
    ids = library.content_ids.tolist()
    for i, a in enumerate(contents):
        assert [ids[i] == other for other in ids] == [a == b for b in contents]


@given(libraries)
def test_openings_are_first_bars(library):
    for segment in library.openings.tolist():
        assert library.beat_in_tune(segment) == 0
    assert len(library.openings) == len(library.tunes)
