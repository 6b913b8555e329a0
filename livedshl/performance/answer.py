"""What an answer starts from: a player's phrase, as the forward code of a segment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle
from livedshl.bundle.catalogue import find_bundle
from livedshl.bundle.integrity import read_manifest
from livedshl.bundle.networks_file import networks_of
from livedshl.errors import BundleError
from livedshl.index import pack
from livedshl.music import ChordVocabulary, Grid
from livedshl.music.chords import NO_CHORD
from livedshl.music.segments import CHORD
from livedshl.networks.contexts import Contexts
from livedshl.networks.encoder import encoder_of
from livedshl.performance.phrase import Phrase
from livedshl.performance.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A phrase, ready to be answered.

    code: packed forward code. steps: int8[n, 3] up to the answer, chords as the bundle has them.
    start_beat: the beat of the segment that answers. late_beats: how far into that segment the
    answer begins.
    """

    code: NDArray[np.uint64]
    steps: NDArray[np.int8]
    start_beat: int
    late_beats: int


def check_networks(settings: Settings) -> None:
    """Codes a silent phrase, to find damaged networks before there is a phrase to answer.

    Raises BundleError.
    """
    folder = find_bundle(settings.model, str(settings.grid), settings.key.mode)
    manifest, path, grid = read_manifest(folder), networks_of(folder), settings.grid
    silence = Contexts.ending(np.zeros((grid.segment_steps, 3), np.int8), 0, grid)
    try:
        with np.errstate(all="ignore"):
            code = encoder_of(path).forward(silence)
        fits = code.shape == (1, manifest.length) and int(code.max()) < manifest.symbols
    except (LookupError, ValueError, TypeError, ArithmeticError, MemoryError):
        fits = False
    if not fits:
        raise BundleError(
            "the networks are damaged", where=str(path), remedy="Train the model again"
        )


def heard_as(
    phrase: Phrase, tick: int, bundle: Bundle, grid: Grid, chords: ChordVocabulary
) -> Heard:
    """A phrase that is answered at `tick`. chords: what the numbers in its steps stand for."""
    beat = tick // grid.beat_ticks
    start = beat // grid.hop_beats * grid.hop_beats
    steps = phrase.until(start * grid.beat_steps, grid.segment_steps)
    # The networks know the chord classes of the bundle only.
    classes = [*map(bundle.vocabulary.index, chords.classes), NO_CHORD]
    steps[:, CHORD] = np.array(classes, np.int8)[np.minimum(steps[:, CHORD], len(classes) - 1)]
    place = (start - grid.segment_beats) % grid.cycle_beats // grid.hop_beats
    context = Contexts.ending(bundle.library.as_heard(steps), place, grid)
    codes = encoder_of(bundle.networks).forward(context)
    return Heard(pack(codes, bundle.shape)[0], steps, start, beat - start)
