"""Measures how well tunes are read, against what people wrote down about them.

The corpora of truth are not part of livedshl. Their folder is given.
"""

from livedshl.evaluation.reading.report import ReadingReport, measure_reading

__all__ = ["ReadingReport", "measure_reading"]
