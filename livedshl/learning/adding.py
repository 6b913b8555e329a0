"""Makes a model of a user's own tunes, coded by the networks that ship. Nothing is trained."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path

from livedshl.bundle import Bundle, open_bundle
from livedshl.bundle.catalogue import kind_folder, kind_folders, own_models, shipped_bundles
from livedshl.corpus import Skipped
from livedshl.corpus.library import JudgedTune, stream_corpus
from livedshl.errors import BundleError, CorpusError
from livedshl.learning.chords import shipped_harmoniser
from livedshl.learning.coding import Coding, library_name, write_coded
from livedshl.learning.fit import Fit, measure_fit
from livedshl.learning.laying import Kind, LayingPlan, Target, kind_of, lay_out
from livedshl.learning.library_files import LibraryFiles
from livedshl.music.leadsheet import LeadSheet
from livedshl.progress import Progress
from livedshl.work import Crew, crew_at

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


@dataclass(slots=True)
class _Kind:
    """Tunes of one metre and mode.

    model: the bundle whose networks code them. known_ticks, ticks: how long those of their written
    chords sound that the model knows, and all.
    """

    name: str
    model: Bundle
    files: LibraryFiles
    known_ticks: int = 0
    ticks: int = 0


def add_model(
    paths: Sequence[str],
    name: str,
    model: str,
    progress: Progress,
    *,
    melody: str | None = None,
    cluster: str | None = None,
    resume: bool = False,
) -> Added:
    """Makes or replaces the model `name`, from the tunes in `paths`.

    model: the name of a shipped model, whose networks code the tunes. The new model gets each
    metre and mode that `model` has and that has `FEWEST_TUNES`. melody: the name or number of the
    track that is the melody of MIDI files. cluster: the address of a Dask
    scheduler, whose workers read and code the tunes. resume: goes on with coding that was broken
    off. Raises CorpusError if there is no such kind, BundleError if the name is taken or the model
    cannot be written.
    """
    if name in shipped_bundles():
        raise BundleError(
            f"a model called {name!r} ships with livedshl", remedy="Choose another name"
        )
    codes = user_cache_path("livedshl") / "codes" / name
    if not resume:
        shutil.rmtree(codes, ignore_errors=True)
    folder = own_models() / name
    with (
        crew_at(cluster) as crew,
        tempfile.TemporaryDirectory(prefix="livedshl-", ignore_cleanup_errors=True) as scratch,
        ExitStack() as open_files,
    ):
        found: dict[Kind, _Kind] = {}
        for bundle in map(open_bundle, kind_folders(shipped_bundles()[model])):
            grid, mode = bundle.library.grid, bundle.mode
            files = LibraryFiles(Path(scratch) / kind_folder(str(grid), mode), grid)
            found[grid, mode] = _Kind(
                f"{grid} {mode.value}", bundle, open_files.enter_context(files)
            )
        tunes = stream_corpus(
            paths, grid=None, mode=None, progress=progress, crew=crew, melody=melody
        ).tunes
        skipped, others = _lay_out(tunes, found, progress, crew)
        kinds, left = _chosen(found.values(), others, model)
        if not kinds:
            reasons = "; ".join(f"{kind}: {reason}" for kind, reason in left.items())
            raise CorpusError(
                f"too few tunes of any kind ({reasons or 'none can be used'})",
                where=", ".join(paths),
                remedy="Give more tunes. `livedshl corpus` shows why tunes are skipped",
            )
        try:
            _write(folder, kinds, paths, Coding(crew, codes, progress))
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
    return Added(folder, tuple(added), left, tuple(skipped))


def _lay_out(
    tunes: Iterable[JudgedTune], kinds: Mapping[Kind, _Kind], progress: Progress, crew: Crew
) -> tuple[list[Skipped], Counter[str]]:
    """Reads the tunes into their kinds. Which were skipped, and how many are of each other kind."""
    skipped: list[Skipped] = []
    others = Counter[str]()

    def kept() -> Iterator[LeadSheet]:
        for tune in tunes:
            if not tune.sheets:
                skipped.append(Skipped.of(tune))
            for sheet in tune.sheets:
                grid, mode = kind_of(sheet)
                if (grid, mode) in kinds:
                    yield sheet
                elif mode:
                    others[f"{grid} {mode.value}"] += 1

    targets = {
        kind: Target(of_kind.model.vocabulary, of_kind.model.follow_beats)
        for kind, of_kind in kinds.items()
    }
    for laid in lay_out(kept(), LayingPlan(targets, shipped_harmoniser()), crew):
        of_kind = kinds[laid.kind]
        of_kind.files.add(laid)
        of_kind.known_ticks += laid.known_ticks
        of_kind.ticks += laid.ticks
    return skipped, others


def _chosen(
    kinds: Iterable[_Kind], others: Mapping[str, int], model: str
) -> tuple[list[_Kind], dict[str, str]]:
    """The kinds with enough tunes, most tunes first, and why others were left out."""
    left = {
        name: f"{_tunes(n)}, but {model} has no tunes of this kind" for name, n in others.items()
    }
    for kind in kinds:
        if kind.files.n_tunes and kind.files.joined < FEWEST_TUNES:
            left[kind.name] = f"{_tunes(kind.files.joined)}, and at least {FEWEST_TUNES} are needed"
    enough = [kind for kind in kinds if kind.files.joined >= FEWEST_TUNES]
    return sorted(enough, key=lambda kind: -kind.files.n_tunes), left


def _write(folder: Path, kinds: Sequence[_Kind], paths: Sequence[str], coding: Coding) -> None:
    """Writes the model beside its place, then moves it there: completely or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".adding-", dir=folder.parent) as scratch:
        new = Path(scratch) / "new"
        for kind in kinds:
            model = kind.model
            library = kind.files.library(model.library.heard_as)
            of_kind = replace(
                coding,
                folder=coding.folder / library_name(library, model.manifest.checksum),
                progress=partial(_coding, coding.progress, kind.name),
            )
            write_coded(_within(new, kinds, kind), library, model, paths, of_kind)
        if folder.exists():
            folder.replace(Path(scratch) / "old")
        new.replace(folder)


def _within(folder: Path, kinds: Sequence[_Kind], kind: _Kind) -> Path:
    """The folder of a kind within a model. The first kind has the model's own folder."""
    model = kind.model
    return folder if kind is kinds[0] else folder / kind_folder(str(model.library.grid), model.mode)


def _measured(kind: _Kind, folder: Path) -> AddedKind:
    bundle, model = open_bundle(folder), kind.model
    n_segments = min(len(bundle.library), len(model.library), _MOST_COMPARED)
    fit, learned = (
        measure_fit(one, n_segments, np.random.default_rng(0)) for one in (bundle, model)
    )
    chords = kind.known_ticks / kind.ticks if kind.ticks else None
    return AddedKind(
        kind.name, len(bundle.library.tunes), len(bundle.library), chords, fit, learned
    )


def _coding(progress: Progress, kind: str, stage: str, share: float) -> None:
    progress(f"{stage} of {kind}", share)


def _tunes(n: int) -> str:
    return f"{n} tune{'s' if n != 1 else ''}"
