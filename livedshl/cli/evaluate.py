"""`livedshl evaluate`."""

from collections.abc import Sequence
from pathlib import Path

import click
from click.core import ParameterSource
from rich.console import Console

from livedshl.bundle import open_bundle
from livedshl.bundle.catalogue import bundle_folder
from livedshl.cli.accompaniment_evaluation import (
    evaluate_accompaniment_codes,
    evaluate_by_code,
)
from livedshl.cli.evaluation_tables import (
    ablation_in_words,
    ablation_table,
    band_tables,
    code_table,
    codes_in_words,
    music_in_words,
    music_table,
    reading_in_words,
    reading_table,
    show,
    survey_table,
)
from livedshl.cli.options import DEFAULT_PRESET, also_option
from livedshl.cli.parameters import MODEL, PRESET, Number, share_to_hold_out
from livedshl.cli.printing import say
from livedshl.cli.status import StatusLine
from livedshl.evaluation.music.band.comparison import compare_bands
from livedshl.evaluation.music.band.played import BARS as BAND_BARS
from livedshl.evaluation.music.comparison import ablate, compare
from livedshl.evaluation.music.survey import survey
from livedshl.evaluation.paper_tasks import write_tasks
from livedshl.files import check_folder
from livedshl.performance.preset import load_preset, preset_names
from livedshl.rendering import render

# Parameters that have a meaning only without --music, and only with it.
_OF_CODES = "paths", "also", "holdout", "out"
_OF_MUSIC = "pieces", "preset", "ablation", "kinds", "band", "by_code"
_BAND_PIECES = 6  # of each preset, where --pieces does not say how many
_ARGUMENTS = {"model": "a model", "paths": "PATH"}


@click.command()
@click.argument("model", metavar="[NAME|DIR]", type=MODEL, required=False)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@also_option
@click.option(
    "--holdout",
    default="0.1",
    show_default=True,
    metavar="SHARE|FILE",
    help="Tunes to measure on: a share of all, or a file with a name on each line.",
)
@click.option(
    "--seed",
    type=Number(0, whole=True),
    default=0,
    show_default=True,
    metavar="N",
    help="Chooses those tunes and seeds the training; with --music, the first piece.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for the paper's two tasks.  [default: `evaluation` in the model's folder]",
)
@click.option("--music", is_flag=True, help="Measure the music that is played, not the codes.")
@click.option(
    "--pieces",
    type=Number(1, whole=True),
    default=200,
    show_default=True,
    metavar="N",
    help="With --music: how many pieces of 32 bars from each source.",
)
@click.option(
    "--preset",
    type=PRESET,
    default=DEFAULT_PRESET,
    show_default=True,
    metavar="NAME|FILE",
    help="With --music: the preset to measure.",
)
@click.option(
    "--ablation",
    is_flag=True,
    help="With --music: leave out each ranking term in turn, and vary the adventure.",
)
@click.option(
    "--kinds",
    is_flag=True,
    help="With --music: measure every metre and mode of the model, also in sets and over charts.",
)
@click.option(
    "--band",
    is_flag=True,
    help=f"With --music: measure how the band plays, in pieces of {BAND_BARS} bars, with every "
    "preset that ships or with --preset.",
)
@click.option(
    "--by-code",
    is_flag=True,
    help="With --music: measure the accompaniment that is found by code, as --band does, beside "
    "the songs in PATH.",
)
@click.option(
    "--reading",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Measure how well tunes are read, on the annotated corpora in DIR. Takes no model.",
)
@click.option(
    "--accompaniment",
    metavar="PATH",
    help="Learn codes of accompaniment from the songs in PATH, and measure them on songs held "
    "out. Takes no model.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def evaluate(
    context: click.Context,
    model: str | None,
    paths: tuple[str, ...],
    also: tuple[str, ...],
    holdout: str,
    seed: int,
    out: Path | None,
    music: bool,
    pieces: int,
    preset: str,
    ablation: bool,
    kinds: bool,
    band: bool,
    by_code: bool,
    reading: Path | None,
    accompaniment: str | None,
    as_json: bool,
) -> None:
    """Measure how well a model's codes find what comes next, on tunes it was not trained on.

    It trains the model again, on its own tunes or those in PATH..., without the tunes held out.
    Then each segment of those asks for its successor among all segments, beside other methods.
    This takes as long as training. Networks that models share, as those that ship, learn from the
    tunes of all these models, and from none in PATH...

    It also writes the paper's Task 1 and Task 2: one start, continued by the nearest and by the
    farthest codes, as MIDI files and scores.

    With --music it measures the music: pieces that `livedshl generate` would write, from --seed
    and the seeds after it, beside the model's own tunes and other ways to make a piece.

    With --reading it measures how well tunes are read: keys, chords and melodies, beside what
    people wrote down about them, and livedshl's own pieces, read back.

    With --accompaniment it measures codes of accompaniment: whether the code of a bar, with the
    melody and chords that come, finds what accompanies next.
    """
    if reading:
        others = ("model", *_OF_CODES, *_OF_MUSIC, "music", "accompaniment")
        _check_unused(context, "reading", others)
        _evaluate_reading(reading, seed, as_json)
        return
    if accompaniment:
        _check_unused(
            context, "accompaniment", ("model", "paths", "also", "out", *_OF_MUSIC, "music")
        )
        evaluate_accompaniment_codes(accompaniment, share_to_hold_out(holdout), seed, as_json)
        return
    if model is None:
        raise click.UsageError("choose a model, --reading or --accompaniment")
    if music:
        _check_unused(context, "music", _OF_CODES[1:] if by_code else _OF_CODES)
    for name in _OF_MUSIC:
        if not music and _is_given(context, name):
            raise click.UsageError(f"{_option(name)} needs --music")
    folder = bundle_folder(model)
    if ablation + kinds + band + by_code > 1:
        several = ("ablation", "kinds", "band", "by_code")
        chosen = [_option(name) for name in several if _is_given(context, name)]
        raise click.UsageError(f"choose either {' or '.join(chosen)}")
    if band or by_code:
        given = {name: _is_given(context, name) for name in ("preset", "pieces")}
        presets = [preset] if given["preset"] else []
        n_pieces = pieces if given["pieces"] else _BAND_PIECES
        if by_code:
            evaluate_by_code(model, presets, paths, n_pieces, seed, as_json)
        else:
            _evaluate_bands(model, presets or preset_names(), n_pieces, seed, as_json)
    elif kinds:
        _survey_kinds(folder, preset, pieces, seed, as_json)
    elif music:
        _evaluate_music(folder, preset, pieces, seed, ablation, as_json)
    else:
        _evaluate_codes(folder, paths, also, holdout, seed, out, as_json)


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is not ParameterSource.DEFAULT


