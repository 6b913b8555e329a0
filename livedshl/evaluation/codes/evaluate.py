"""Trains a bundle's settings again without some songs, and measures its codes on those songs."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from livedshl.bundle import Bundle, open_bundle
from livedshl.bundle.library import stored_tunes
from livedshl.bundle.networks_file import sharing
from livedshl.errors import BundleError
from livedshl.evaluation.codes.baselines import BASELINES
from livedshl.evaluation.codes.baselines.material import Material
from livedshl.evaluation.codes.contest import Contest, Ranker
from livedshl.evaluation.codes.holdout import Holdout, choose_songs, hold_out
from livedshl.evaluation.codes.intervals import Figure, counted_over_songs, mean_over_songs
from livedshl.learning.chords import shipped_harmoniser
from livedshl.learning.networks import Networks, to_code
from livedshl.learning.settings import TrainingSettings
from livedshl.learning.sheets import read_sheets
from livedshl.learning.together import taught_by
from livedshl.learning.training import Taught, train_together
from livedshl.music.chords import N_CHORD_CLASSES, ChordVocabulary
from livedshl.music.grid import Grid
from livedshl.music.leadsheet import LeadSheet, Mode
from livedshl.music.segments import Tune, counted_vocabulary, lay_on_grid
from livedshl.networks.contexts import Contexts
from livedshl.progress import Progress
from livedshl.records import RecordError

# The figures reported of every method, in this order; null where one does not apply.
FIGURES = (
    "hamming_positive",
    "hamming_negative",
    "auc_filtered",
    "auc_random",
    "median_rank_percent",
    "recall@1",
    "recall@10",
    "recall@100",
    "mrr",
    "in_phase_auc_random",
    "in_phase_median_rank_percent",
    "in_phase_recall@1",
    "in_phase_recall@10",
    "in_phase_recall@100",
    "in_phase_mrr",
    "distinct_codes",
    "largest_bucket",
    "symbol_entropy",
)
_ENCODE_BATCH = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """The result of an evaluation.

    settings: of the training. candidates: number of segments to choose from. codes: figures of the
    codes, by name. baselines: the same of each baseline, by its name.
    """

    settings: TrainingSettings
    holdout: Holdout
    candidates: int
    codes: Mapping[str, Figure]
    baselines: Mapping[str, Mapping[str, Figure]]

    def as_json(self) -> dict[str, Any]:
        """The figures of the codes and baselines, the held-out songs and the settings, for JSON."""
        return {
            "follow": self.settings.follow_beats,
            **_plain(self.codes),
            "baselines": {name: _plain(figures) for name, figures in self.baselines.items()},
            "split": {
                "songs": len(self.holdout.library.tunes),
                "held_out": len(self.holdout.songs),
                "recurring_songs": len(self.holdout.recurring),
                "removed_segments": self.holdout.removed,
                "training_pairs": len(self.holdout.training_pairs),
                "queries": len(self.holdout.queries),
                "candidates": self.candidates,
            },
            "settings": asdict(self.settings),
        }


def evaluate(
    bundle: Bundle,
    paths: Sequence[str],
    share_or_file: str,
    seed: int,
    progress: Progress,
    also: Sequence[str] = (),
) -> Evaluation:
    """Trains with the bundle's settings on all but the held-out songs, and measures on those.

    paths: the tunes; if empty, those of the bundle. share_or_file: see `choose_songs`. seed: of the
    choice of songs, the training and every other random choice. also: more tunes to learn from,
    never to measure on. Networks that several bundles share learn from all of these, and from none
    of `paths`. Raises BundleError, CorpusError.
    """
    try:
        settings = replace(TrainingSettings.of_manifest(bundle.manifest.training), seed=seed)
    except RecordError as error:
        raise BundleError(
            f"the training settings are unknown ({error})",
            where=str(bundle.folder),
            remedy="Train the model again",
        ) from error
    any_metre = settings.shape.metre is None
    tunes, vocabulary = _tunes(bundle, paths, any_metre, progress)
    others = _laid_out(_sheets(bundle, also, progress), vocabulary) if also else []
    shared = _shared(bundle, bool(paths)) if any_metre else []
    like = [one for one in shared if _kind(one) == _kind(bundle)]
    others += [tune for one in like for tune in _heard_tunes(one)]
    songs = choose_songs(tunes, share_or_file, seed)
    holdout = hold_out(tunes, songs, settings.follow_beats, others)
    contest = Contest.of(holdout, np.random.default_rng(seed))
    with tempfile.TemporaryDirectory() as scratch:
        result = train_together(
            [
                _first_lesson(holdout, elsewhere=bool(shared and paths)),
                *(
                    taught_by(one, settings, {*holdout.songs, *holdout.recurring})
                    for one in shared
                    if one not in like
                ),
            ],
            settings,
            Path(scratch),
            progress=progress,
        )
    material = Material(
        holdout.training,
        holdout.training_pairs,
        holdout.library.contents(contest.candidates),
        settings.follow_beats,
        seed,
    )
    codes = measure_codes(result.networks, contest, seed, progress)
    baselines = {
        name: contest.judge(
            fit(material), np.random.default_rng(seed), partial(progress, f"Measuring {name}")
        )
        for name, fit in BASELINES.items()
    }
    return Evaluation(settings, holdout, len(contest.candidates), codes, baselines)


@torch.no_grad()
def measure_codes(
    networks: Networks, contest: Contest, seed: int, progress: Progress
) -> dict[str, Figure]:
    """All figures of the networks' codes, compared by Hamming distance."""
    networks.eval()
    rng = np.random.default_rng(seed)
    backward = _codes(networks.soft_backward, contest, contest.candidates)
    forward = _codes(networks.soft_forward, contest, contest.queries)
    figures = contest.judge(
        _by_hamming(networks, backward),
        np.random.default_rng(seed),
        partial(progress, "Measuring the codes"),
    )
    distance = (forward != backward[contest.truth]).sum(1).astype(np.float64)
    figures["hamming_positive"] = mean_over_songs(distance, contest.song, rng)
    query, number = np.nonzero(contest.negatives >= 0)
    negative = contest.negatives[query, number]
    distance = (forward[query] != backward[negative]).sum(1).astype(np.float64)
    figures["hamming_negative"] = mean_over_songs(distance, contest.song[query], rng)
    song = contest.library.tune_of[contest.candidates]
    for name, count in _COUNTS.items():
        figures[name] = counted_over_songs(partial(_of_chosen, count, backward), song, rng)
    return figures


