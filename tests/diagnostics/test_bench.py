import os
import subprocess

import numpy as np
import pytest
from support.accompaniment_library import write_library
from support.bundles import random_bundle
from support.surroundings import livedshl

from livedshl.bundle.accompaniment import open_accompaniment
from livedshl.diagnostics.bench.measurement import drift_ppm, side_by_side
from livedshl.diagnostics.bench.queries import measure_queries
from livedshl.diagnostics.bench.reading import measure_reading
from livedshl.progress import unseen


@pytest.mark.parametrize("slow_ppm", [-300.0, 0.0, 2.0])
def test_the_drift_of_a_clock_is_found_under_stalls(slow_ppm):
    rng = np.random.default_rng(1)
    due_s = np.arange(0, 300, 0.125)
    delay_s = 1e-3 * rng.random(len(due_s))
    delay_s[rng.integers(len(due_s), size=200)] += 0.5
    assert drift_ppm(due_s, due_s * (1 + slow_ppm * 1e-6) + delay_s) == pytest.approx(
        slow_ppm, abs=0.5
    )


def test_ratios_are_to_the_first():
    first, second = side_by_side({"one": 2.0, "other": 3.0})
    assert (first.figures["ratio"], second.figures["ratio"]) == (1.0, 1.5)


def test_queries_are_measured_at_each_size(tmp_path):
    write_library(tmp_path)
    found = measure_queries(random_bundle(), unseen, (500, 3000), open_accompaniment(tmp_path))
    assert [measurement.what for measurement in found] == [
        f"{size}: {what}"
        for size in ("500", "3,000")
        for what in (
            "all codes compared",
            "nearest by the index",
            "continuation",
            "and accompaniment",
            "section",
        )
    ]
    assert all(m.figures["median ms"] <= m.figures["99 % ms"] for m in found)


def test_reading_is_measured_for_each_kind_of_file_and_number_of_processes(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    files = {"ABC": 1, "MIDI": 3, "MusicXML": 1}
    found = measure_reading(lambda stage, share: None, files, limit_s=0.1)
    kinds = ("1 process", "2 processes")
    assert [m.what for m in found] == [f"{kind}, {how}" for kind in files for how in kinds]
    assert found[0].figures["ratio"] == 1
    for measurement in found:
        assert measurement.figures["tunes a second"] > 0
        assert measurement.figures["hours for a million"] > 0


@pytest.mark.slow
def test_bench_listens_to_the_clock_of_livedshl_and_of_others():
    told = subprocess.run(
        livedshl("bench", "clock", "--minutes", "0.02"), capture_output=True, text=True, check=True
    ).stdout
    for player in ("bare loop, idle", "livedshl, idle", "livedshl, training", "mido.MidiFile.play"):
        assert player in told
