"""Learns one pair of networks from all tunes of several models, and gives these new codes.

The networks read any metre and mode. The models keep their tunes and all else.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Background, Bundle, SegmentLibrary, open_bundle, write_bundle
from livedshl.bundle.catalogue import bundle_folder, kind_folders
from livedshl.bundle.library import stored_tunes
from livedshl.bundle.networks_file import NETWORKS
from livedshl.files import write_beside
from livedshl.learning.chart import write_history
from livedshl.learning.coding import Coding, coded_library
from livedshl.learning.laying import Target
from livedshl.learning.pairs import positive_pairs
from livedshl.learning.pipeline import TRAINING
from livedshl.learning.settings import TrainingSettings
from livedshl.learning.training import Taught, train_together
from livedshl.learning.validation import EpochFigures, TrainingResult
from livedshl.learning.workers import Workers, first_interrupt
from livedshl.music.chords import N_CHORD_CLASSES, NO_CHORD, Chord
from livedshl.music.leadsheet import Mode
from livedshl.music.segments import CHORD
from livedshl.networks.encoder import Encoder
from livedshl.networks.weights import networks_bytes
from livedshl.progress import Progress
from livedshl.work import local_crew


@dataclass(frozen=True, slots=True, eq=False)
class _TaughtKind:
    """A bundle of one of the models, in memory: Windows replaces no file that is mapped.

    place: its folder within the folder that is written. taught: what is learned from it. target:
    its chords and its follow distance.
    """

    place: Path
    taught: Taught
    target: Target
    mode: Mode
    corpora: Sequence[Mapping[str, Any]]
    next_step: NDArray[np.float32] | None

    @classmethod
    def of(cls, place: Path, bundle: Bundle, settings: TrainingSettings) -> "_TaughtKind":
        next_step = None if bundle.next_step is None else np.array(bundle.next_step)
        target = Target(bundle.vocabulary, _follow_beats(bundle, settings))
        taught = taught_by(bundle, settings)
        return cls(place, taught, target, bundle.mode, bundle.manifest.corpora, next_step)


def learn_together(
    models: Sequence[str],
    folder: Path,
    settings: TrainingSettings,
    *,
    resume: bool,
    progress: Progress,
    workers: Workers,
) -> TrainingResult:
    """Trains one pair of networks on the tunes of all `models`, and writes these into `folder`.

    models: names or folders. `folder` gets the networks, `history.json` with the figures of every
    epoch, a chart of them, and a folder for each model, with the codes that the networks give its
    tunes. It may be the folder that the models lie in. The first Ctrl-C ends training with the best
    epoch so far; `resume` continues from the checkpoint in `folder/training`. Only the first of
    several `workers` writes. Raises BundleError, CorpusError.
    """
    bundles = {
        Path(model.name) / kind.relative_to(model): open_bundle(kind)
        for model in (bundle_folder(name).resolve() for name in models)
        for kind in kind_folders(model)
    }
    shape = replace(settings.shape, chords=commonest_chords(list(bundles.values())))
    settings = replace(settings, shape=shape)
    kinds = [_TaughtKind.of(place, bundle, settings) for place, bundle in bundles.items()]
    del bundles
    with first_interrupt() as stop:
        result = train_together(
            [kind.taught for kind in kinds],
            settings,
            folder / TRAINING,
            resume=resume,
            progress=progress,
            stop=stop,
            workers=workers,
        )
    if workers.leads:
        _write(folder, kinds, settings, result, progress)
    return result


def taught_by(bundle: Bundle, settings: TrainingSettings, without: Collection[str] = ()) -> Taught:
    """What networks of any metre learn from a bundle. It is in memory.

    without: sources of tunes that they do not learn from.
    """
    tunes = [tune for tune in stored_tunes(bundle.library) if tune.source not in without]
    heard_as = bundle.vocabulary.read_as(settings.shape.chords)
    library = replace(SegmentLibrary.of_tunes(tunes), heard_as=heard_as)
    pairs = positive_pairs(tunes, _follow_beats(bundle, settings))
    return Taught(library, pairs, len(library))


def commonest_chords(bundles: Sequence[Bundle]) -> tuple[str, ...]:
    """The names of the chords in root position that sound longest in some bundles, at most 12."""
    steps = Counter[Chord]()
    for bundle in bundles:
        counts = np.bincount(
            bundle.library.steps[:, CHORD] - NO_CHORD, minlength=len(bundle.vocabulary) + 1
        )
        for chord, count in zip(bundle.vocabulary.classes, counts[1:].tolist(), strict=True):
            if not chord.bass:
                steps[chord] += count
    ranked = sorted(steps, key=lambda chord: (-steps[chord], chord))
    return tuple(chord.name for chord in ranked[:N_CHORD_CLASSES])


def _write(
    folder: Path,
    kinds: Sequence[_TaughtKind],
    settings: TrainingSettings,
    result: TrainingResult,
    progress: Progress,
) -> None:
    weights = result.weights()
    encoder, networks = Encoder(weights, settings.shape), networks_bytes(weights, settings.shape)
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        crew = stack.enter_context(local_crew())
        coded = []
        for number, kind in enumerate(kinds):
            coding = Coding(crew, scratch / str(number), progress)
            library = kind.taught.library
            of_kind = coded_library(encoder, library, kind.target, kind.mode, coding)
            coded.append(replace(of_kind, next_step=kind.next_step))
        # Only now: the models before may lie in the same place.
        write_beside(folder / NETWORKS, networks)
        for kind, of_kind, figures in zip(kinds, coded, result.of_lessons, strict=True):
            write_bundle(
                folder / kind.place,
                of_kind,
                networks,
                _background(kind, kinds, settings, result, figures),
            )
    write_history(folder, result)


def _background(
    kind: _TaughtKind,
    kinds: Sequence[_TaughtKind],
    settings: TrainingSettings,
    result: TrainingResult,
    figures: EpochFigures,
) -> Background:
    of_kind = replace(settings, follow_beats=kind.target.follow_beats)
    places = [other.place.as_posix() for other in kinds]
    return Background(
        training=asdict(of_kind) | {"best_epoch": result.best_epoch, "together": places},
        corpora=kind.corpora,
        figures=asdict(figures),
    )


def _follow_beats(bundle: Bundle, settings: TrainingSettings) -> int:
    grid = bundle.library.grid
    return grid.hop_beats if settings.shape.overlap else grid.segment_beats
