"""Options that several commands share."""

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import click

from livedshl.cli.origins import overruled
from livedshl.cli.parameters import MODEL, OUTPUT_PORT, PRESET, Number, OneOf
from livedshl.improviser import Form
from livedshl.music.grid import COMMON_TIME, GRIDS
from livedshl.performance.options import make_settings
from livedshl.performance.settings import Settings
from livedshl.units import HIGHEST_TEMPO, LOWEST_TEMPO

DEFAULT_MODEL = DEFAULT_PRESET = "session"

model_option = click.option(
    "--model",
    type=MODEL,
    default=DEFAULT_MODEL,
    show_default=True,
    metavar="NAME|DIR",
    help="The tunes: a model that `livedshl models` lists, or its folder.",
)

port_option = click.option(
    "-p",
    "--port",
    type=OUTPUT_PORT,
    metavar="NAME|N",
    help="MIDI port: words of its name, or its number in `livedshl ports`.",
)

force_option = click.option("--force", is_flag=True, help="Replace files that are there already.")

cluster_option = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Share the work among the workers of a Dask scheduler at ADDRESS, such as "
    "tcp://10.0.0.5:8786. Needs the extra `cluster`.",
)

melody_option = click.option(
    "--melody",
    metavar="TRACK",
    help="The track of MIDI files that is the melody: its name, or its number.",
)

also_option = click.option(
    "--also",
    multiple=True,
    metavar="PATH",
    help="More tunes to learn from, for that alone: the model does not get them, and nothing is "
    "measured on them. Give it once for each PATH.",
)

_OPTIONS = (
    model_option,
    click.option("--preset", type=PRESET, default=DEFAULT_PRESET, show_default=True,
                 metavar="NAME|FILE",
                 help="Band and style: one that `livedshl presets` lists, or a .toml file."),
    click.option("--metre", type=OneOf(list(GRIDS)), help="Metre of the tunes."),
    click.option("-t", "--tempo", "tempo_bpm", metavar="BPM",
                 type=Number(LOWEST_TEMPO, HIGHEST_TEMPO, unit=" BPM"),
                 help=f"Tempo in BPM, {LOWEST_TEMPO} to {HIGHEST_TEMPO}. "
                 "In 6/8 and 9/8 a beat is a dotted quarter note."),
    click.option("-k", "--key", metavar="KEY",
                 help="Key, such as C, F# or Bb; for minor Am or F#m.  [default: from --chords, "
                 "else from the preset]"),
    click.option("--form", type=OneOf([form.value for form in Form]),
                 help="Sections of each tune. any: draw a form for each; none: no sections."),
    click.option("--from", "opening", metavar="TUNE",
                 help="Begin with this tune: words of its title, or its number in "
                 "`livedshl library`."),
    click.option("--chords", metavar="CHART|FILE",
                 help='Chords to follow in a loop: "C | Am | F G7 | C", an iReal Pro link, or a '
                 "file: text, ChordPro or MusicXML. none: the tunes' own.  [default: from the "
                 "preset, if it has some, else the tunes' own]"),
    click.option("--adventure", type=Number(0, 1), metavar="0-1",
                 help="0 safe ... 1 bold.  [default: from the preset]"),
    click.option("--max-quote", type=Number(1, whole=True), metavar="BEATS",
                 help="Quote one tune for this many beats at most, note for note."),
    click.option("--plain", is_flag=True,
                 help="Plain mode from the paper: nearest match, ties at random, no limit on "
                 "quoting."),
    click.option("--seed", type=Number(0, whole=True), metavar="N",
                 help="Random seed; the same seed gives the same music."),
    click.option("--retrieve", type=OneOf(["min", "max"]), default="min", show_default=True,
                 help="min: the nearest codes. max: the farthest, as in the paper's Task 2."),
    click.option("--trace", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.jsonl",
                 help="Write where every segment came from, one JSON record a line."),
)  # fmt: skip

_KIND_OPTIONS = (
    click.option("--metre", type=OneOf(list(GRIDS)), default=str(COMMON_TIME), show_default=True,
                 help="Metre of the tunes. 4/4 takes 2/4 and cut time as well."),
    click.option("--minor", is_flag=True, help="Tunes in minor keys instead of major ones."),
)  # fmt: skip


def kind_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that choose which tunes of a corpus are used."""
    return reduce(lambda decorated, option: option(decorated), reversed(_KIND_OPTIONS), command)


def chosen_settings(
    bars: int | None, chosen: dict[str, Any], set_list: Path | None = None
) -> tuple[Settings, list[str]]:
    """The settings that the options choose, and what the user should know of them, in lines.

    A key in the settings file does not rule over a chart on the command line.
    """
    if set_list:
        from livedshl.performance.set_list import make_set  # most performances are no set

        settings = make_set(set_list, bars=bars, **chosen)
        return settings, [f"Song 1 of {len(settings.songs)}: {settings.songs[0].title}."]
    if overruled("key", "chords"):
        chosen = chosen | {"key": None}
    settings = make_settings(bars=bars, **chosen)
    if chosen["chords"] in (None, "none") or chosen["key"] is not None:
        return settings, []
    return settings, [f"Key {settings.key} for these chords (--key chooses another)."]


def performance_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options that decide which notes are played."""
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)


def bars_option(default: int | None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option `--bars`."""
    return click.option(
        "--bars",
        type=Number(1, whole=True),
        default=default,
        show_default=True,
        metavar="N",
        help="How many bars to write." if default else "End after this many bars.",
    )
