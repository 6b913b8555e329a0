"""Makes a model of a user's own tunes, coded by the networks that ship. Nothing is trained."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from livedshl.bundle import Bundle, SegmentLibrary, open_bundle
from livedshl.bundle.catalogue import kind_folder, kind_folders, own_models, shipped_bundles
from livedshl.corpus import Skipped, read_corpus
from livedshl.errors import BundleError, CorpusError
from livedshl.learning.chords import shipped_harmoniser, with_chords
from livedshl.learning.coding import write_coded
from livedshl.learning.fit import Fit, measure_fit
from livedshl.learning.pairs import positive_pairs
from livedshl.music.chords import ChordVocabulary
from livedshl.music.leadsheet import LeadSheet
from livedshl.music.segments import by_kind, lay_on_grid, transposition_to_c
from livedshl.progress import Progress

FEWEST_TUNES = 6  # with fewer, no tune can be kept to 3 of the last 16 segments
_MOST_COMPARED = 5000  # segments; more only take longer


@dataclass(frozen=True, slots=True)
class AddedKind:
    """The tunes of one metre and mode in a new model.

    name: "6/8 minor". chords: the share of the written chords, by duration, that the model knows.
    It replaces the others by the nearest it knows. None if the tunes have no chords.
    fit, learned: figures of these tunes, and of the tunes that the networks learned from.
    """

    name: str
    tunes: int
    segments: int
    chords: float | None
    fit: Fit
    learned: Fit


@dataclass(frozen=True, slots=True)
class Added:
    """A new model in `folder`.

    kinds: its metres and modes, the one with most tunes first. left: the reason why a kind was left
    out, by its name. skipped: tunes that no model can use.
    """

    folder: Path
    kinds: tuple[AddedKind, ...]
    left: Mapping[str, str]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Kind:
    """Tunes of one metre and mode, and the bundle `model` whose networks code them."""

    name: str
    model: Bundle
    sheets: list[LeadSheet]
    library: SegmentLibrary


def add_model(paths: Sequence[str], name: str, model: str, progress: Progress) -> Added:
    """Makes or replaces the model `name`, from the tunes in `paths`.

    model: the name of a shipped model, whose networks code the tunes. The new model gets each
    metre and mode that `model` has and that has `FEWEST_TUNES`. Raises CorpusError if there is no
    such kind, BundleError if the name is taken or the model cannot be written.
    """
    if name in shipped_bundles():
        raise BundleError(
            f"a model called {name!r} ships with livedshl", remedy="Choose another name"
        )
    corpus = read_corpus(paths, grid=None, mode=None, progress=progress)
    kinds, left = _laid_out(corpus.sheets, shipped_bundles()[model], progress)
    if not kinds:
        reasons = "; ".join(f"{kind}: {reason}" for kind, reason in left.items())
        raise CorpusError(
            f"too few tunes of any kind ({reasons or 'none can be used'})",
            where=", ".join(paths),
            remedy="Give more tunes. `livedshl corpus` shows why tunes are skipped",
        )
    folder = own_models() / name
    try:
        _write(folder, kinds, paths, progress)
    except OSError as error:
        raise BundleError(
            f"cannot be written ({error.strerror})",
            where=str(folder),
            remedy="Check the permissions and the free space of that folder",
        ) from error
    added = []
    for number, kind in enumerate(kinds, 1):
        added.append(_measured(kind, _within(folder, kinds, kind)))
        progress("Measuring the fit", number / len(kinds))
    return Added(folder, tuple(added), left, corpus.skipped)


def _laid_out(
    sheets: Sequence[LeadSheet], folder: Path, progress: Progress
) -> tuple[list[_Kind], dict[str, str]]:
    """The kinds with enough tunes, most tunes first, and why others were left out."""
    models = {
        (bundle.library.grid, bundle.mode): bundle
        for bundle in map(open_bundle, kind_folders(folder))
    }
    harmoniser = shipped_harmoniser()
    kinds: list[_Kind] = []
    left: dict[str, str] = {}
    for (grid, mode), of_kind in by_kind(sheets).items():
        name, model = f"{grid} {mode.value}", models.get((grid, mode))
        if model is None:
            left[name] = f"{_tunes(len(of_kind))}, but {folder.name} has no tunes of this kind"
            continue
        tunes = []
        for sheet in of_kind:
            tunes.append(lay_on_grid(with_chords(sheet, harmoniser), model.vocabulary))
            progress("Laying out the tunes", len(tunes) / len(of_kind))
        library = SegmentLibrary.of_tunes(tunes)
        joined = positive_pairs(tunes, model.follow_beats)[:, 0]
        n_tunes = len(np.unique(library.tune_of[joined]))
        if n_tunes < FEWEST_TUNES:
            left[name] = f"{_tunes(n_tunes)}, and at least {FEWEST_TUNES} are needed"
        else:
            kinds.append(_Kind(name, model, of_kind, library))
    return sorted(kinds, key=lambda kind: -len(kind.library.tunes)), left


def _write(folder: Path, kinds: Sequence[_Kind], paths: Sequence[str], progress: Progress) -> None:
    """Writes the model beside its place, then moves it there: completely or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".adding-", dir=folder.parent) as scratch:
        new = Path(scratch) / "new"
        for kind in kinds:
            coding = partial(_coding, progress, kind.name)
            write_coded(_within(new, kinds, kind), kind.library, kind.model, paths, coding)
        if folder.exists():
            folder.replace(Path(scratch) / "old")
        new.replace(folder)


def _within(folder: Path, kinds: Sequence[_Kind], kind: _Kind) -> Path:
    """The folder of a kind within a model. The first kind has the model's own folder."""
    library = kind.library
    return folder if kind is kinds[0] else folder / kind_folder(str(library.grid), kind.model.mode)


def _measured(kind: _Kind, folder: Path) -> AddedKind:
    bundle, model = open_bundle(folder), kind.model
    n_segments = min(len(bundle.library), len(model.library), _MOST_COMPARED)
    fit, learned = (
        measure_fit(one, n_segments, np.random.default_rng(0)) for one in (bundle, model)
    )
    chords = _share_of_chords(kind.sheets, model.vocabulary)
    return AddedKind(
        kind.name, len(bundle.library.tunes), len(bundle.library), chords, fit, learned
    )


def _share_of_chords(sheets: Sequence[LeadSheet], vocabulary: ChordVocabulary) -> float | None:
    """The share of the written chords, by duration, that are in the vocabulary."""
    known, total = 0, 0
    for sheet in sheets:
        shift = transposition_to_c(sheet.key, sheet.notes[:, 2])
        for chord, ticks in sheet.chord_ticks().items():
            known += ticks * (chord.transposed(shift) in vocabulary.classes)
            total += ticks
    return known / total if total else None


def _coding(progress: Progress, kind: str, stage: str, share: float) -> None:
    progress(f"{stage} of {kind}", share)


def _tunes(n: int) -> str:
    return f"{n} tune{'s' if n != 1 else ''}"
