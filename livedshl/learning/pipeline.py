"""Trains a bundle: from tunes to chords, grid, segments, networks, codes.

Modules that need torch are imported late: the help of `livedshl train` must not wait for it.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from livedshl.bundle import Background, write_bundle
from livedshl.corpus import describe
from livedshl.files import write_beside
from livedshl.learning.coding import coded_library
from livedshl.learning.sheets import library_of, read_sheets
from livedshl.music.leadsheet import Mode
from livedshl.music.segments import counted_vocabulary, lay_on_grid
from livedshl.networks.encoder import Encoder
from livedshl.networks.harmoniser import Harmoniser
from livedshl.networks.weights import networks_bytes, rounded
from livedshl.progress import Progress

if TYPE_CHECKING:
    from livedshl.learning.settings import TrainingSettings
    from livedshl.learning.validation import TrainingResult
    from livedshl.learning.workers import Workers


HISTORY = "history.json"
CHART = "history.png"
_TRAINING = "training"


def train_bundle(
    paths: Sequence[str],
    folder: Path,
    settings: "TrainingSettings",
    *,
    mode: Mode = Mode.MAJOR,
    resume: bool = False,
    harmoniser: Harmoniser | None = None,
    progress: Progress,
    workers: "Workers | None" = None,
) -> "TrainingResult":
    """Trains networks on some tunes and writes a bundle into `folder`.

    It also writes `history.json`, with the figures of every epoch, and a chart of them (paper,
    Fig. 3). mode: of the tunes; the settings have their metre. harmoniser: for tunes without
    chords. The first Ctrl-C ends training with the best epoch so far; `resume` continues from the
    checkpoint in `folder/training`. Only the first of several `workers` writes. Raises
    CorpusError, BundleError.
    """
    # Late, for torch and matplotlib.
    from livedshl.learning.chart import history_png
    from livedshl.learning.pairs import positive_pairs
    from livedshl.learning.pretraining import learn_next_steps
    from livedshl.learning.training import train
    from livedshl.learning.workers import ALONE, first_interrupt

    workers = workers or ALONE
    with workers.leader_first():
        sheets = read_sheets(paths, settings.shape.grid, mode, harmoniser, progress)
    vocabulary, _ = counted_vocabulary(sheets)
    tunes = [lay_on_grid(sheet, vocabulary) for sheet in sheets]
    library = library_of(tunes)
    with first_interrupt() as stop:
        result = train(
            library,
            positive_pairs(tunes, settings.follow_beats),
            settings,
            folder / _TRAINING,
            resume=resume,
            progress=progress,
            stop=stop,
            workers=workers,
        )
    if not workers.leads:
        return result
    weights = rounded(
        {name: weight.numpy() for name, weight in result.networks.copied_weights().items()}
    )
    coded = coded_library(
        Encoder(weights, settings.shape),
        library,
        vocabulary,
        mode,
        settings.follow_beats,
        lambda share: progress("Coding the segments", share),
    )
    next_step = learn_next_steps(
        library, settings.seed, lambda share: progress("Learning to judge joins", share)
    )
    write_bundle(
        folder,
        replace(coded, next_step=next_step),
        networks_bytes(weights, settings.shape),
        Background(
            training=asdict(settings) | {"best_epoch": result.best_epoch},
            corpora=describe(paths),
            figures=result.figures(),
        ),
    )
    history = [asdict(row) for row in result.history]
    write_beside(folder / HISTORY, (json.dumps(history, indent=1) + "\n").encode())
    write_beside(folder / CHART, history_png(result.history, settings.shape.length))
    return result
