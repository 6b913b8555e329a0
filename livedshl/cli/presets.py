"""`livedshl presets`."""

import click


@click.command()
def presets() -> None:
    """List the presets that ship."""
    from rich.console import Console
    from rich.table import Table

    from livedshl.live.preset import load_preset, preset_names

    table = Table("preset", "what it is", "metre", "tempo", "key", "parts", box=None)
    for name in preset_names():
        preset = load_preset(name)
        parts = ", ".join(part.name for part in preset.parts)
        tempo = f"{preset.tempo_bpm:g}"
        table.add_row(name, preset.description, preset.metre, tempo, str(preset.key), parts)
    Console().print(table)
