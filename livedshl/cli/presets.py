"""`livedshl presets`."""

from pathlib import Path

import click


@click.group(invoke_without_command=True)
@click.pass_context
def presets(context: click.Context) -> None:
    """List the presets that ship, or write one of your own."""
    if context.invoked_subcommand is None:
        _list()


@presets.command()
@click.argument("name")
def new(name: str) -> None:
    """Write NAME.toml into this folder: a preset that explains itself, to be changed."""
    from livedshl.performance.preset import write_preset

    name = name.removesuffix(".toml")
    if not name or Path(name).name != name:
        raise click.UsageError("NAME is the name of a preset, not a path")
    path = Path(f"{name}.toml")
    write_preset(path)
    click.echo(f"{path} written; `livedshl play --preset {path}` plays it.")


def _list() -> None:
    from rich.console import Console
    from rich.table import Table

    from livedshl.performance.preset import load_preset, preset_names

    table = Table("preset", "what it is", "metre", "tempo", "key", "parts", box=None)
    for name in preset_names():
        preset = load_preset(name)
        parts = ", ".join(part.name for part in preset.parts)
        tempo = f"{preset.tempo_bpm:g}"
        table.add_row(name, preset.description, preset.metre, tempo, str(preset.key), parts)
    Console().print(table)
