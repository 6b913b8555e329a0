"""The paper's 29 binary features a step (section 4.2), the input of both networks."""

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import N_CHORD_CLASSES
from livedshl.music.segments import ARTICULATED, CHORD, PITCH, REST

N_OCTAVES = 4
N_PITCH_CLASSES = 12
LOWEST_PITCH = 48  # C3: tunes laid around B4 span C3 to B6; what lies outside takes the end octave

# One row a group: name, first feature, number of features.
FEATURE_GROUPS: tuple[tuple[str, int, int], ...] = (
    ("melody articulation", 0, 1),
    ("melody octave", 1, N_OCTAVES),
    ("melody pitch class", 5, N_PITCH_CLASSES),
    ("chord class", 17, N_CHORD_CLASSES),
)
N_FEATURES = 29


# What can be predicted of a step, each as one of so many classes: whether a note is articulated,
# its octave, its pitch class and the chord class. Those of a rest or of no chord, for which the
# paper's groups are all 0, are a class of their own, 0 (our choice).
STEP_CLASSES = (2, 1 + N_OCTAVES, 1 + N_PITCH_CLASSES, 1 + N_CHORD_CLASSES)


def octave_of(pitch: NDArray[np.int8]) -> NDArray[np.int64]:
    """Octave index 0-3 of each MIDI pitch (of a rest: 0, which callers mask)."""
    return np.clip((pitch.astype(np.int64) - LOWEST_PITCH) // 12, 0, N_OCTAVES - 1)


def features(segments: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Features of segments, int8[..., 3] (pitch, articulated, chord class) to uint8[..., 29]."""
    pitch, chord = segments[..., PITCH], segments[..., CHORD]
    sounding = pitch != REST
    result = np.zeros((*segments.shape[:-1], N_FEATURES), np.uint8)
    result[..., 0] = segments[..., ARTICULATED]
    result[..., 1:5] = (octave_of(pitch)[..., None] == np.arange(N_OCTAVES)) & sounding[..., None]
    result[..., 5:17] = (pitch[..., None] % 12 == np.arange(12)) & sounding[..., None]
    result[..., 17:29] = chord[..., None] == np.arange(N_CHORD_CLASSES)
    return result


def step_classes(segments: NDArray[np.int8]) -> NDArray[np.int64]:
    """The classes of steps, int8[..., 3] to int64[..., 4], as `STEP_CLASSES` has them."""
    pitch, sounding = segments[..., PITCH], segments[..., PITCH] != REST
    return np.stack(
        [
            segments[..., ARTICULATED].astype(np.int64),
            (octave_of(pitch) + 1) * sounding,
            (pitch.astype(np.int64) % 12 + 1) * sounding,
            segments[..., CHORD].astype(np.int64) + 1,
        ],
        axis=-1,
    )
