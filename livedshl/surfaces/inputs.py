"""Opens what steers a session and what plays along: a controller, OSC and a keyboard."""

from collections.abc import Callable
from contextlib import ExitStack

from livedshl.live.port_watcher import PortWatcher
from livedshl.live.session import Session


def open_inputs(
    opened: ExitStack,
    session: Session,
    watcher: PortWatcher,
    tell: Callable[[str], None],
    control_port: str | None,
    osc_port: int | None,
    listen: str | None,
) -> Callable[..., str]:
    """Opens the inputs that are wanted, for as long as `opened`. Returns what lets a knob learn.

    tell: shows the user a line. control_port, listen: MIDI inputs by name, "" for a new virtual
    one, None for none. osc_port: a UDP port. Without a controller, a virtual input is made when
    somebody first wants to learn. Raises OutputError or ControllerError.
    """

    # Each is loaded only where it is asked for: the first note need not wait for it.
    def open_control(name: str) -> Callable[..., str]:
        from livedshl.surfaces.midi_control import MidiControl

        return opened.enter_context(MidiControl(name, session, watcher, tell)).learn

    if control_port is None:
        learn = _learning_on_demand(lambda: open_control(""))
    else:
        learn = open_control(control_port)
    if osc_port:
        from livedshl.surfaces.osc import OscServer

        opened.enter_context(OscServer(osc_port, session, tell))
    if listen is not None:
        from livedshl.live.listener import Listener

        opened.enter_context(Listener(listen, session, watcher, tell))
    return learn


def _learning_on_demand(open_control: Callable[[], Callable[..., str]]) -> Callable[..., str]:
    """MIDI learn that makes its virtual input when somebody first wants to learn."""
    learn: Callable[..., str] | None = None

    def learn_now(*gestures: object) -> str:
        nonlocal learn
        if learn:
            return learn(*gestures)
        learn = open_control()
        return f"Connect your controller to livedshl-control. {learn(*gestures)}"

    return learn_now
