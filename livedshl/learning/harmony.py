"""Fits the harmoniser to chorded tunes, measures it on others, and keeps its file."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from livedshl.corpus import read_corpus
from livedshl.errors import CorpusError
from livedshl.music.chords import COMMON_CHORDS, ChordVocabulary
from livedshl.music.harmoniser import Harmoniser, chords_by_hop, same_family
from livedshl.music.leadsheet import LeadSheet
from livedshl.music.segments import refusal
from livedshl.shipped import shipped

HARMONISER = "harmoniser.json"  # its place among the models


@dataclass(frozen=True, slots=True)
class HarmonyFigures:
    """Shares of hops (2 beats) of held-out tunes whose written chord was found.

    exact: by chord class. merged: G = G7 and the like. most_common: what the commonest chord of
    those tunes alone would score, by class.
    """

    tunes: int
    hops: int
    exact: float
    merged: float
    most_common: float


def measure(harmoniser: Harmoniser, sheets: Sequence[LeadSheet]) -> HarmonyFigures:
    """How many of the written chords of the sheets, all with chords, the harmoniser finds."""
    classes = harmoniser.vocabulary.classes
    family = np.array([[same_family(one, other) for other in classes] for one in classes])
    written = [chords_by_hop(sheet, harmoniser.vocabulary) for sheet in sheets]
    found = [chords_by_hop(harmoniser.harmonise(sheet), harmoniser.vocabulary) for sheet in sheets]
    truth, guess = np.concatenate(written), np.concatenate(found)
    truth, guess = truth[truth >= 0], guess[truth >= 0]
    shares = (
        (truth == guess).mean(),
        family[truth, guess].mean(),
        np.bincount(truth).max() / len(truth),
    )
    return HarmonyFigures(len(sheets), len(truth), *(round(float(share), 4) for share in shares))


def fit_and_measure(
    sheets: Sequence[LeadSheet], n_held_out: int, seed: int
) -> tuple[Harmoniser, HarmonyFigures]:
    """A harmoniser of all the chorded sheets but `n_held_out`, and its figures on those.

    Raises CorpusError if fewer than two sheets have chords and a place in a library.
    """
    chorded = [s for s in sheets if len(s.chords) and refusal(s) is None]
    if len(chorded) < 2:
        raise CorpusError("no tunes with chord symbols to learn harmony from; give tunes with them")
    order = np.random.default_rng(seed).permutation(len(chorded))
    held_out = [chorded[i] for i in order[: min(n_held_out, len(chorded) // 2)]]
    training = [chorded[i] for i in order[len(held_out) :]]
    harmoniser = Harmoniser.fit(training, ChordVocabulary.of_names(COMMON_CHORDS))
    return harmoniser, measure(harmoniser, held_out or training)


def with_chords(sheet: LeadSheet, harmoniser: Harmoniser | None) -> LeadSheet:
    """The sheet as it is, or with the harmoniser's chords where it has none of its own."""
    bare = not (len(sheet.chords) and (sheet.chords[:, 1] >= 0).any())
    return harmoniser.harmonise(sheet) if harmoniser and bare else sheet


def write_harmoniser(path: Path, harmoniser: Harmoniser, about: Mapping[str, Any]) -> None:
    """Writes a JSON file, beside its place and then renamed; `about` says where it comes from."""
    content = {"about": dict(about), **harmoniser.to_dict()}
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_text(json.dumps(content) + "\n", encoding="utf-8")
    beside.replace(path)


def shipped_harmoniser() -> Harmoniser | None:
    """The harmoniser that ships, if this checkout has one."""
    path = shipped("models") / HARMONISER
    return read_harmoniser(path) if path.is_file() else None


def read_harmoniser(path: Path) -> Harmoniser:
    """The harmoniser in a file of `write_harmoniser`. Raises CorpusError for anything else."""
    try:
        return Harmoniser.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise CorpusError(
            f"{path}: no harmoniser ({error}); `livedshl harmoniser` makes one"
        ) from error


def train_harmoniser(
    paths: Sequence[str],
    out: Path,
    n_held_out: int,
    seed: int,
    progress: Callable[[str, float], None],
) -> HarmonyFigures:
    """Reads tunes, fits a harmoniser to all but `n_held_out` chorded ones, and writes its file.

    `progress` is told what is being done and the share of it. Raises CorpusError.
    """
    sheets = read_corpus(paths, progress=progress).sheets
    harmoniser, figures = fit_and_measure(sheets, n_held_out, seed)
    about = {"sources": [Path(path).name for path in paths], "held_out": asdict(figures)}
    write_harmoniser(out, harmoniser, about | {"seed": seed})
    return figures
