"""Starts a player before anybody knows what it will play.

Starting Python and loading RtMidi and FluidSynth takes as long as loading what composes. Side by
side they take the first note 0.2 s less.
"""

import subprocess
from dataclasses import dataclass

from livedshl.player.lateness import Lateness
from livedshl.player.processes import module_command, start_process
from livedshl.player.protocol import WAIT, WAIT_WITH_SOUND

PLAYER_MODULE = "livedshl.player.process"

_ahead: "list[PlayerAhead]" = []  # one at most


@dataclass(frozen=True, slots=True)
class PlayerAhead:
    """A player that waits for its arguments; it leaves when its standard input ends."""

    process: "subprocess.Popen[bytes]"
    lateness: Lateness


def start_player_ahead(sounds: bool) -> None:
    """Starts a player for whoever asks `player_ahead` first; end it with `end_player_ahead`.

    sounds: loads the synthesiser as well, which takes 2 MiB.
    """
    lateness = Lateness.shared()
    command = module_command(PLAYER_MODULE, [WAIT_WITH_SOUND if sounds else WAIT])
    process = start_process(command, lateness.inherited)
    _ahead.append(PlayerAhead(process, lateness))


def end_player_ahead() -> None:
    """Ends the player if nobody asked for it."""
    if unused := player_ahead():
        unused.process.kill()  # it has opened nothing yet
        unused.process.communicate()
        unused.lateness.close()


def player_ahead() -> PlayerAhead | None:
    """The player that was started ahead, once; None without one."""
    return _ahead.pop() if _ahead else None
