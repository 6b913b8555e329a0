"""Tells the player what happens to the ports it uses."""

import logging

from livedshl.live.player_handle import PlayerHandle
from livedshl.live.port_watcher import PortWatcher
from livedshl.outputs.choice import Output, OutputKind
from livedshl.outputs.port_news import PortKind, PortNews
from livedshl.player.clock.source import ClockSettings
from livedshl.player.protocol import Instruction

log = logging.getLogger(__name__)

_KINDS = {OutputKind.PORT: PortKind.OUTPUT, OutputKind.VIRTUAL: PortKind.VIRTUAL}


class PlayerPorts:
    """The port that the player plays to, and the one its clock comes from."""

    def __init__(self, handle: PlayerHandle, output: Output, clock: ClockSettings) -> None:
        self._handle = handle
        self._output = output
        self._clock_port = clock.port
        self._away = False
        self._clock_away = False  # and nothing but an instruction opens it again

    def watch(self, watcher: PortWatcher) -> None:
        """Has the ports watched from now on."""
        if kind := _KINDS.get(self._output.kind):
            watcher.watch(kind, self._output.name, self._hear_of_output)
        if self._clock_port:
            watcher.watch(PortKind.INPUT, self._clock_port, self._hear_of_clock)

    def _hear_of_output(self, news: PortNews) -> None:
        if news is PortNews.THERE:
            self._away = False
            self._handle.instruct(Instruction.REOPEN)
            return
        if not (self._away or self._handle.leaving):
            log.warning("%s has gone; the music carries on until it is back", self._output.name)
        self._away = True
        self._handle.instruct(Instruction.GONE, value=news is PortNews.DIED)

    def _hear_of_clock(self, news: PortNews) -> None:
        """If a MIDI system died, the player reopens the clock's input along with its output."""
        if news is PortNews.THERE and self._clock_away:
            self._handle.instruct(Instruction.FOLLOW)
        reopens_alone = news is PortNews.DIED and self._output.kind in _KINDS
        self._clock_away = news is not PortNews.THERE and not reopens_alone
        if self._clock_away and not self._handle.leaving:
            log.warning("%s has gone; it is followed again when it is back", self._clock_port)
