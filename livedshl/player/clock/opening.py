"""Opens the follower that the clock settings ask for.

Each is imported only when it is opened, because the first note waits for it.
"""

from livedshl.outputs.midi_systems import CLIENT_NAME
from livedshl.outputs.ports import open_input
from livedshl.player.clock.source import ClockSettings, Follower, Internal, Sync
from livedshl.player.port_names import PortNames

OWN_NAME = f"{CLIENT_NAME}-clock"


def open_follower(settings: ClockSettings, tempo_bpm: float, names: PortNames) -> Follower:
    """Opens what `settings.sync` needs. Raises OutputError or MissingDependencyError.

    tempo_bpm: the tempo of a Link session with nobody else in it, or of JACK transport where no
    other program is its timebase master.
    """
    match settings.sync:
        case Sync.CLOCK:
            from livedshl.player.clock.midi import ClockFollower

            return ClockFollower(lambda: open_input(names.clock, OWN_NAME), settings.bar_ticks)
        case Sync.LINK:
            from livedshl.player.clock.link import LinkFollower

            return LinkFollower(tempo_bpm, settings.bar_ticks)
        case Sync.JACK:
            from livedshl.player.clock.jack import JackFollower

            return JackFollower(tempo_bpm, settings.bar_ticks)
        case Sync.INTERNAL:
            return Internal(settings)
