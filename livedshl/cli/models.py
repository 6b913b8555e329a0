"""`livedshl models`."""

import click


@click.command()
def models() -> None:
    """List the bundles that ship, the music that `--model` chooses from."""
    from rich.console import Console
    from rich.table import Table

    from livedshl.index.bundle import read_manifest, shipped_bundles

    table = Table("model", "tunes", "segments", "codes", "follow", "sources", box=None)
    for name, folder in shipped_bundles().items():
        manifest = read_manifest(folder)
        sources = "\n".join(corpus["title"] for corpus in manifest["corpora"])
        codes = f"{manifest['length']} of {manifest['symbols']}"
        follow = f"{manifest['follow_beats']} beats"
        table.add_row(
            name, str(manifest["tunes"]), str(manifest["segments"]), codes, follow, sources
        )
    Console().print(table)
