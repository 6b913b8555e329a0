"""Reads chord charts as musicians write them, in text, ChordPro, iReal Pro links and MusicXML.

A reader gives a `WrittenChart`: bars, repeat signs and sections. Played out in a metre and a key,
that is the `Chart` that the improviser follows.
"""

from livedshl.charts.reading import read_chart, read_chart_file
from livedshl.charts.writing import chart_text
from livedshl.charts.written import WrittenChart

__all__ = ["WrittenChart", "chart_text", "read_chart", "read_chart_file"]
