"""`livedshl generate`."""

from pathlib import Path
from typing import Any

import click

from livedshl.cli.options import bars_option, chosen_settings, force_option, performance_options
from livedshl.cli.origins import given, long_name
from livedshl.cli.status import StatusLine
from livedshl.rendering import render, render_take

_OF_A_TAKE = ("from_take", "model", "roll", "stems", "trace", "force")  # options that go with it


@click.command()
@click.argument("outs", nargs=-1, metavar="OUT...",
                type=click.Path(path_type=Path, dir_okay=False))  # fmt: skip
@bars_option(default=32)
@click.option("--stems", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Write a MIDI and a WAV file of each part into this folder, all equally "
              "long: 01 Melody.mid, 01 Melody.wav ...")  # fmt: skip
@click.option("--roll", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Draw a piano roll, coloured by tune: .png, .svg or .pdf.")  # fmt: skip
@click.option("--from-take", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              metavar="FILE",
              help="Write what was played in this take, which `play` recorded or saved, instead "
              "of new music.")  # fmt: skip
@force_option
@performance_options
def generate(
    outs: tuple[Path, ...],
    bars: int,
    stems: Path | None,
    roll: Path | None,
    from_take: Path | None,
    force: bool,
    trace: Path | None,
    **chosen: Any,
) -> None:
    """Write music into each OUT. Its ending chooses the format.

    \b
    .mid, .wav            the sound
    .musicxml             the lead sheet, for a notation program
    .pdf, .png, .svg      a picture of the lead sheet, with the tunes it came from

    Pictures need the extra `scores`. OUT can be left out with --stems.
    """
    if not outs and not stems:
        raise click.MissingParameter(param=_argument("outs"))
    written = ", ".join(str(path) for path in (*outs, stems, roll, trace) if path)
    if from_take:
        _check_take_options()
        model = chosen["model"] if given("model") else None
        n_bars = render_take(
            from_take, *outs, stems=stems, trace=trace, roll=roll, model=model, overwrite=force
        )
        StatusLine().tell(f"{written}: {n_bars:g} bars of {from_take}")
        return
    settings, told = chosen_settings(bars, chosen)
    with StatusLine() as status:
        for line in told:
            status.tell(line)
        render(
            settings, *outs, stems=stems, trace=trace, roll=roll, overwrite=force,
            progress=status.progress,
        )  # fmt: skip
        status.tell(f"{written}: {bars} bars, seed {settings.seed}")


def _argument(name: str) -> click.Parameter:
    return next(each for each in click.get_current_context().command.params if each.name == name)


def _check_take_options() -> None:
    """Raises UsageError for an option that decides what is played: the take has decided that."""
    for option in click.get_current_context().command.params:
        if (
            isinstance(option, click.Option)
            and option.name not in _OF_A_TAKE
            and given(str(option.name))
        ):
            raise click.UsageError(f"leave out --{long_name(option)}: the take decides it")
