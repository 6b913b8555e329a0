"""How the music begins and ends: a first note that is struck, a last one that rings out."""

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle
from livedshl.improviser.quotes import Quotes
from livedshl.music import Chord, Mode
from livedshl.music.chords import NOTE_NAMES
from livedshl.music.segments import ARTICULATED, CHORD, MEDIAN_PITCH, PITCH, REST, TONICS


def struck(steps: NDArray[np.int8]) -> NDArray[np.int8]:
    """Steps, int8[n, 3], whose first note is struck, even if it was tied over in its song."""
    steps = steps.copy()
    steps[0, ARTICULATED] = steps[0, PITCH] != REST
    return steps


def rung_out(steps: NDArray[np.int8], bundle: Bundle, quotes: Quotes) -> NDArray[np.int8]:
    """The last passage, int8[n, 3], its last note and chord held to the end.

    Both become the tonic: if the last note is another, the last beat is rewritten. A tonic that is
    struck off the beat, as where a song would go on, is struck on the beat instead. Where a song
    rings out in the same way and would be quoted for too long, the note is struck once more, on the
    last beat on which that helps. quotes: as they were before the passage.
    """
    steps = steps.copy()
    tonic, beat_steps = TONICS[bundle.mode], bundle.library.grid.beat_steps
    onsets = np.flatnonzero(steps[:, ARTICULATED])
    last = int(onsets[-1]) if len(onsets) else 0
    pitch = int(steps[last, PITCH]) or MEDIAN_PITCH
    if pitch % 12 != tonic:
        last = len(steps) - beat_steps
        pitch += (tonic - pitch + 6) % 12 - 6
    last -= last % beat_steps
    steps[last:, PITCH] = pitch
    steps[last:, ARTICULATED] = 0
    steps[last, ARTICULATED] = 1
    for beat in range(len(steps) - beat_steps, last, -beat_steps):
        if not quotes.too_long(steps[None])[0]:
            break
        steps[last + 1 :, ARTICULATED] = 0
        steps[beat, ARTICULATED] = 1
    chord = Chord.parse(NOTE_NAMES[tonic] + ("m" if bundle.mode is Mode.MINOR else ""))
    steps[last // beat_steps * beat_steps :, CHORD] = bundle.vocabulary.index(chord)
    return steps
