"""The 29 binary features of a step (paper, section 4.2), the input of both networks."""

import numpy as np
from numpy.typing import NDArray

from livedshl.music.chords import N_CHORD_CLASSES
from livedshl.music.segments import ARTICULATED, CHORD, PITCH, REST

N_OCTAVES = 4
N_PITCH_CLASSES = 12
LOWEST_PITCH = 48  # C3; tunes around B4 span C3 to B6, and other pitches get the nearest octave

# Name, first feature, number of features.
FEATURE_GROUPS: tuple[tuple[str, int, int], ...] = (
    ("melody articulation", 0, 1),
    ("melody octave", 1, N_OCTAVES),
    ("melody pitch class", 5, N_PITCH_CLASSES),
    ("chord class", 17, N_CHORD_CLASSES),
)
N_FEATURES = 29

# The number of classes of each thing that is predicted about a step: articulated or not, octave,
# pitch class, chord class. Class 0 is a rest or no chord, whose features are all 0 in the paper.
STEP_CLASSES = (2, 1 + N_OCTAVES, 1 + N_PITCH_CLASSES, 1 + N_CHORD_CLASSES)


def octave_of(pitch: NDArray[np.int8]) -> NDArray[np.int64]:
    """The octave, 0 to 3, of each MIDI pitch. A rest gets 0, which callers mask."""
    return np.clip((pitch.astype(np.int64) - LOWEST_PITCH) // 12, 0, N_OCTAVES - 1)


def features(segments: NDArray[np.int8]) -> NDArray[np.uint8]:
    """The features, uint8[..., 29], of steps, int8[..., 3]."""
    pitch, chord = segments[..., PITCH], segments[..., CHORD]
    sounding = pitch != REST
    result = np.zeros((*segments.shape[:-1], N_FEATURES), np.uint8)
    result[..., 0] = segments[..., ARTICULATED]
    result[..., 1:5] = (octave_of(pitch)[..., None] == np.arange(N_OCTAVES)) & sounding[..., None]
    result[..., 5:17] = (pitch[..., None] % 12 == np.arange(12)) & sounding[..., None]
    result[..., 17:29] = chord[..., None] == np.arange(N_CHORD_CLASSES)
    return result


def step_classes(segments: NDArray[np.int8]) -> NDArray[np.int64]:
    """The classes, int64[..., 4], of steps, int8[..., 3]; `STEP_CLASSES` says how many."""
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
