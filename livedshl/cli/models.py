"""`livedshl models`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from rich.console import Group
from rich.table import Table

from livedshl.bundle.accompaniment import accompaniments, read_accompaniment_manifest
from livedshl.bundle.catalogue import (
    bundle_folder,
    kind_manifests,
    own_bundles,
    own_models,
    remove_own,
    size_of,
)
from livedshl.bundle.model import list_models
from livedshl.cli.console import PlainConsole
from livedshl.cli.group import PlainGroup
from livedshl.cli.options import DEFAULT_MODEL, cluster_option, melody_option
from livedshl.cli.parameters import MODEL
from livedshl.cli.printing import say
from livedshl.cli.status import StatusLine
from livedshl.cli.verbosity import verbosity
from livedshl.errors import BundleError
from livedshl.learning.adding import Added, AddedKind, add_model
from livedshl.learning.fit import FOUND_AMONG
from livedshl.text import shown

_MOST_NAMED = 8  # damaged tunes


@click.group(cls=PlainGroup, invoke_without_command=True)
@click.pass_context
def models(context: click.Context) -> None:
    """List the models that `--model` chooses from, or add one made of your own tunes."""
    if context.invoked_subcommand is None:
        table, lines = _listing()
        PlainConsole().print(table)
        for line in filter(None, lines):
            say(line)
        say(f"Your own models: {own_models()}")


@models.command()
@click.argument("name", type=MODEL)
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(name: str, yes: bool) -> None:
    """Delete the model NAME, one of your own. Your tunes stay."""
    folder = own_bundles().get(name)
    if folder and not yes:
        click.confirm(shown(f"Delete {folder} ({_megabytes(folder)})?"), abort=True)
    say(f"Deleted {remove_own(name)}")


@models.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--name", metavar="NAME", help="Its name.  [default: the name of the first PATH]")
@melody_option
@cluster_option
@click.option("--resume", is_flag=True, help="Go on with a model of this NAME that was stopped.")
def add(
    paths: tuple[str, ...], name: str | None, melody: str | None, cluster: str | None, resume: bool
) -> None:
    """Make a model of the tunes in PATH..., in minutes at most.

    PATH is a file or folder of ABC, MIDI or MusicXML tunes. The networks that ship with livedshl
    code your tunes; nothing is trained. At the end you see how well they fit. If they fit badly,
    `livedshl train` trains networks on your tunes instead.

    The model gets each metre and mode that has enough tunes. Adding a NAME again replaces it.
    """
    name = name or _called(paths[0])
    if not name or Path(name).name != name or name.startswith("."):
        raise click.UsageError("--name must be a name, not a path")
    with StatusLine() as status:
        added = add_model(
            paths,
            name,
            DEFAULT_MODEL,
            status.progress,
            melody=melody,
            cluster=cluster,
            resume=resume,
        )
    for line in _told(added, name):
        say(line)


def _called(path: str) -> str:
    """The name of a folder, of a file without its ending, or of a collection of music21."""
    place = Path(path.removeprefix("music21:")).resolve()
    return place.stem if place.is_file() else place.name


def _told(added: Added, name: str) -> Iterator[str]:
    for kind in added.kinds:
        yield f"{kind.name}: {kind.tunes:,} tunes. {kind.fit.verdict(kind.learned)}"
        if kind.chords is not None:
            yield (
                f"    {kind.chords:.0%} of the chords are played as written, the others as the "
                "nearest that the model has"
            )
        if verbosity().verbose:
            yield from _figures(kind)
    for kind_name, reason in added.left.items():
        yield f"{kind_name}: left out, {reason}"
    if added.skipped:
        yield f"{len(added.skipped):,} tunes skipped:"
        for reason, count in Counter(skipped.reason for skipped in added.skipped).most_common():
            yield f"    {count:,}: {reason}"
        damaged = [skipped for skipped in added.skipped if skipped.damaged]
        for skipped in damaged[:_MOST_NAMED]:
            yield f"    {skipped.source} {skipped.title}: {skipped.reason}"
    yield f"Play it:        livedshl play --model {name}"
    yield f"List its tunes: livedshl library --model {name}"


def _figures(kind: AddedKind) -> Iterator[str]:
    fit, learned = kind.fit, kind.learned
    yield (
        f"    what comes next is among the {FOUND_AMONG} nearest of {fit.among:,} segments: "
        f"{fit.found:.0%} (in the tunes the networks learned from: {learned.found:.0%})"
    )
    yield (
        f"    mean Hamming distance to what comes next {fit.next_distance:.1f} "
        f"({learned.next_distance:.1f}), to any segment {fit.any_distance:.1f} "
        f"({learned.any_distance:.1f}), to the nearest of another tune "
        f"{fit.other_distance:.1f} ({learned.other_distance:.1f})"
    )


def _listing() -> tuple[Table, list[str]]:
    """A table of the models, and a line for each that says where its tunes come from."""
    table = Table("model", "kind", "tunes", "segments", "codes", "follow", "size", box=None)
    lines = []
    for name in list_models():
        try:
            lines.append(_add_kinds(table, name))
        except BundleError as error:
            lines.append(f"{name}: {error}")
    for name, folder in accompaniments().items():
        try:
            lines.append(_add_accompaniment(table, name, folder))
        except BundleError as error:
            lines.append(f"{name}: {error}")
    return table, lines


def _add_accompaniment(table: Table, name: str, folder: Path) -> str:
    manifest = read_accompaniment_manifest(folder)
    table.add_row(
        name,
        Group(*manifest.metres),
        str(manifest.songs),
        f"{manifest.bars} bars",
        f"{manifest.length} of {manifest.symbols}",
        "1 bar",
        _megabytes(folder),
    )
    return _sources(name, [corpus["title"] for corpus in manifest.corpora])


def _megabytes(folder: Path) -> str:
    return f"{size_of(folder) / 1e6:.1f} MB"


def _add_kinds(table: Table, name: str) -> str:
    size = _megabytes(bundle_folder(name))
    titles: list[str] = []
    for manifest in kind_manifests(bundle_folder(name)):
        beats = manifest.follow_beats
        table.add_row(
            name,
            f"{manifest.metre} {manifest.mode.value}",
            str(manifest.tunes),
            str(manifest.segments),
            f"{manifest.length} of {manifest.symbols}",
            f"{beats} beat{'s' if beats > 1 else ''}",
            size,
        )
        size = ""
        titles += [corpus["title"] for corpus in manifest.corpora]
    return _sources(name, titles)


def _sources(name: str, titles: Sequence[str]) -> str:
    """Where the tunes come from; nothing if that is called as the model is."""
    sources = "; ".join(dict.fromkeys(titles))
    return f"{name}: {sources}" if sources != name else ""
