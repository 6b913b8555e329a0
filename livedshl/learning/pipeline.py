"""Trains a bundle: from tunes to chords, grid, segments, networks, codes.

Modules that need torch are imported late: the help of `livedshl train` must not wait for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from livedshl.bundle import Background, write_bundle
from livedshl.corpus import describe
from livedshl.learning.coding import Coding, coded_library
from livedshl.learning.laying import Kind, LayingPlan, Target, lay_out
from livedshl.learning.library_files import LibraryFiles
from livedshl.learning.sheets import check_segments, stream_sheets
from livedshl.music.leadsheet import LeadSheet, Mode
from livedshl.music.segments import counted_vocabulary
from livedshl.networks.encoder import Encoder
from livedshl.networks.harmoniser import Harmoniser
from livedshl.networks.weights import networks_bytes
from livedshl.progress import Progress
from livedshl.work import Crew, crew_at
from livedshl.work.spool import Spool

if TYPE_CHECKING:
    from livedshl.learning.settings import TrainingSettings
    from livedshl.learning.validation import TrainingResult
    from livedshl.learning.workers import Workers


TRAINING = "training"


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
    cluster: str | None = None,
    melody: str | None = None,
    also: Sequence[str] = (),
) -> "TrainingResult":
    """Trains networks on some tunes and writes a bundle into `folder`.

    It also writes `history.json`, with the figures of every epoch, and a chart of them (paper,
    Fig. 3). mode: of the tunes; the settings have their metre. harmoniser: for tunes without
    chords. The first Ctrl-C ends training with the best epoch so far; `resume` continues from the
    checkpoint in `folder/training`. Only the first of several `workers` writes. cluster: the
    address of a Dask scheduler, whose workers read and code the tunes. melody: the name or number
    of the track that is the melody of MIDI files. also: more tunes to learn from, which the bundle
    does not get. Raises CorpusError, BundleError.
    """
    # Late, for torch and matplotlib.
    from livedshl.learning.chart import write_history
    from livedshl.learning.pretraining import learn_next_steps
    from livedshl.learning.training import train
    from livedshl.learning.workers import ALONE, first_interrupt

    workers = workers or ALONE
    (grid,) = settings.shape.grids
    with (
        TemporaryDirectory(prefix="livedshl-", ignore_cleanup_errors=True) as scratch,
        LibraryFiles(Path(scratch) / "library", grid) as files,
    ):
        with workers.leader_first(), crew_at(cluster) as crew:
            sheets = stream_sheets(paths, grid, mode, harmoniser, progress, crew, melody)
            target = _lay_out(sheets, (grid, mode), settings.follow_beats, files, progress, crew)
            library = files.library(target.vocabulary.heard_as)
            check_segments(library)
            if also:
                more = stream_sheets(also, grid, mode, harmoniser, progress, crew, melody)
                with Spool[LeadSheet]() as spool:
                    for _ in spool.passing(more):
                        pass  # all are read before the crew lays them out
                    _lay_out_spooled(spool, target, (grid, mode), files, progress, crew)
        with first_interrupt() as stop:
            result = train(
                files.library(target.vocabulary.heard_as),
                files.pairs(),
                settings,
                folder / TRAINING,
                own=len(library),
                resume=resume,
                progress=progress,
                stop=stop,
                workers=workers,
            )
        if not workers.leads:
            return result
        weights = result.weights()
        codes = Path(scratch) / "codes"
        with crew_at(cluster) as crew:
            encoder = Encoder(weights, settings.shape)
            coded = coded_library(encoder, library, target, mode, Coding(crew, codes, progress))
        next_step = learn_next_steps(
            library, settings.seed, lambda share: progress("Learning to judge joins", share)
        )
        write_bundle(
            folder,
            replace(coded, next_step=next_step),
            networks_bytes(weights, settings.shape),
            Background(
                training=asdict(settings)
                | {"best_epoch": result.best_epoch, "also": describe(also)},
                corpora=describe(paths),
                figures=result.figures(),
            ),
        )
    write_history(folder, result)
    return result


def _lay_out(
    sheets: Iterable[LeadSheet],
    kind: Kind,
    follow_beats: int,
    files: LibraryFiles,
    progress: Progress,
    crew: Crew,
) -> Target:
    """Lays the sheets out for a library of their own, whose chord classes are their commonest."""
    with Spool[LeadSheet]() as spool:
        vocabulary, _ = counted_vocabulary(spool.passing(sheets))
        target = Target(vocabulary, follow_beats)
        _lay_out_spooled(spool, target, kind, files, progress, crew)
    return target


def _lay_out_spooled(
    spool: Spool[LeadSheet],
    target: Target,
    kind: Kind,
    files: LibraryFiles,
    progress: Progress,
    crew: Crew,
) -> None:
    laid_out = lay_out(spool, LayingPlan({kind: target}), crew)
    for number, laid in enumerate(laid_out, 1):
        files.add(laid)
        progress("Laying out the tunes", number / len(spool))
