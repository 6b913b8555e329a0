"""`livedshl ports`."""

import click

from livedshl.cli.printing import say
from livedshl.cli.status import StatusLine
from livedshl.errors import LivedshlError
from livedshl.outputs.choice import choose_output
from livedshl.outputs.ports import input_names, output_names


@click.command()
def ports() -> None:
    """List the MIDI ports, and show what `play` would use without options."""
    try:
        outputs, inputs = output_names(), input_names()
    except LivedshlError:  # the choice below gives the reason
        outputs, inputs = [], []
    for number, name in enumerate(outputs):
        say(f"{number}: {name}")
    if inputs:
        click.echo("Inputs, for --sync-port, --control-port and --listen:")
    for number, name in enumerate(inputs):
        say(f"{number}: {name}")
    StatusLine().tell(choose_output(port=None, synth=False, soundfont=None).reason)
