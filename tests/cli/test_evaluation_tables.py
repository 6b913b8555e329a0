"""The tables of `livedshl evaluate`, on narrow and wide terminals."""

import io

import pytest
from rich.console import Console

from livedshl.cli.evaluation_tables import band_tables
from livedshl.evaluation.music.band.comparison import BAND_MEASURES, BandComparison
from livedshl.performance.preset import preset_names


@pytest.mark.parametrize("width", [80, 132, 400])
def test_every_preset_has_its_figures_whole_however_narrow_the_terminal(width):
    means = {
        name: {measure.name: number + 0.5 for measure in BAND_MEASURES}
        for number, name in enumerate(preset_names())
    }
    printed = io.StringIO()
    console = Console(file=printed, width=width)
    console.print(*band_tables(BandComparison(1, means), width), sep="\n\n")
    words = printed.getvalue().split()
    assert [words.count(name) for name in means] == [1] * len(means)
    assert max(map(len, printed.getvalue().splitlines())) <= width
