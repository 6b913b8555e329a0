"""How well tunes are read, on a part of the annotated corpora."""

import shutil

import pytest
from support.surroundings import CORPORA

from livedshl.errors import CorpusError
from livedshl.evaluation.reading import measure_reading
from livedshl.evaluation.reading.figures import Shares, joint_time, spans_of
from livedshl.evaluation.reading.pop909 import measure_pop909
from livedshl.progress import unseen

SONGS = ("003", "033", "063", "093", "123", "153")


def test_the_time_for_which_two_readings_agree_is_counted():
    truth = spans_of([0, 100], [(1,), (2,)], 200)
    read = spans_of([50, 150], [(1,), (2,)], 300)
    shares = Shares()
    for true, other, ticks in joint_time(truth, read):
        shares.add("same", (true.what == other.what) * ticks, ticks)
    assert shares.value("same") == 100 / 150


def test_a_folder_without_a_corpus_is_refused(tmp_path):
    with pytest.raises(CorpusError, match="no corpus to measure on"):
        measure_reading(tmp_path, 1, unseen)


@pytest.mark.corpora
@pytest.mark.skipif(not CORPORA.is_dir(), reason="../shared/corpora is not there")
def test_songs_with_annotations_are_read_as_well_as_is_wanted(tmp_path):
    for song in SONGS:
        shutil.copytree(CORPORA / "pop909" / song, tmp_path / song)
    figures = {figure.name: figure for figure in measure_pop909(tmp_path, unseen)}
    for name in ("melody track", "chord root", "chord root and third"):
        assert figures[name].is_met, figures[name]
    assert figures["key or its relative"].value >= 0.8
