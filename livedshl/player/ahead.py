"""Starts a player before anybody knows what it will play.

Starting Python and loading RtMidi and FluidSynth takes as long as loading what composes. Side by
side they take the first note 0.2 s less.
"""

import subprocess
from dataclasses import dataclass

from livedshl.player.lateness import Lateness
from livedshl.player.processes import module_command, start_process

PLAYER_MODULE = "livedshl.player.process"

_ahead: "list[PlayerAhead]" = []  # one at most


@dataclass(frozen=True, slots=True)
class PlayerAhead:
    """A player that waits for its arguments; it leaves when its standard input ends."""

    process: "subprocess.Popen[bytes]"
    lateness: Lateness


def start_player_ahead() -> None:
    """Starts a player for whoever asks `player_ahead` first."""
    lateness = Lateness.shared()
    process = start_process(module_command(PLAYER_MODULE, []), lateness.inherited)
    _ahead.append(PlayerAhead(process, lateness))


def player_ahead() -> PlayerAhead | None:
    """The player that was started ahead, once; None without one."""
    return _ahead.pop() if _ahead else None
