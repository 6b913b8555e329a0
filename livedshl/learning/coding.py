"""Codes tunes with the networks of a model, in NumPy: after training, or a user's own tunes."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
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
from livedshl.index import CodeShape, pack
from livedshl.learning.chords import shipped_harmoniser
from livedshl.learning.roles import roles_in
from livedshl.learning.sheets import library_of, read_sheets
from livedshl.music.chords import ChordVocabulary
from livedshl.music.leadsheet import Mode
from livedshl.music.segments import lay_on_grid
from livedshl.networks.encoder import Encoder, encoder_of
from livedshl.progress import Progress

BATCH = 1024  # segments


def encode(
    encoder: Encoder,
    library: SegmentLibrary,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Forward and backward codes of all segments, two uint8[n, L].

    Reads the library in batches, because it may lie on disk. `progress` receives the share done.
    """
    n, length = len(library), encoder.shape.length
    forward, backward = np.empty((n, length), np.uint8), np.empty((n, length), np.uint8)
    for start in range(0, n, BATCH):
        batch = slice(start, min(n, start + BATCH))
        contexts = library.contexts(batch)
        forward[batch] = encoder.forward(contexts)
        backward[batch] = encoder.backward(contexts)
        progress(batch.stop / n)
    return forward, backward


def coded_library(
    encoder: Encoder,
    library: SegmentLibrary,
    vocabulary: ChordVocabulary,
    mode: Mode,
    follow_beats: int,
    progress: Callable[[float], None],
) -> CodedLibrary:
    """The library with the codes that the networks give it, and the roles of its segments."""
    forward, backward = encode(encoder, library, progress)
    shape = CodeShape(encoder.shape.length, encoder.shape.symbols)
    return CodedLibrary(
        library=library,
        vocabulary=vocabulary,
        mode=mode,
        roles=roles_in(library, vocabulary, mode),
        shape=shape,
        follow_beats=follow_beats,
        forward=pack(forward, shape),
        backward=pack(backward, shape),
    )


def write_coded(
    folder: Path, library: SegmentLibrary, model: Bundle, paths: Sequence[str], progress: Progress
) -> None:
    """Writes a bundle of the library of `paths`, coded by the networks of `model`.

    The library must use the chord classes of `model`.
    """
    coded = coded_library(
        encoder_of(model.networks),
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


def _name_of(library: SegmentLibrary, model: str) -> str:
    """A folder name that changes with the tunes and with the model."""
    digest = hashlib.sha256(model.encode())
    digest.update(json.dumps([asdict(tune) for tune in library.tunes]).encode())
    digest.update(library.steps.tobytes())
    digest.update(library.starts.tobytes())
    return digest.hexdigest()[:16]
