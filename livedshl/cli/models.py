"""`livedshl models`."""

import click


@click.command()
def models() -> None:
    """List the bundles that ship, the music that `--model` chooses from."""
    from rich.console import Console
    from rich.table import Table

    from livedshl.index.bundle import kind_manifests, shipped_bundles

    table = Table("model", "kind", "tunes", "segments", "codes", "follow", "sources", box=None)
    for name, folder in shipped_bundles().items():
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
    Console().print(table)
