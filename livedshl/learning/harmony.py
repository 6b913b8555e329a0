"""Trains the harmoniser on tunes with chords, measures it on others, and writes it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from livedshl.corpus import read_corpus
from livedshl.errors import CorpusError
from livedshl.files import write_beside
from livedshl.learning.melodies import RECURS, melodies
from livedshl.music.chords import COMMON_CHORDS, ChordVocabulary
from livedshl.music.leadsheet import LeadSheet
from livedshl.music.segments import by_kind, lay_on_grid, refusal
from livedshl.networks.harmoniser import Harmoniser, chords_by_hop, same_family
from livedshl.progress import Progress


@dataclass(frozen=True, slots=True)
class HarmonyFigures:
    """How many written chords of held-out tunes the harmoniser finds, as shares of their hops.

    exact: the same chord class. merged: the same root and third, so G counts as G7. most_common:
    the exact share if every chord were the commonest one.
    """

    tunes: int
    hops: int
    exact: float
    merged: float
    most_common: float


def measure(harmoniser: Harmoniser, sheets: Sequence[LeadSheet]) -> HarmonyFigures:
    """How many of the written chords the harmoniser finds; every sheet must have chords.

    A written chord outside the harmoniser's classes counts as the nearest class.
    """
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
) -> tuple[Harmoniser, dict[str, HarmonyFigures], int]:
    """A harmoniser, its figures on held-out tunes by kind, and the number of recurring sheets.

    Holds out `n_held_out` tunes of each kind ("6/8 minor"), or a quarter of the kind if that is
    less. Sheets that share half their melody with a held-out one recur, and are not trained on.
    Raises CorpusError if fewer than two sheets have chords and suit a library.
    """
    # Late, because it loads torch: `play` needs the rest of this module, not the fit.
    from livedshl.learning.harmony_network import fit_harmoniser

    of_kind = by_kind(s for s in sheets if len(s.chords) and not refusal(s, None, None))
    rng = np.random.default_rng(seed)
    held_out: dict[str, list[LeadSheet]] = {}
    others: list[LeadSheet] = []
    for (grid, mode), chorded in of_kind.items():
        order = rng.permutation(len(chorded))
        n_held = min(n_held_out, -(-len(chorded) // 4), len(chorded) - 1)
        if n_held:
            held_out[f"{grid} {mode.value}"] = [chorded[i] for i in order[:n_held]]
        others += [chorded[i] for i in order[n_held:]]
    if not held_out:
        raise CorpusError(
            "there are too few tunes with chord symbols to learn harmony from",
            remedy="Give more tunes with chord symbols",
        )
    taken = set().union(*(_melodies(sheet) for held in held_out.values() for sheet in held))
    training = [
        sheet
        for sheet, mine in zip(others, map(_melodies, others), strict=True)
        if not mine or len(mine & taken) < RECURS * len(mine)
    ]
    harmoniser = fit_harmoniser(
        training, rng, progress=lambda share: progress("Learning harmony", share)
    )
    figures = {kind: measure(harmoniser, held) for kind, held in held_out.items()}
    return harmoniser, figures, len(others) - len(training)


def _melodies(sheet: LeadSheet) -> set[bytes]:
    """The melodies of a sheet's segments, in C and within one octave."""
    segments = lay_on_grid(sheet, ChordVocabulary.of_names(COMMON_CHORDS)).segments()
    return {melody.tobytes() for melody in melodies(segments)}


def write_harmoniser(path: Path, harmoniser: Harmoniser, about: Mapping[str, Any]) -> None:
    """Writes a harmoniser as a safetensors file in half precision, completely or not at all.

    about: where it comes from, for the file's metadata.
    """
    weights = {name: weight.astype(np.float16) for name, weight in harmoniser.weights.items()}
    metadata = {"chord_classes": list(harmoniser.vocabulary.names), "about": dict(about)}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_beside(path, save(weights, {"harmoniser": json.dumps(metadata)}))


def train_harmoniser(
    paths: Sequence[str], out: Path, n_held_out: int, seed: int, progress: Progress
) -> tuple[dict[str, HarmonyFigures], int]:
    """Trains a harmoniser on the tunes in `paths` and writes it to `out`.

    Returns the figures by kind and the number of recurring tunes, as in `fit_and_measure`. Raises
    CorpusError.
    """
    sheets = read_corpus(paths, grid=None, mode=None, progress=progress).sheets
    harmoniser, figures, recurring = fit_and_measure(sheets, n_held_out, seed, progress)
    held_out = {kind: asdict(of_kind) for kind, of_kind in figures.items()}
    about = {"sources": [Path(path).name for path in paths], "held_out": held_out}
    write_harmoniser(out, harmoniser, about | {"seed": seed})
    return figures, recurring
