"""The intro: bars that the band plays alone before the form begins."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle
from livedshl.improviser.passage import INTRO, Passage
from livedshl.music import Chord, Mode
from livedshl.music.chords import NO_CHORD, NOTE_NAMES
from livedshl.music.segments import CHORD, TONICS

_DOMINANT = 7  # semitones above the tonic


def intro_before(opening: Passage, n_bars: int, bundle: Bundle) -> Iterator[Passage]:
    """The passages of an intro of `n_bars`, one a hop, which end where the music's beat 0 is.

    The melody rests. The chords are those of the last bars of the tune that opens the music, and
    lead back to its beginning. opening: the first passage of the form.
    """
    grid, place = bundle.library.grid, opening.place
    assert place is not None, "a free run has no form"
    chords = _leading_in(_last_chords(bundle, opening.segment, n_bars), bundle)
    for start in range(0, len(chords), grid.hop_beats):
        of_hop = chords[start : start + grid.hop_beats]
        steps = np.zeros((len(of_hop) * grid.beat_steps, 3), np.int8)
        steps[:, CHORD] = np.repeat(of_hop, grid.beat_steps)
        yield Passage(
            start - len(chords), steps, opening.segment, None, None,
            replace(
                place, section=INTRO, bar=1 + start // grid.bar_beats, bars=n_bars, wished=None
            ),
        )  # fmt: skip


def _last_chords(bundle: Bundle, segment: int, n_bars: int) -> NDArray[np.int8]:
    """The chord of each beat of the last bars of a segment's tune; a shorter tune goes round."""
    library, grid = bundle.library, bundle.library.grid
    tune = int(library.tune_of[segment])
    first, end = library.tune_steps[tune : tune + 2].tolist()
    chords = np.asarray(library.steps[first : end : grid.beat_steps, CHORD])
    whole = max(1, len(chords) // grid.bar_beats) * grid.bar_beats
    at = np.arange(whole - n_bars * grid.bar_beats, whole) % whole
    return chords[np.minimum(at, len(chords) - 1)]


def _leading_in(chords: NDArray[np.int8], bundle: Bundle) -> NDArray[np.int8]:
    """The same chords with the tonic for none, and the dominant instead of a closing tonic."""
    tonic, vocabulary = TONICS[bundle.mode], bundle.vocabulary
    home = Chord.parse(NOTE_NAMES[tonic] + ("m" if bundle.mode is Mode.MINOR else ""))
    dominant = Chord.parse(NOTE_NAMES[(tonic + _DOMINANT) % 12] + "7")
    led = np.where(chords == NO_CHORD, vocabulary.index(home), chords).astype(np.int8)
    last = bundle.library.grid.hop_beats
    if all(vocabulary.classes[chord].root == tonic for chord in led[-last:].tolist()):
        led[-last:] = vocabulary.index(dominant)
    return led
