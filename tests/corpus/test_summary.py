"""A summary counts what it no longer holds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from livedshl.corpus import summary
from livedshl.corpus.summary import DifferentContents

SEGMENTS = st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=2), max_size=12)


@given(st.lists(SEGMENTS, max_size=6), st.integers(1, 5))
def test_segments_of_different_content_are_counted_once_each(tunes, fewest_merged):
    summary._FEWEST_MERGED, usual = fewest_merged, summary._FEWEST_MERGED
    contents = DifferentContents()
    for segments in tunes:
        contents.add(np.array(segments, np.int8).reshape(-1, 1, 2))
    summary._FEWEST_MERGED = usual
    assert len(contents) == len({tuple(segment) for tune in tunes for segment in tune})
