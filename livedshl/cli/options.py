"""Options that several commands share."""

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import click

from livedshl.improviser import Form
from livedshl.music.grid import COMMON_TIME, GRIDS
from livedshl.units import HIGHEST_TEMPO, LOWEST_TEMPO

DEFAULT_MODEL = DEFAULT_PRESET = "session"

model_option = click.option(
    "--model",
    default=DEFAULT_MODEL,
    show_default=True,
    metavar="NAME|DIR",
    help="The tunes: a model that `livedshl models` lists, or a folder.",
)

_OPTIONS = (
    model_option,
    click.option("--preset", default=DEFAULT_PRESET, show_default=True, metavar="NAME|FILE",
                 help="How it is played: a preset that ships, or a .toml file."),
    click.option("--metre", type=click.Choice(list(GRIDS)), help="Metre of the tunes."),
    click.option("--tempo", "tempo_bpm", metavar="BPM",
                 type=click.FloatRange(LOWEST_TEMPO, HIGHEST_TEMPO),
                 help=f"Beats a minute, {LOWEST_TEMPO} to {HIGHEST_TEMPO}; "
                 "in 6/8 and 9/8 dotted quarters."),
    click.option("--key", metavar="KEY", help="Key, such as C, F# or Bb; in minor Am, F#m."),
    click.option("--form", type=click.Choice([form.value for form in Form]),
                 help="Sections of a tune; any: drawn for each; none: the paper's free run."),
    click.option("--from", "opening", metavar="TUNE",
                 help="Begin with this tune: words of its title, or a `livedshl library` number."),
    click.option("--chords", metavar="CHART|FILE",
                 help='Chords to follow, again and again: "C | Am | F G7 | C", or a file of them.'),
    click.option("--adventure", type=click.FloatRange(0, 1),
                 help="From 0, what joins best, to 1, bold; the preset says if you do not."),
    click.option("--max-quote", type=click.IntRange(1), metavar="BEATS",
                 help="Beats that one song may be quoted for, note for note."),
    click.option("--plain", is_flag=True,
                 help="The paper's rule: the nearest code, then lots; quotes of any length."),
    click.option("--seed", type=click.IntRange(0), metavar="N",
                 help="Same seed, same music; drawn and shown if you give none."),
    click.option("--retrieve", type=click.Choice(["min", "max"]), default="min",
                 show_default=True,
                 help="Nearest codes, or (the paper's Task 2) the farthest."),
    click.option("--trace", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.jsonl",
                 help="Write where every segment came from, one JSON record a line."),
)  # fmt: skip

_KIND_OPTIONS = (
    click.option("--metre", type=click.Choice(list(GRIDS)), default=str(COMMON_TIME),
                 show_default=True, help="Metre of the tunes; 4/4 takes 2/4 and cut time as well."),
    click.option("--minor", is_flag=True, help="Tunes in minor keys instead of major ones."),
)  # fmt: skip


def kind_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that decide which tunes of a corpus are used."""
    return reduce(lambda decorated, option: option(decorated), reversed(_KIND_OPTIONS), command)


def performance_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that decide which notes are played."""
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)


def bars_option(default: int | None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option `--bars`."""
    told = "How many bars to play." if default else "Stop after this many bars instead of never."
    return click.option(
        "--bars", type=click.IntRange(1), default=default, show_default=True, metavar="N", help=told
    )
