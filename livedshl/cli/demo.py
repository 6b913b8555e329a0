"""`livedshl demo`."""

import threading

import click

from livedshl.cli.heap import share_one_heap
from livedshl.cli.options import port_option
from livedshl.cli.parameters import Number
from livedshl.cli.single_keys import watch_for_key
from livedshl.cli.status import StatusLine
from livedshl.errors import LivedshlError, OutputError
from livedshl.live.hearing import Hearing
from livedshl.live.session import Session
from livedshl.outputs.choice import OutputKind, choose_output
from livedshl.performance.answer import check_networks
from livedshl.surfaces.tour import TOUR, lead, tour_settings


@click.command()
@port_option
@click.option("--seed", type=Number(0, whole=True), default=1, show_default=True, metavar="N",
              help="Another number, another tour.")  # fmt: skip
def demo(port: str | None, seed: int) -> None:
    """Take a tour of three minutes: styles, your chords, an answer, hold.

    It plays where `livedshl play` does, and says what it does. q leaves at once, Ctrl-C at the next
    cadence.
    """
    share_one_heap()
    output = choose_output(port, False, None, False)
    if output.kind is OutputKind.NOWHERE:
        raise OutputError("nobody would hear it", remedy="`livedshl doctor` says what is missing")
    settings = tour_settings(seed)
    check_networks(settings)
    left = threading.Event()
    with StatusLine() as status:

        def begin(hearing: Hearing) -> None:
            status.tell(hearing.reason)
            status.tell("The tour takes three minutes. q leaves it.")

        def guide() -> None:
            try:
                lead(session, TOUR, status.tell, left.is_set)
            except LivedshlError as error:
                status.tell(str(error))

        session = Session(settings, output, progress=status.progress, on_begin=begin)
        threading.Thread(target=guide, name="tour", daemon=True).start()
        try:
            with watch_for_key("q", session.stop):
                status.report(session.run())
        finally:
            left.set()
