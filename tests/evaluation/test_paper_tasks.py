import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from support.bundles import random_bundle

from livedshl.bundle import Background, open_bundle, write_bundle
from livedshl.evaluation.paper_tasks import CONTINUATIONS, write_tasks
from livedshl.index import CodeShape, hamming
from livedshl.music import GRIDS
from livedshl.rendering import render

CODES = CodeShape(6, 4)


@pytest.fixture(
    params=[("4/4", True), ("4/4", False), ("9/8", True), ("3/4", False)],
    ids=["follow 2", "follow 4", "slip jig", "waltz, end to end"],
)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A bundle on disk."""
    metre, overlaps = request.param
    bundle = random_bundle(n_tunes=30, shape=CODES, grid=GRIDS[metre], overlaps=overlaps)
    write_bundle(tmp_path / "bundle", bundle, b"none", Background({}, [], {}))
    return tmp_path / "bundle"


def test_both_tasks_start_alike_and_go_to_the_nearest_and_the_farthest(
    folder: Path, tmp_path: Path
) -> None:
    written = write_tasks(folder, tmp_path / "tasks", seed=5, render=render)
    assert sorted(path.name for path in written) == sorted(
        f"{task}{ending}"
        for task in ("task1", "task2")
        for ending in (".mid", ".musicxml", ".svg", ".jsonl")
    )
    bundle = open_bundle(folder)
    openings = []
    for task, extreme in (("task1", np.min), ("task2", np.max)):
        lines = (tmp_path / "tasks" / f"{task}.jsonl").read_text().splitlines()
        records = [json.loads(line) for line in lines]
        assert len(records) > CONTINUATIONS
        openings.append(records[0]["segment"])
        for before, record in pairwise(records):
            distances = hamming(bundle.forward[before["segment"]], bundle.backward, CODES)
            assert record["nearest"] == extreme(distances)
            if record["hamming"] != record["nearest"]:  # all of those were played, or of one song
                tied = np.flatnonzero(distances == record["nearest"])
                assert len(tied) < 8
    assert openings[0] == openings[1]


def test_the_score_has_all_bars_and_chords_and_the_same_seed_the_same_files(
    folder: Path, tmp_path: Path
) -> None:
    one, other = (write_tasks(folder, tmp_path / name, seed=1, render=render) for name in "ab")
    for path, again in zip(one, other, strict=True):
        if path.suffix != ".svg":  # verovio numbers its elements anew each time
            assert path.read_bytes() == again.read_bytes(), path.name
    score = (tmp_path / "a" / "task1.svg").read_text()
    bundle = open_bundle(folder)
    grid = bundle.library.grid
    beats = CONTINUATIONS * bundle.follow_beats + grid.segment_beats
    bars = len(re.findall(r'class="measure"', score))
    assert beats <= bars * grid.bar_beats < beats + grid.bar_beats
    assert len(re.findall(r'class="harm"', score)) > bars / 2
    assert 'class="beam"' in score
