"""`livedshl train`."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import reduce
from pathlib import Path
from typing import Any

import click

from livedshl.cli.options import kind_options
from livedshl.learning.settings import Method, TrainingSettings
from livedshl.music import COMMON_TIME, GRIDS, Grid, Mode

_PAPER, _CONTRASTIVE = (TrainingSettings.of(method, COMMON_TIME, True) for method in Method)

_OF_SHAPE = ("length", "symbols", "hidden", "final_relu")


def _by_method(name: str) -> str:
    """The defaults of a setting, for the help."""
    paper, contrastive = (
        asdict(settings) | asdict(settings.shape) for settings in (_PAPER, _CONTRASTIVE)
    )
    return f"{contrastive[name]:g}; paper {paper[name]:g}"


_OPTIONS = (
    click.option("-o", "--out", required=True, type=click.Path(path_type=Path, file_okay=False),
                 metavar="DIR", help="Folder of the new bundle."),
    click.option("--method", type=click.Choice([method.value for method in Method]),
                 default=Method.CONTRASTIVE.value, show_default=True,
                 help="How codes are learned: each true pair against all others of its batch, by "
                 "networks that know the context; or as in the paper."),
    click.option("--follow", type=click.Choice(["2", "4"]), default="2", show_default=True,
                 help="Beats from a segment to the next: 2 overlaps them, 4 sets them end to end; "
                 "in other metres half a segment, or a whole one."),
    click.option("--epochs", type=click.IntRange(1), show_default=_by_method("epochs"),
                 help="How many times all pairs of segments are learned from."),
    click.option("--length", type=click.IntRange(1, 64), show_default=_by_method("length"),
                 help="Symbols of a code, the paper's L."),
    click.option("--symbols", type=click.IntRange(2, 256), show_default=_by_method("symbols"),
                 help="Values of a symbol, the paper's K."),
    click.option("--hidden", type=click.IntRange(1), show_default=_by_method("hidden"),
                 help="Size of the networks' hidden layers."),
    click.option("--final-relu/--no-final-relu", default=None, show_default="on",
                 help="The paper's ReLU before the softmax, paper's method only; off gives more "
                 "codes."),
    click.option("--batch", "batch_size", type=click.IntRange(2),
                 show_default=_by_method("batch_size"), help="Pairs learned from at a time."),
    click.option("--learning-rate", type=click.FloatRange(0, 1, min_open=True),
                 show_default=_by_method("learning_rate"), help="Of the optimiser, Adam."),
    click.option("--balance", type=click.FloatRange(0), show_default=_by_method("balance"),
                 help="Weight of the bit-balancing term, the paper's alpha."),
    click.option("--seed", type=click.IntRange(0), default=_PAPER.seed, show_default=True,
                 help="Same seed, same codes."),
    click.option("--device", type=click.Choice(["auto", "cpu", "cuda", "mps"]), default="auto",
                 show_default=True, help="Where it is computed; auto takes a GPU if there is one."),
    click.option("--resume", is_flag=True, help="Go on where a training into DIR was stopped."),
)  # fmt: skip


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@_options
@kind_options
def train(
    paths: tuple[str, ...],
    out: Path,
    method: str,
    follow: str,
    metre: str,
    minor: bool,
    resume: bool,
    device: str,
    **chosen: Any,
) -> None:
    """Learn codes from the tunes in PATH... and write a bundle to play from.

    It takes from minutes to hours; `livedshl models add` codes your tunes with the networks that
    ship, and says how well these fit.

    The first Ctrl-C ends the training and writes the best codes so far. Several processes can learn
    together: torchrun --nproc-per-node N -m livedshl train ...
    """
    from livedshl.cli.status import StatusLine
    from livedshl.files import check_folder
    from livedshl.learning.harmony import shipped_harmoniser
    from livedshl.learning.pipeline import train_bundle
    from livedshl.learning.workers import workers

    check_folder(out)
    settings = _settings(Method(method), GRIDS[metre], follow == "2", chosen)
    with StatusLine() as status, workers(device) as those:
        result = train_bundle(
            paths,
            out,
            settings,
            mode=Mode.MINOR if minor else Mode.MAJOR,
            resume=resume,
            harmoniser=shipped_harmoniser(),
            progress=status.progress if those.leads else lambda stage, share: None,
            workers=those,
        )
    if not those.leads:
        return
    best = result.history[result.best_epoch]
    click.echo(
        f"{out}: best of {len(result.history) - 1} epochs is {best.epoch}, "
        f"Hamming {best.validation_positive:.2f} of pairs that follow, "
        f"{best.validation_negative:.2f} of others, {best.distinct_codes} different codes"
    )
    if not result.finished and result.resumable:
        click.echo("Stopped early; the same command with --resume goes on.")


def _settings(
    method: Method, grid: Grid, overlaps: bool, chosen: Mapping[str, Any]
) -> TrainingSettings:
    """What was found best for the method, but for what the user chose."""
    best = TrainingSettings.of(method, grid, overlaps)
    given = {name: value for name, value in chosen.items() if value is not None}
    of_shape = {name: given.pop(name) for name in _OF_SHAPE if name in given}
    return replace(best, shape=replace(best.shape, **of_shape), **given)
