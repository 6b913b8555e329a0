"""A performance that only writes down how it is steered."""

from dataclasses import replace

from livedshl.live.hearing import Hearing
from livedshl.live.snapshot import Snapshot
from livedshl.music import GRIDS
from livedshl.outputs.choice import Output, OutputKind
from livedshl.performance.command_checks import checked
from livedshl.performance.commands import Command
from livedshl.performance.preset import load_preset
from livedshl.performance.steering import Band, Steering
from livedshl.player.clock.source import Sync
from livedshl.player.lateness import Lateness

PRESET = load_preset("session")
SNAPSHOT = Snapshot(
    tick=0,
    quarter_bpm=108.0,
    grid=GRIDS["4/4"],
    sync=Sync.INTERNAL,
    latency_ms=0.0,
    steering=Steering(108.0, PRESET.key, 0.25, Band.of(PRESET)),
    chunks=(),
    chords=(),
    lateness=Lateness.opened(""),
    hearing=Hearing(Output(OutputKind.PORT, "IAC Bus", "")),
)


class Steered:
    """Takes every command that can be obeyed into `commands`."""

    def __init__(self, begun: bool = True) -> None:
        self.commands: list[Command] = []
        self.seen = SNAPSHOT if begun else None

    def send(self, command: Command) -> Command:
        self.commands.append(checked(command, SNAPSHOT.steering.band.names, PRESET.key.mode))
        return self.commands[-1]

    def snapshot(self) -> Snapshot | None:
        return self.seen

    def becomes(self, **steering: object) -> None:
        """Lets the steering be seen to have changed."""
        self.seen = replace(SNAPSHOT, steering=replace(SNAPSHOT.steering, **steering))
