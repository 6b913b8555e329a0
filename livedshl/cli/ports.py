"""`livedshl ports`."""

import click


@click.command()
def ports() -> None:
    """List the MIDI ports for `play`, and what `play` would use by itself."""
    from livedshl.errors import LivedshlError
    from livedshl.outputs.choice import choose_output
    from livedshl.outputs.ports import input_names, output_names

    try:
        outputs, inputs = output_names(), input_names()
    except LivedshlError:  # which the choice below tells
        outputs, inputs = [], []
    for number, name in enumerate(outputs):
        click.echo(f"{number}: {name}")
    if inputs:
        click.echo("Inputs, for --sync-port, --control-port and --listen:")
    for number, name in enumerate(inputs):
        click.echo(f"{number}: {name}")
    click.echo(choose_output(port=None, synth=False, soundfont=None).reason, err=True)
