"""Sound in files."""

import wave
from pathlib import Path

import numpy as np


def samples(path: Path) -> np.ndarray:
    """The samples of a WAV file: int16[n, 2]."""
    with wave.open(str(path)) as audio:
        assert (audio.getnchannels(), audio.getsampwidth()) == (2, 2)
        return np.frombuffer(audio.readframes(audio.getnframes()), np.int16).reshape(-1, 2)
