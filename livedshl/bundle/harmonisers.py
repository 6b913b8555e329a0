"""The harmoniser that ships: finds its file and reads it."""

import json
from pathlib import Path

from livedshl.bundle.shipped import shipped
from livedshl.errors import CorpusError
from livedshl.music.chords import ChordVocabulary
from livedshl.networks.harmoniser import Harmoniser
from livedshl.networks.weights import read_weights

HARMONISER = "harmoniser.safetensors"  # in the folder of the shipped models


def shipped_harmoniser() -> Harmoniser | None:
    """The harmoniser that ships, or None if it is missing."""
    path = shipped("models") / HARMONISER
    return read_harmoniser(path) if path.is_file() else None


def read_harmoniser(path: Path) -> Harmoniser:
    """The harmoniser that `write_harmoniser` wrote. Raises CorpusError for anything else."""
    # Imported late: the first note does not need it.
    from safetensors import SafetensorError

    try:
        weights, texts = read_weights(path)
        metadata = json.loads(texts["harmoniser"])
        return Harmoniser(ChordVocabulary.of_names(metadata["chord_classes"]), weights)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise CorpusError(
            f"not a harmoniser ({error})",
            where=str(path),
            remedy="Make one with `livedshl harmoniser`",
        ) from error
