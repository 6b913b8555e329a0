"""`livedshl models`."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from livedshl.cli.options import DEFAULT_MODEL

if TYPE_CHECKING:
    from rich.table import Table

    from livedshl.learning.adding import Added, AddedKind

_MOST_NAMED = 8  # damaged tunes


@click.group(invoke_without_command=True)
@click.pass_context
def models(context: click.Context) -> None:
    """List the models, the music that `--model` chooses from, or add one of your own tunes."""
    if context.invoked_subcommand is None:
        _list()


@models.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--name", metavar="NAME", help="What to call it; by default, like the first PATH.")
def add(paths: tuple[str, ...], name: str | None) -> None:
    """Make a model of the tunes in PATH..., coded by the networks that ship.

    PATH is a file or folder of ABC, MIDI or MusicXML tunes. Nothing is learned, so it takes minutes
    at most; how well the networks fit your tunes is told at the end, beside the tunes that they
    learned from. If they fit badly, `livedshl train` learns from yours.

    The model gets every metre and mode of which there are enough tunes. Adding a NAME again
    replaces it.
    """
    name = name or _called(paths[0])
    if not name or Path(name).name != name or name.startswith("."):
        raise click.UsageError("--name is the name of a model, not a path")
    from livedshl.cli.status import StatusLine
    from livedshl.learning.adding import add_model

    with StatusLine() as status:
        added = add_model(paths, name, DEFAULT_MODEL, status.progress)
    for line in _told(added, name):
        click.echo(line)


def _called(path: str) -> str:
    """The name of a folder, or of a file but for its ending, or of a collection of music21."""
    place = Path(path.removeprefix("music21:")).resolve()
    return place.stem if place.is_file() else place.name


def _told(added: "Added", name: str) -> Iterator[str]:
    for kind in added.kinds:
        yield from _fit(kind)
    for kind_name, reason in added.left.items():
        yield f"{kind_name}: left out, {reason}"
    if added.skipped:
        yield f"{len(added.skipped):,} tunes skipped:"
        for reason, count in Counter(skipped.reason for skipped in added.skipped).most_common():
            yield f"    {count:,}: {reason}"
        damaged = [skipped for skipped in added.skipped if skipped.damaged]
        for skipped in damaged[:_MOST_NAMED]:
            yield f"    {skipped.source} {skipped.title}: {skipped.reason}"
    yield f"`livedshl play --model {name}` plays it, `livedshl library --model {name}` lists it."


def _fit(kind: "AddedKind") -> Iterator[str]:
    from livedshl.learning.fit import FOUND_AMONG

    fit, learned = kind.fit, kind.learned
    yield f"{kind.name}: {kind.tunes:,} tunes, {kind.segments:,} segments; {fit.told(learned)}"
    yield (
        f"    what comes next is found among the {FOUND_AMONG} nearest of {fit.among:,} segments: "
        f"{fit.found:.0%} (in the tunes learned from {learned.found:.0%})"
    )
    yield (
        f"    Hamming distance to what comes next {fit.next_distance:.1f} "
        f"({learned.next_distance:.1f}), to any segment {fit.any_distance:.1f} "
        f"({learned.any_distance:.1f}), to the nearest of another tune "
        f"{fit.other_distance:.1f} ({learned.other_distance:.1f})"
    )
    if kind.chords is not None:
        yield f"    chords played as written {kind.chords:.0%}, the others as the nearest it knows"


def _list() -> None:
    from rich.console import Console
    from rich.table import Table

    from livedshl.bundle.catalogue import own_bundles, shipped_bundles
    from livedshl.errors import BundleError

    table = Table("model", "kind", "tunes", "segments", "codes", "follow", "sources", box=None)
    for name, folder in (own_bundles() | shipped_bundles()).items():
        try:
            _add_kinds(table, name, folder)
        except BundleError as error:
            table.add_row(name, *[""] * 5, str(error))
    Console().print(table)


def _add_kinds(table: "Table", name: str, folder: Path) -> None:
    from livedshl.bundle.catalogue import kind_manifests

    told: list[str] = []
    for manifest in kind_manifests(folder):
        titles = [corpus["title"] for corpus in manifest["corpora"]]
        codes = f"{manifest['length']} of {manifest['symbols']}"
        beats = manifest["follow_beats"]
        table.add_row(
            name,
            f"{manifest['metre']} {manifest['mode']}",
            str(manifest["tunes"]),
            str(manifest["segments"]),
            codes,
            f"{beats} beat{'s' if beats > 1 else ''}",
            "\n".join(titles) if titles != told else "the same",
        )
        told = titles
