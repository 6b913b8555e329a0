"""All measures of reading together."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from livedshl.errors import CorpusError
from livedshl.evaluation.reading.figures import ReadingFigure
from livedshl.evaluation.reading.generated import measure_generated
from livedshl.evaluation.reading.lieder import LIEDER, measure_lieder
from livedshl.evaluation.reading.pop909 import measure_pop909
from livedshl.progress import Progress

_POP909 = "pop909"


@dataclass(frozen=True, slots=True)
class ReadingReport:
    """The figures, and what was not measured because it is not there."""

    figures: tuple[ReadingFigure, ...]
    absent: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The report as JSON types."""
        figures = [asdict(figure) | {"met": figure.is_met} for figure in self.figures]
        return {"figures": figures, "absent": list(self.absent)}


def measure_reading(folder: Path, seed: int, progress: Progress) -> ReadingReport:
    """Measures how well the corpora in a folder, and livedshl's own pieces, are read.

    folder: with `pop909`, and `lieder` and `lieder_analyses`. One that is absent is left out.
    Raises CorpusError if there is none of them.
    """
    figures, absent = [], []
    if (folder / _POP909).is_dir():
        figures += measure_pop909(folder / _POP909, progress)
    else:
        absent.append(_POP909)
    if all((folder / name).is_dir() for name in LIEDER):
        figures += measure_lieder(folder, seed, progress)
    else:
        absent += [name for name in LIEDER if not (folder / name).is_dir()]
    if not figures:
        raise CorpusError(
            f"no corpus to measure on: {', '.join((_POP909, *LIEDER))}", where=str(folder)
        )
    figures += measure_generated(seed, progress)
    return ReadingReport(tuple(figures), tuple(absent))
