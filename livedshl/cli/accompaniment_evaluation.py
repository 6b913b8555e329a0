"""Measures accompaniment for `livedshl evaluate`: its codes, and what bands play by them."""

from collections.abc import Sequence

from livedshl.cli.accompaniment_tables import (
    accompaniment_in_words,
    by_code_in_words,
    by_code_table,
    found_table,
    laid_table,
)
from livedshl.cli.evaluation_tables import show
from livedshl.cli.status import StatusLine


def evaluate_accompaniment_codes(path: str, share: float, seed: int, as_json: bool) -> None:
    """Shows how well codes find what accompanies next, in a share of the songs held out."""
    # It loads torch, which the others have no need of.
    from livedshl.evaluation.accompaniment.evaluate import evaluate_accompaniment

    with StatusLine() as status:
        evaluation = evaluate_accompaniment([path], share, seed, status.progress)
    tables = found_table(evaluation), laid_table(evaluation)
    show(evaluation, as_json, *tables, words=accompaniment_in_words(evaluation))


def evaluate_by_code(
    model: str,
    presets: Sequence[str],
    paths: Sequence[str],
    pieces: int,
    seed: int,
    as_json: bool,
) -> None:
    """Shows what presets play by code beside the songs in `paths`; all that ship without any."""
    # It loads what reads songs, which the others have no need of.
    from livedshl.evaluation.accompaniment.band import compare_by_code, presets_by_code

    with StatusLine() as status:
        comparison = compare_by_code(
            model, presets or presets_by_code(), paths, pieces, seed, status.progress
        )
    tables = [by_code_table(name, found) for name, found in comparison.presets.items()]
    show(comparison, as_json, *tables, words=by_code_in_words(comparison))
