"""From tunes to a bundle: chords, grid, segments, networks, codes.

Modules that need torch are imported late: `play` opens a cached bundle without loading torch.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_dir

from livedshl.bundle import Background, Bundle, SegmentLibrary, open_bundle, write_bundle
from livedshl.bundle.integrity import MANIFEST, read_manifest
from livedshl.corpus import describe, read_corpus
from livedshl.errors import CorpusError
from livedshl.files import write_beside
from livedshl.learning.harmony import shipped_harmoniser, with_chords
from livedshl.music.grid import Grid
from livedshl.music.leadsheet import LeadSheet, Mode
from livedshl.music.segments import Tune, counted_vocabulary, lay_on_grid
from livedshl.networks.harmoniser import Harmoniser
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
    from livedshl.learning.coding import coded_library, networks_bytes
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
    coded = coded_library(
        result.networks,
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
        networks_bytes(result.networks),
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


def cached_bundle(
    model: Path, paths: Sequence[str], progress: Progress, cache: Path | None = None
) -> Path:
    """The folder of a bundle of other tunes, coded by the networks and chords of `model`.

    It is computed once and kept in `cache`, by default the user's. The shipped harmoniser adds
    chords to tunes without any. Raises CorpusError, BundleError.
    """
    cache = cache or Path(user_cache_dir("livedshl")) / "bundles"
    bundle = open_bundle(model)
    sheets = read_sheets(paths, bundle.library.grid, bundle.mode, shipped_harmoniser(), progress)
    library = library_of([lay_on_grid(sheet, bundle.vocabulary) for sheet in sheets])
    folder = cache / _name_of(library, bundle.manifest.checksum)
    if (folder / MANIFEST).is_file():
        read_manifest(folder)
        return folder
    write_coded(folder, library, bundle, paths, progress)
    return folder


def write_coded(
    folder: Path, library: SegmentLibrary, model: Bundle, paths: Sequence[str], progress: Progress
) -> None:
    """Writes a bundle of the library of `paths`, coded by the networks of `model`.

    The library must use the chord classes of `model`.
    """
    from livedshl.learning.coding import coded_library, load_networks  # late, for torch

    coded = coded_library(
        load_networks(model.networks),
        library,
        model.vocabulary,
        model.mode,
        model.follow_beats,
        lambda share: progress("Coding the segments", share),
    )
    write_bundle(
        folder,
        replace(coded, next_step=model.next_step),
        model.networks.read_bytes(),
        Background(
            training=model.manifest.training,
            corpora=describe(paths),
            figures=model.manifest.figures,
        ),
    )


def read_sheets(
    paths: Sequence[str],
    grid: Grid,
    mode: Mode,
    harmoniser: Harmoniser | None,
    progress: Progress,
) -> list[LeadSheet]:
    """The lead sheets in `paths` with that metre and mode, harmonised if they have no chords.

    Raises CorpusError if there are none.
    """
    kept = read_corpus(paths, grid=grid, mode=mode, progress=progress).sheets
    if not kept:
        raise CorpusError(
            "there is no tune to learn from",
            where=", ".join(paths),
            remedy="`livedshl corpus` shows why tunes are skipped",
        )
    sheets = []
    for number, sheet in enumerate(kept, 1):
        sheets.append(with_chords(sheet, harmoniser))
        progress("Laying out the tunes", number / len(kept))
    return sheets


def library_of(tunes: Sequence[Tune]) -> SegmentLibrary:
    """The segments of the tunes. Raises CorpusError if there are none."""
    library = SegmentLibrary.of_tunes(tunes)
    if not len(library):
        raise CorpusError(
            "the tunes have no segment on the sixteenth grid", remedy="Give other tunes"
        )
    return library


def _name_of(library: SegmentLibrary, model: str) -> str:
    """A folder name that changes with the tunes and with the model."""
    digest = hashlib.sha256(model.encode())
    digest.update(json.dumps([asdict(tune) for tune in library.tunes]).encode())
    digest.update(library.steps.tobytes())
    digest.update(library.starts.tobytes())
    return digest.hexdigest()[:16]
