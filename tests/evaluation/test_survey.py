"""The survey of a model: every metre and mode beside its own tunes, in sets and over charts."""

import pytest

from livedshl.bundle.catalogue import find_bundle
from livedshl.evaluation.music.survey import ROWS, survey
from livedshl.music import Mode
from livedshl.performance.preset import load_preset


@pytest.mark.slow
@pytest.mark.parametrize("mode", [Mode.MAJOR, Mode.MINOR])
def test_a_kind_has_a_figure_in_every_row_that_means_something_for_it(mode):
    folder = find_bundle("session", "3/4", mode)
    found = survey(folder, load_preset("session"), 1, 5, lambda stage, share: None)
    (kind,) = found.ours
    assert kind == f"3/4 {mode.value}"
    shown = found.as_json()
    assert list(shown["goals"]) == list(shown["ours"][kind]) == [row.name for row in ROWS]
    # The charts are in major, and one piece may have no close and only one tune.
    always = [row.name for row in ROWS if "charts" not in row.name and "V-I" not in row.name]
    always.remove("register, tune to tune, semitones")
    assert all(shown["ours"][kind][name] is not None for name in always)
    over_charts = [name for name in shown["ours"][kind] if "charts" in name]
    for name in over_charts:
        assert (shown["ours"][kind][name] is None) == (mode is Mode.MINOR)
        assert shown["tunes"][kind][name] is None
    # The form keeps returns over the chords they had, in every chart.
    assert shown["ours"][kind]["over charts: returns over other chords"] in (0, None)
