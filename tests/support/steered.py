"""A performance that only writes down how it is steered."""

from dataclasses import replace

from livedshl.live.overview import Overview
from livedshl.music import GRIDS
from livedshl.performance.commands import Band, Control, Steering, check
from livedshl.performance.preset import load_preset
from livedshl.player.clock.source import Sync
from livedshl.player.lateness import Lateness

PRESET = load_preset("session")
OVERVIEW = Overview(
    tick=0,
    quarter_bpm=108.0,
    grid=GRIDS["4/4"],
    sync=Sync.INTERNAL,
    latency_ms=0.0,
    steering=Steering(108.0, PRESET.key, 0.25, Band.of(PRESET)),
    chunks=(),
    chords=(),
    lateness=Lateness.opened(""),
)


class Steered:
    """Takes every control that can be obeyed into `controls`."""

    def __init__(self, begun: bool = True) -> None:
        self.controls: list[Control] = []
        self.seen = OVERVIEW if begun else None

    def control(self, control: Control) -> None:
        check(control, OVERVIEW.steering.band.names, PRESET.key.mode)
        self.controls.append(control)

    def overview(self) -> Overview | None:
        return self.seen

    def becomes(self, **steering: object) -> None:
        """Lets the steering be seen to have changed."""
        self.seen = replace(OVERVIEW, steering=replace(OVERVIEW.steering, **steering))
