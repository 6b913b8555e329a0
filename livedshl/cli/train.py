"""`livedshl train`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from livedshl.cli.options import also_option, cluster_option, kind_options, melody_option
from livedshl.cli.parameters import Number, OneOf
from livedshl.cli.printing import say
from livedshl.cli.status import StatusLine
from livedshl.files import check_folder
from livedshl.learning.chords import shipped_harmoniser
from livedshl.learning.pipeline import train_bundle
from livedshl.learning.settings import Method, TrainingSettings
from livedshl.music import COMMON_TIME, GRIDS, Mode
from livedshl.progress import unseen

if TYPE_CHECKING:
    from livedshl.learning.accompaniment.training import AccompanimentSettings
    from livedshl.learning.validation import TrainingResult

_Chosen = TypeVar("_Chosen", TrainingSettings, "AccompanimentSettings")

_PAPER, _CONTRASTIVE = (TrainingSettings.of(method, COMMON_TIME, True) for method in Method)

_ANY_METRE = TrainingSettings.of_any_metre()

_OF_SHAPE = ("length", "symbols", "hidden", "final_relu")
# What has no meaning for models together or accompaniment: both are of any metre and mode, and
# learned in one way.
_OF_ONE_KIND = ("method", "follow", "final_relu", "metre", "minor", "melody", "also")
_OF_MELODIES = (*_OF_ONE_KIND, "device", "resume", "together")


def _by_method(name: str) -> str:
    """The defaults of a setting, for the help."""
    paper, contrastive = (
        asdict(settings) | asdict(settings.shape) for settings in (_PAPER, _CONTRASTIVE)
    )
    return f"{contrastive[name]:g}; paper {paper[name]:g}"


_OPTIONS = (
    click.option("-o", "--out", required=True, type=click.Path(path_type=Path, file_okay=False),
                 metavar="DIR", help="Folder of the new model."),
    click.option("--method", type=OneOf([method.value for method in Method]),
                 default=Method.CONTRASTIVE.value, show_default=True,
                 help="contrastive: each true pair against all others of its batch, with networks "
                 "that see the context. paper: the paper's LSTMs and losses."),
    click.option("--follow", type=OneOf(["2", "4"]), default="2", show_default=True,
                 help="Beats from a segment to the next: 2 overlaps them, 4 sets them end to end. "
                 "In other metres half a segment or a whole one."),
    click.option("--epochs", type=Number(1, whole=True), show_default=_by_method("epochs"),
                 metavar="N", help="Passes over all pairs of segments."),
    click.option("--length", type=Number(1, 128, whole=True), show_default=_by_method("length"),
                 metavar="N", help="Symbols in a code, the paper's L."),
    click.option("--symbols", type=Number(2, 256, whole=True), show_default=_by_method("symbols"),
                 metavar="N", help="Values of a symbol, the paper's K."),
    click.option("--hidden", type=Number(1, whole=True), show_default=_by_method("hidden"),
                 metavar="N", help="Units in a hidden layer."),
    click.option("--final-relu/--no-final-relu", default=None, show_default="on",
                 help="The paper's ReLU before the softmax, with --method paper only. Off gives "
                 "more codes."),
    click.option("--batch", "batch_size", type=Number(2, whole=True), metavar="N",
                 show_default=_by_method("batch_size"), help="Pairs in a training step."),
    click.option("--learning-rate", type=Number(1e-9, 1), metavar="RATE",
                 show_default=_by_method("learning_rate"), help="Learning rate of Adam."),
    click.option("--balance", type=Number(0), show_default=_by_method("balance"),
                 metavar="WEIGHT", help="Weight of the bit-balance term, the paper's alpha."),
    click.option("--seed", type=Number(0, whole=True), default=_PAPER.seed, show_default=True,
                 metavar="N", help="Random seed; the same seed gives the same codes."),
    click.option("--device", type=OneOf(["auto", "cpu", "cuda", "mps"]), default="auto",
                 show_default=True, help="Where to compute. auto takes a GPU if there is one."),
    click.option("--resume", is_flag=True, help="Continue a training into DIR that was stopped."),
    also_option,
    click.option("--together", is_flag=True,
                 help="Learn one pair of networks from all tunes of the models PATH..., for every "
                 "metre and mode, and give the models new codes."),
    click.option("--accompaniment", is_flag=True,
                 help="Learn from the accompaniment of songs instead, for parts with the pattern "
                 "`by code`."),
)  # fmt: skip


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@_options
@kind_options
@melody_option
@cluster_option
def train(
    paths: tuple[str, ...],
    out: Path,
    method: str,
    follow: str,
    metre: str,
    minor: bool,
    resume: bool,
    device: str,
    melody: str | None,
    cluster: str | None,
    also: tuple[str, ...],
    together: bool,
    accompaniment: bool,
    **chosen: Any,
) -> None:
    """Train codes on the tunes in PATH... and write a model to play from.

    This takes minutes to hours. `livedshl models add` needs no training: it codes your tunes with
    the networks that ship, and shows how well they fit.

    With --accompaniment, PATH... are songs in MusicXML with a voice and a piano. DIR gets a library
    of their accompaniment. A folder `accompaniment` in the folder of a model serves that model.

    With --together, PATH... are models, by name or folder. DIR gets the networks, and a folder for
    each model.

    The first Ctrl-C ends the training and writes the best codes so far. Several processes can
    train together: torchrun --nproc-per-node N -m livedshl train ...
    """
    check_folder(out)
    if accompaniment:
        _check_apart("--accompaniment", _OF_MELODIES)
        _train_accompaniment(paths, out, cluster, chosen)
        return
    if together:
        _check_apart("--together", (*_OF_ONE_KIND, "cluster"))
        _train_together(paths, out, device, resume, chosen)
        return
    found = TrainingSettings.of(Method(method), GRIDS[metre], follow == "2")
    settings = _with_chosen(found.with_more_tunes() if also else found, chosen)
    # It loads torch, which must not keep `--help` waiting.
    from livedshl.learning.workers import workers

    with StatusLine() as status, workers(device) as those:
        result = train_bundle(
            paths,
            out,
            settings,
            mode=Mode.MINOR if minor else Mode.MAJOR,
            resume=resume,
            harmoniser=shipped_harmoniser(),
            progress=status.progress if those.leads else unseen,
            workers=those,
            cluster=cluster,
            melody=melody,
            also=also,
        )
    if those.leads:
        _tell(out, result)


def _tell(out: Path, result: "TrainingResult") -> None:
    """Says how a training ended."""
    best = result.history[result.best_epoch]
    say(
        f"{out}: the best of {len(result.history) - 1} epochs is {best.epoch}. Mean Hamming "
        f"distance {best.validation_positive:.2f} for pairs that follow, "
        f"{best.validation_negative:.2f} for others; {best.distinct_codes} different codes."
    )
    if not result.finished and result.resumable:
        click.echo("Stopped early. To continue, run the same command with --resume.")


def _check_apart(way: str, senseless: Sequence[str]) -> None:
    """Raises UsageError if an option is given that has no meaning beside `way`."""
    context = click.get_current_context()
    for name in senseless:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = f"--{name.replace('_', '-')}"
            raise click.UsageError(f"choose either {option} or {way}")


def _train_together(
    models: Sequence[str], out: Path, device: str, resume: bool, chosen: Mapping[str, Any]
) -> None:
    # They load torch, as below.
    from livedshl.learning.together import learn_together
    from livedshl.learning.workers import workers

    settings = _with_chosen(_ANY_METRE, chosen)
    with StatusLine() as status, workers(device) as those:
        result = learn_together(
            models,
            out,
            settings,
            resume=resume,
            progress=status.progress if those.leads else unseen,
            workers=those,
        )
    if those.leads:
        _tell(out, result)


def _train_accompaniment(
    paths: tuple[str, ...], out: Path, cluster: str | None, chosen: Mapping[str, Any]
) -> None:
    # They load torch, as below.
    from livedshl.learning.accompaniment.library import train_library
    from livedshl.learning.accompaniment.training import AccompanimentSettings

    settings = _with_chosen(AccompanimentSettings(), chosen)
    with StatusLine() as status:
        made = train_library(paths, out, settings, status.progress, cluster)
    say(
        f"{out}: learned from {made.pairs:,} pairs of bars of {made.songs:,} songs. The library "
        f"keeps {made.kept['bars']:,} bars of {made.kept['songs']:,}."
    )


def _with_chosen(best: _Chosen, chosen: Mapping[str, Any]) -> _Chosen:
    """Settings of a training, with what the user chose."""
    given = {name: value for name, value in chosen.items() if value is not None}
    of_shape = {name: given.pop(name) for name in _OF_SHAPE if name in given}
    return replace(best, shape=replace(best.shape, **of_shape), **given)
