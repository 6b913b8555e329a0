"""Charts for tests, as they are typed."""

from livedshl.charts import read_chart
from livedshl.improviser import Chart
from livedshl.music import COMMON_TIME, Grid
from livedshl.music.leadsheet import Key


def chart_of(text: str, grid: Grid = COMMON_TIME, key: str = "C") -> Chart:
    """The chart that a text is."""
    chart, _ = read_chart(text).played(grid, Key.parse(key))
    return chart
