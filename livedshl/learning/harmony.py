"""Fits the harmoniser to chorded tunes, measures it on others, and keeps its file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from livedshl.corpus import read_corpus
from livedshl.errors import CorpusError
from livedshl.files import write_beside
from livedshl.learning.evaluation.holdout import RECURS, melodies
from livedshl.learning.settings import Progress
from livedshl.music.chords import COMMON_CHORDS, ChordVocabulary
from livedshl.music.harmoniser import Harmoniser, chords_by_hop, same_family
from livedshl.music.leadsheet import LeadSheet
from livedshl.music.segments import lay_on_grid, refusal
from livedshl.shipped import shipped

HARMONISER = "harmoniser.safetensors"  # its place among the models


@dataclass(frozen=True, slots=True)
class HarmonyFigures:
    """Shares of hops of held-out tunes whose written chord was found.

    exact: by chord class. merged: G = G7 and the like. most_common: what the commonest chord of
    those tunes alone would score, by class. recurring: tunes that were not learned from, because
    they are held-out ones again under other names.
    """

    tunes: int
    hops: int
    exact: float
    merged: float
    most_common: float
    recurring: int = 0


def measure(harmoniser: Harmoniser, sheets: Sequence[LeadSheet]) -> HarmonyFigures:
    """How many of the written chords of the sheets, all with chords, the harmoniser finds."""
    classes = harmoniser.vocabulary.classes
    family = np.array([[same_family(one, other) for other in classes] for one in classes])
    written = [chords_by_hop(sheet, harmoniser.vocabulary) for sheet in sheets]
    found = [chords_by_hop(harmoniser.harmonise(sheet), harmoniser.vocabulary) for sheet in sheets]
    truth, guess = np.concatenate(written), np.concatenate(found)
    truth, guess = truth[truth >= 0], guess[truth >= 0]
    return HarmonyFigures(
        tunes=len(sheets),
        hops=len(truth),
        exact=round(float((truth == guess).mean()), 4),
        merged=round(float(family[truth, guess].mean()), 4),
        most_common=round(float(np.bincount(truth).max() / len(truth)), 4),
    )


def fit_and_measure(
    sheets: Sequence[LeadSheet],
    n_held_out: int,
    seed: int,
    progress: Progress = lambda stage, share: None,
) -> tuple[Harmoniser, HarmonyFigures]:
    """A harmoniser of all the chorded sheets but `n_held_out`, and its figures on those.

    Sheets that have half or more of their melody from a held-out one are not learned from either.
    Raises CorpusError if fewer than two sheets have chords and a place in a library.
    """
    from livedshl.learning.harmony_network import fit_harmoniser

    chorded = [s for s in sheets if len(s.chords) and refusal(s) is None]
    if len(chorded) < 2:
        raise CorpusError("no tunes with chord symbols to learn harmony from; give tunes with them")
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(chorded))
    held_out = [chorded[i] for i in order[: min(n_held_out, len(chorded) // 2)]]
    others = [chorded[i] for i in order[len(held_out) :]]
    taken = set().union(*map(_melodies, held_out))
    training = [
        sheet
        for sheet, mine in zip(others, map(_melodies, others), strict=True)
        if not mine or len(mine & taken) < RECURS * len(mine)
    ]
    harmoniser = fit_harmoniser(
        training, rng, progress=lambda share: progress("Learning harmony", share)
    )
    figures = replace(measure(harmoniser, held_out), recurring=len(others) - len(training))
    return harmoniser, figures


def _melodies(sheet: LeadSheet) -> set[bytes]:
    """The melodies of a sheet's segments, in C and in one octave."""
    segments = lay_on_grid(sheet, ChordVocabulary.of_names(COMMON_CHORDS)).segments()
    return {melody.tobytes() for melody in melodies(segments)}


def with_chords(sheet: LeadSheet, harmoniser: Harmoniser | None) -> LeadSheet:
    """The sheet as it is, or with the harmoniser's chords where it has none of its own."""
    bare = not (len(sheet.chords) and (sheet.chords[:, 1] >= 0).any())
    return harmoniser.harmonise(sheet) if harmoniser and bare else sheet


def write_harmoniser(path: Path, harmoniser: Harmoniser, about: Mapping[str, Any]) -> None:
    """Writes a safetensors file, beside its place and then renamed; `about` says where from.

    The weights are kept in half precision.
    """
    weights = {name: weight.astype(np.float16) for name, weight in harmoniser.weights.items()}
    metadata = {"chord_classes": list(harmoniser.vocabulary.names), "about": dict(about)}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_beside(path, save(weights, {"harmoniser": json.dumps(metadata)}))


def shipped_harmoniser() -> Harmoniser | None:
    """The harmoniser that ships, if this checkout has one."""
    path = shipped("models") / HARMONISER
    return read_harmoniser(path) if path.is_file() else None


def read_harmoniser(path: Path) -> Harmoniser:
    """The harmoniser in a file of `write_harmoniser`. Raises CorpusError for anything else."""
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
            f"{path}: no harmoniser ({error}); `livedshl harmoniser` makes one"
        ) from error


def train_harmoniser(
    paths: Sequence[str], out: Path, n_held_out: int, seed: int, progress: Progress
) -> HarmonyFigures:
    """Reads tunes, fits a harmoniser to all but `n_held_out` chorded ones, and writes its file.

    Raises CorpusError.
    """
    sheets = read_corpus(paths, progress=progress).sheets
    harmoniser, figures = fit_and_measure(sheets, n_held_out, seed, progress)
    about = {"sources": [Path(path).name for path in paths], "held_out": asdict(figures)}
    write_harmoniser(out, harmoniser, about | {"seed": seed})
    return figures
