"""`livedshl presets`."""

from pathlib import Path
from shlex import quote

import click
from rich.table import Table

from livedshl.cli.console import PlainConsole
from livedshl.cli.group import PlainGroup
from livedshl.cli.printing import say
from livedshl.performance.preset import load_preset, preset_names, write_preset


@click.group(cls=PlainGroup, invoke_without_command=True)
@click.pass_context
def presets(context: click.Context) -> None:
    """List the presets that come with livedshl, or write one of your own."""
    if context.invoked_subcommand is None:
        PlainConsole().print(_table())


@presets.command()
@click.argument("name")
def new(name: str) -> None:
    """Write NAME.toml into this folder: a commented preset for you to change."""
    name = name.removesuffix(".toml")
    if not name or Path(name).name != name:
        raise click.UsageError("NAME must be a name, not a path")
    path = Path(f"{name}.toml")
    write_preset(path)
    say(f"Wrote {path}. Play it: livedshl play --preset {quote(str(path))}")


def _table() -> Table:
    table = Table("preset", "style", "metre", "tempo", "key", "parts", box=None)
    for name in preset_names():
        preset = load_preset(name)
        parts = ", ".join(part.name for part in preset.parts)
        tempo = f"{preset.tempo_bpm:g}"
        table.add_row(name, preset.description, preset.metre, tempo, str(preset.key), parts)
    return table
