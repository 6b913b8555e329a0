"""`livedshl ports`."""

import click


@click.command()
def ports() -> None:
    """List the MIDI ports that `--port` chooses from, and what `play` would use by itself."""
    from livedshl.outputs.choice import choose_output
    from livedshl.outputs.midi import output_names

    for number, name in enumerate(output_names()):
        click.echo(f"{number}: {name}")
    click.echo(choose_output(port=None, synth=False, soundfont=None).reason, err=True)
