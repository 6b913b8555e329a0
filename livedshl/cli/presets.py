"""`livedshl presets`."""

import click


@click.command()
def presets() -> None:
    """List the presets that ship."""
    from rich.console import Console
    from rich.table import Table

    from livedshl.live.preset import load_preset, preset_names
    from livedshl.music.chords import NOTE_NAMES

    table = Table("preset", "what it is", "tempo", "key", "parts", box=None)
    for name in preset_names():
        preset = load_preset(name)
        parts = ", ".join(part.name for part in preset.parts)
        tempo, key = f"{preset.tempo_bpm:g}", NOTE_NAMES[preset.tonic]
        table.add_row(name, preset.description, tempo, key, parts)
    Console().print(table)
