"""`livedshl ports`."""

import click


@click.command()
def ports() -> None:
    """List the MIDI ports for `play`, and what `play` would use by itself."""
    from livedshl.outputs.choice import choose_output
    from livedshl.outputs.midi import input_names, output_names

    for number, name in enumerate(output_names()):
        click.echo(f"{number}: {name}")
    inputs = input_names()
    if inputs:
        click.echo("Inputs, for --sync-port and --control-port:")
    for number, name in enumerate(inputs):
        click.echo(f"{number}: {name}")
    click.echo(choose_output(port=None, synth=False, soundfont=None).reason, err=True)