def _option(name: str) -> str:
    """How an option is written whose parameter has this name."""
    return "--" + name.replace("_", "-")


def _evaluate_bands(model: str, presets: list[str], pieces: int, seed: int, as_json: bool) -> None:
    with StatusLine() as status:
        comparison = compare_bands(model, presets, pieces, seed, status.progress)
    words = f"Means over {pieces} pieces of {BAND_BARS} bars for each preset."
    tables = band_tables(comparison, Console().width)
    show(comparison, as_json, *tables, words=words)


def _survey_kinds(folder: Path, preset: str, pieces: int, seed: int, as_json: bool) -> None:
    of_preset = load_preset(preset)
    with StatusLine() as status:
        found = survey(folder, of_preset, pieces, seed, status.progress)
    words = (
        f"{pieces} pieces of each kind, of 32 bars; below, the model's own tunes. The goals are "
        "those of 4/4 major."
    )
    show(found, as_json, survey_table(found), words=words)


def _check_unused(context: click.Context, option: str, names: Sequence[str]) -> None:
    """Raises UsageError if a parameter is given that has no meaning beside an option."""
    for name in names:
        if _is_given(context, name):
            other = _ARGUMENTS.get(name, _option(name))
            raise click.UsageError(f"choose either {other} or --{option}")


def _evaluate_reading(folder: Path, seed: int, as_json: bool) -> None:
    # It loads music21, which the others have no need of.
    from livedshl.evaluation.reading import measure_reading

    with StatusLine() as status:
        report = measure_reading(folder, seed, status.progress)
    show(report, as_json, reading_table(report), words=reading_in_words(report))


def _evaluate_codes(
    folder: Path,
    paths: tuple[str, ...],
    also: tuple[str, ...],
    holdout: str,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> None:
    # It loads torch, which --music has no need of.
    from livedshl.evaluation.codes.evaluate import evaluate

    bundle = open_bundle(folder)
    out = out or folder / "evaluation"
    check_folder(out)
    written = write_tasks(folder, out, seed, render)
    with StatusLine() as status:
        evaluation = evaluate(bundle, paths, holdout, seed, status.progress, also)
    show(evaluation, as_json, code_table(evaluation), words=codes_in_words(evaluation))
    if not as_json:
        say(f"The paper's tasks: {', '.join(map(str, written))}")


def _evaluate_music(
    folder: Path, preset: str, pieces: int, seed: int, ablation: bool, as_json: bool
) -> None:
    of_preset = load_preset(preset)
    bundle = open_bundle(folder)
    with StatusLine() as status:
        measured = ablate if ablation else compare
        comparison = measured(bundle, of_preset, pieces, seed, status.progress)
    table = (ablation_table if ablation else music_table)(comparison)
    words = ablation_in_words(pieces) if ablation else music_in_words(comparison)
    show(comparison, as_json, table, words=words)
