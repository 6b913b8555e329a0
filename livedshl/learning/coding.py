"""Codes tunes with the networks of a model, in NumPy: after training, or a user's own tunes."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from platformdirs import user_cache_dir

from livedshl.bundle import (
    Background,
    Bundle,
    CodedLibrary,
    SegmentLibrary,
    open_bundle,
    write_bundle,
)
from livedshl.bundle.integrity import MANIFEST, read_manifest
from livedshl.corpus import describe
from livedshl.index import CodeShape
from livedshl.learning.chords import shipped_harmoniser
from livedshl.learning.encoding import encode
from livedshl.learning.laying import LayingPlan, Target, lay_out
from livedshl.learning.library_files import LibraryFiles
from livedshl.learning.roles import roles_in
from livedshl.learning.sheets import check_segments, stream_sheets
from livedshl.music.leadsheet import Mode
from livedshl.networks.encoder import Encoder, encoder_of
from livedshl.progress import Progress
from livedshl.work import Crew, local_crew


@dataclass(frozen=True, slots=True, eq=False)
class Coding:
    """How a library is coded.

    crew: who does it. folder: for the codes until they are in their bundle; what it has already is
    taken from there.
    """

    crew: Crew
    folder: Path
    progress: Progress


def coded_library(
    encoder: Encoder,
    library: SegmentLibrary,
    target: Target,
    mode: Mode,
    coding: Coding,
) -> CodedLibrary:
    """The library with the codes that the networks give it, and the roles of its segments."""

    def progress(share: float) -> None:
        coding.progress("Coding the segments", share)

    forward, backward = encode(encoder, library, coding.folder, coding.crew, progress)
    return CodedLibrary(
        library=library,
        vocabulary=target.vocabulary,
        mode=mode,
        roles=roles_in(library, target.vocabulary, mode),
        shape=CodeShape(encoder.shape.length, encoder.shape.symbols),
        follow_beats=target.follow_beats,
        forward=forward,
        backward=backward,
    )


def write_coded(
    folder: Path, library: SegmentLibrary, model: Bundle, paths: Sequence[str], coding: Coding
) -> None:
    """Writes a bundle of the library of `paths`, coded by the networks of `model`.

    The library must use the chord classes of `model`. Removes the folder of the coding afterwards.
    """
    target = Target(model.vocabulary, model.follow_beats)
    coded = coded_library(encoder_of(model.networks), library, target, model.mode, coding)
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
    del coded  # Windows removes no file that is mapped
    shutil.rmtree(coding.folder, ignore_errors=True)


def cached_bundle(
    model: Path, paths: Sequence[str], progress: Progress, cache: Path | None = None
) -> Path:
    """The folder of a bundle of other tunes, coded by the networks and chords of `model`.

    It is computed once and kept in `cache`, by default the user's. The shipped harmoniser adds
    chords to tunes without any. Raises CorpusError, BundleError.
    """
    cache = cache or Path(user_cache_dir("livedshl")) / "bundles"
    bundle = open_bundle(model)
    grid, mode = bundle.library.grid, bundle.mode
    plan = LayingPlan({(grid, mode): Target(bundle.vocabulary, bundle.follow_beats)})
    with (
        local_crew() as crew,
        TemporaryDirectory(prefix="livedshl-", ignore_cleanup_errors=True) as scratch,
        LibraryFiles(Path(scratch) / "library", grid) as files,
    ):
        sheets = stream_sheets(paths, grid, mode, shipped_harmoniser(), progress, crew)
        for laid in lay_out(sheets, plan, crew):
            files.add(laid)
        library = files.library(bundle.library.heard_as)
        check_segments(library)
        folder = cache / library_name(library, bundle.manifest.checksum)
        if (folder / MANIFEST).is_file():
            read_manifest(folder)
        else:
            coding = Coding(crew, Path(scratch) / "codes", progress)
            write_coded(folder, library, bundle, paths, coding)
    return folder


def library_name(library: SegmentLibrary, model: str) -> str:
    """A folder name that changes with the tunes and with the model."""
    digest = hashlib.sha256(model.encode())
    for tune in library.tunes:
        digest.update(json.dumps(asdict(tune)).encode())
    for array in (library.steps, library.starts):
        digest.update(array.data)
    return digest.hexdigest()[:16]
