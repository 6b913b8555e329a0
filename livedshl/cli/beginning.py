"""What `livedshl play` says when the music begins and when it heads for its end."""

from collections.abc import Sequence

from livedshl.cli.status import StatusLine
from livedshl.live.hearing import Hearing
from livedshl.performance.commands import End
from livedshl.performance.settings import Settings
from livedshl.player.clock.source import ClockSettings, Sync


def announce(
    status: StatusLine,
    settings: Settings,
    hearing: Hearing,
    clock: ClockSettings,
    told: Sequence[str],
) -> None:
    """Says where the music goes, what it waits for, and how to end it. told: lines before that."""
    for line in (hearing.reason, *told):
        status.tell(line)
    if clock.sync is Sync.CLOCK:
        port = clock.port or "the virtual input livedshl-clock"
        status.tell(f"Waiting for MIDI clock and Start on {port}.")
    if clock.sync is Sync.LINK:
        status.tell(
            "Joining the Ableton Link session of this network at its next bar and tempo. "
            f"If there is no session, livedshl starts one at {settings.tempo_bpm:g} BPM."
        )
    if clock.sync is Sync.JACK:
        status.tell("Waiting for JACK transport to roll: press play in a program that shares it.")
    status.tell(f"Seed {settings.seed}. Press Ctrl-C to end on a cadence, twice to stop now.")


def ending_line() -> str:
    """That the music heads for its end, and what stops it at once."""
    from livedshl.surfaces.announcement import announced  # late: the first note needs none

    return f"{announced(End())} (Ctrl-C again stops now)."
