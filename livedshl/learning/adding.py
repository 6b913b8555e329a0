"""Makes a model of a user's own tunes, coded by networks that ship: nothing has to be learned."""

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
from livedshl.learning.fit import Fit, measure_fit
from livedshl.learning.harmony import shipped_harmoniser, with_chords
from livedshl.learning.pairs import positive_pairs
from livedshl.learning.pipeline import write_coded
from livedshl.music.chords import ChordVocabulary
from livedshl.music.leadsheet import LeadSheet
from livedshl.music.segments import by_kind, lay_on_grid, transposition_to_c
from livedshl.progress import Progress

FEWEST_TUNES = 6  # with fewer, none can be kept to 3 of the last 16 segments
_MOST_COMPARED = 5000  # segments: more would only take longer


@dataclass(frozen=True, slots=True)
class AddedKind:
    """What came of the tunes of one metre and mode.

    name: "6/8 minor". chords: the share of their written chords, by duration, that the model has
    as they are (others become the nearest it has); None where none are written.
    fit, learned: figures of these tunes, and of those that the networks learned from.
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

    kinds: those it has, the one with most tunes first. left: why tunes of other kinds were left
    out, by kind. skipped: tunes that no model can have.
    """

    folder: Path
    kinds: tuple[AddedKind, ...]
    left: Mapping[str, str]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Kind:
    """Tunes of a kind, as written and as laid out, and the bundle whose networks code them."""

    name: str
    model: Bundle
    sheets: list[LeadSheet]
    library: SegmentLibrary


def add_model(paths: Sequence[str], name: str, model: str, progress: Progress) -> Added:
    """Makes a model called `name` of the tunes in `paths`, in place of one of that name.

    model: one that ships, whose networks code them. A kind of tunes gets a bundle if that model
    has it and there are `FEWEST_TUNES` of it. Raises CorpusError where no kind does, BundleError
    for a name that is taken or cannot be written.
    """
    if name in shipped_bundles():
        raise BundleError(f"a model called {name!r} ships with livedshl; choose another --name")
    corpus = read_corpus(paths, grid=None, mode=None, progress=progress)
    kinds, left, off_grid = _laid_out(corpus.sheets, shipped_bundles()[model], progress)
    if not kinds:
        reasons = "; ".join(f"{kind}: {reason}" for kind, reason in left.items())
        raise CorpusError(
            f"{', '.join(paths)}: too few tunes of any kind ({reasons or 'none can be used'}); "
            "give more, or see `livedshl corpus` for why tunes are skipped"
        )
    folder = own_models() / name
    try:
        _write(folder, kinds, paths, progress)
    except OSError as error:
        raise BundleError(f"{folder}: cannot be written ({error.strerror})") from error
    added = []
    for number, kind in enumerate(kinds, 1):
        added.append(_measured(kind, _within(folder, kinds, kind)))
        progress("Measuring how they fit", number / len(kinds))
    return Added(folder, tuple(added), left, (*corpus.skipped, *off_grid))


def _laid_out(
    sheets: Sequence[LeadSheet], folder: Path, progress: Progress
) -> tuple[list[_Kind], dict[str, str], list[Skipped]]:
    """The kinds of which there is enough, most tunes first, why not the others, and tunes that have
    no segment.
    """
    models = {
        (bundle.library.grid, bundle.mode): bundle
        for bundle in map(open_bundle, kind_folders(folder))
    }
    harmoniser = shipped_harmoniser()
    kinds: list[_Kind] = []
    left: dict[str, str] = {}
    off_grid: list[Skipped] = []
    for (grid, mode), of_kind in by_kind(sheets).items():
        name, model = f"{grid} {mode.value}", models.get((grid, mode))
        if model is None:
            left[name] = f"{_tunes(len(of_kind))}, and {folder.name} has learned none"
            continue
        tunes = []
        for sheet in of_kind:
            tunes.append(lay_on_grid(with_chords(sheet, harmoniser), model.vocabulary))
            progress("Laying out the tunes", len(tunes) / len(of_kind))
        off_grid += [
            Skipped(tune.title, tune.source, "no segment on the sixteenth grid", damaged=False)
            for tune in tunes
            if not len(tune.starts)
        ]
        library = SegmentLibrary.of_tunes(tunes)
        joined = positive_pairs(tunes, model.follow_beats)[:, 0]
        n_tunes = len(np.unique(library.tune_of[joined]))
        if n_tunes < FEWEST_TUNES:
            left[name] = f"{_tunes(n_tunes)} where {FEWEST_TUNES} are needed"
        else:
            kinds.append(_Kind(name, model, of_kind, library))
    return sorted(kinds, key=lambda kind: -len(kind.library.tunes)), left, off_grid


def _write(folder: Path, kinds: Sequence[_Kind], paths: Sequence[str], progress: Progress) -> None:
    """Writes the model beside its place, then puts it there: whole or not at all."""
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
    """Where the bundle of a kind lies in a model: the first is the model's own."""
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
    """The share of the chords that the sheets have written, by duration, that are classes."""
    known, total = 0, 0
    for sheet in sheets:
        shift = transposition_to_c(sheet.keys[0], sheet.notes[:, 2])
        for chord, ticks in sheet.chord_ticks().items():
            known += ticks * (chord.transposed(shift) in vocabulary.classes)
            total += ticks
    return known / total if total else None


def _coding(progress: Progress, kind: str, stage: str, share: float) -> None:
    progress(f"{stage} of {kind}", share)


def _tunes(n: int) -> str:
    return f"{n} tune{'s' if n != 1 else ''}"