def _by_hamming(networks: Networks, backward: NDArray[np.uint8]) -> Ranker:
    def rank(contexts: Contexts) -> NDArray[np.floating]:
        forward = to_code(networks.soft_forward(contexts))
        agreement = np.zeros((len(forward), len(backward)), np.float32)
        for mine, theirs in zip(forward.T, backward.T, strict=True):
            agreement += mine[:, None] == theirs
        return agreement

    return rank


def _codes(
    network: Callable[[Contexts], torch.Tensor], contest: Contest, rows: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """The codes of some rows of the contest's library, uint8[rows, L]."""
    batches = np.array_split(rows, -(-len(rows) // _ENCODE_BATCH))
    return np.concatenate([to_code(network(contest.library.contexts(batch))) for batch in batches])


def _of_chosen(
    count: Callable[[NDArray[np.uint8]], float],
    codes: NDArray[np.uint8],
    chosen: NDArray[np.bool_],
) -> float:
    return count(codes[chosen])


def _distinct(codes: NDArray[np.uint8]) -> float:
    return float(len(np.unique(codes, axis=0)))


def _largest_bucket(codes: NDArray[np.uint8]) -> float:
    return float(np.unique(codes, axis=0, return_counts=True)[1].max() / len(codes))


def _symbol_entropy(codes: NDArray[np.uint8]) -> float:
    """Mean entropy of a symbol in bits, at most log2 K."""
    entropies = []
    for column in codes.T:
        share = np.unique(column, return_counts=True)[1] / len(column)
        entropies.append(float(-(share * np.log2(share)).sum()))
    return float(np.mean(entropies))


_COUNTS: dict[str, Callable[[NDArray[np.uint8]], float]] = {
    "distinct_codes": _distinct,
    "largest_bucket": _largest_bucket,
    "symbol_entropy": _symbol_entropy,
}


def _tunes(
    bundle: Bundle, paths: Sequence[str], any_metre: bool, progress: Progress
) -> tuple[list[Tune], ChordVocabulary]:
    """The tunes to measure on, and the chord classes that their networks read.

    any_metre: the networks read the classes that they name, not the commonest of the tunes.
    """
    if not paths:
        return _heard_tunes(bundle), ChordVocabulary.of_names(bundle.manifest.chords_read)
    sheets = _sheets(bundle, paths, progress)
    if any_metre:
        vocabulary = ChordVocabulary.of_names(bundle.manifest.chords_read)
    else:
        counted, _ = counted_vocabulary(sheets)
        vocabulary = ChordVocabulary(counted.classes[:N_CHORD_CLASSES])
    return _laid_out(sheets, vocabulary), vocabulary


def _first_lesson(holdout: Holdout, elsewhere: bool) -> Taught:
    """What is learned from the kind of tunes that is measured on.

    elsewhere: it is learned from the other corpora alone.
    """
    own = int(np.searchsorted(holdout.training_rows, len(holdout.library)))
    pairs = holdout.training_pairs
    if not elsewhere:
        return Taught(holdout.training, pairs, own)
    return Taught(holdout.training, pairs[(pairs >= own).all(1)], len(holdout.training))


def _shared(bundle: Bundle, with_itself: bool) -> list[Bundle]:
    """The bundles that share the networks of one."""
    folders = sharing(bundle.folder)
    return [
        open_bundle(folder)
        for folder in folders
        if with_itself or folder.resolve() != bundle.folder.resolve()
    ]


def _kind(bundle: Bundle) -> tuple[Grid, Mode]:
    return bundle.library.grid, bundle.mode


def _heard_tunes(bundle: Bundle) -> list[Tune]:
    """The tunes of a bundle, with the chords that its networks read."""
    library = bundle.library
    return [replace(tune, steps=library.as_heard(tune.steps)) for tune in stored_tunes(library)]


def _sheets(bundle: Bundle, paths: Sequence[str], progress: Progress) -> list[LeadSheet]:
    return read_sheets(paths, bundle.library.grid, bundle.mode, shipped_harmoniser(), progress)


def _laid_out(sheets: Sequence[LeadSheet], vocabulary: ChordVocabulary) -> list[Tune]:
    tunes = (lay_on_grid(sheet, vocabulary) for sheet in sheets)
    return [tune for tune in tunes if len(tune.starts)]


def _plain(figures: Mapping[str, Figure]) -> dict[str, Any]:
    nothing = {"value": None, "low": None, "high": None}
    return {
        name: {k: round(v, 6) for k, v in asdict(figures[name]).items()}
        if name in figures
        else nothing
        for name in FIGURES
    }
