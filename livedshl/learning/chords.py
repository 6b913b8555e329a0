"""Gives chords to tunes without any, with the harmoniser that ships."""

import json
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from livedshl.bundle.shipped import shipped
from livedshl.errors import CorpusError
from livedshl.music.chords import ChordVocabulary
from livedshl.music.leadsheet import LeadSheet
from livedshl.networks.harmoniser import Harmoniser

HARMONISER = "harmoniser.safetensors"  # in the folder of the shipped models


def with_chords(sheet: LeadSheet, harmoniser: Harmoniser | None) -> LeadSheet:
    """The sheet, harmonised if it has no chords of its own."""
    bare = not (len(sheet.chords) and (sheet.chords[:, 1] >= 0).any())
    return harmoniser.harmonise(sheet) if harmoniser and bare else sheet


def shipped_harmoniser() -> Harmoniser | None:
    """The harmoniser that ships, or None if it is missing."""
    path = shipped("models") / HARMONISER
    return read_harmoniser(path) if path.is_file() else None


def read_harmoniser(path: Path) -> Harmoniser:
    """The harmoniser that `write_harmoniser` wrote. Raises CorpusError for anything else."""
    try:
        with safe_open(str(path), framework="numpy") as file:
            metadata = json.loads((file.metadata() or {})["harmoniser"])
            weights = {
                name: file.get_tensor(name).astype(np.float32)
                for name in file.keys()  # noqa: SIM118
            }
        return Harmoniser(ChordVocabulary.of_names(metadata["chord_classes"]), weights)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise CorpusError(
            f"not a harmoniser ({error})",
            where=str(path),
            remedy="Make one with `livedshl harmoniser`",
        ) from error
