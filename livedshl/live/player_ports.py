"""Tells the player what happens to the ports it uses."""

import logging
from dataclasses import replace

from livedshl.live.player_handle import PlayerHandle
from livedshl.live.port_watcher import PortWatcher, unseen_line
from livedshl.outputs.choice import Output, OutputKind
from livedshl.outputs.port_news import PortKind, PortNews
from livedshl.player.clock.source import ClockSettings
from livedshl.player.protocol import Instruction

log = logging.getLogger(__name__)

_KINDS = {OutputKind.PORT: PortKind.OUTPUT, OutputKind.VIRTUAL: PortKind.VIRTUAL_OUTPUT}
_SPEAKERS_NEWS = {
    True: "A program listens to %s: the speakers fall silent",
    False: "Nobody listens to %s any more: the speakers sound again",
}
_LISTENED = {PortNews.HEARD: True, PortNews.UNHEARD: False, PortNews.UNCLEAR: None}


class PlayerPorts:
    """The port that the player plays to, and the one its clock comes from.

    output: with the name it has now. away: whether it has gone. heard: whether a program listens
    to livedshl's own port; None where nobody knows.
    """

    def __init__(self, handle: PlayerHandle, output: Output, clock: ClockSettings) -> None:
        self._handle = handle
        self.output = output
        self._clock_port = clock.port
        self.away = False
        self.heard: bool | None = None
        self._clock_away = False  # and nothing but an instruction opens it again

    def watch(self, watcher: PortWatcher) -> None:
        """Has the ports watched from now on."""
        if kind := _KINDS.get(self.output.kind):
            watcher.watch(kind, self.output.name, self._hear_of_output)
        if self._clock_port:
            watcher.watch(PortKind.INPUT, self._clock_port, self._hear_of_clock)

    def _hear_of_output(self, news: PortNews, name: str) -> None:
        if news in _LISTENED:
            self._hear_of_listeners(_LISTENED[news])
            return
        if news is PortNews.UNSEEN:
            log.warning("%s", unseen_line(name))
            return
        if name != self.output.name:
            self._call_output(name, news)
        if news is PortNews.RENAMED:
            return
        if news is PortNews.THERE:
            self.away = False
            self._handle.instruct(Instruction.REOPEN)
            return
        if not (self.away or self._handle.leaving):
            log.warning("%s has gone; the music carries on until it is back", self.output.name)
        self.away = True
        self._hear_of_listeners(None)
        self._handle.instruct(Instruction.GONE, value=news is PortNews.DIED)

    def _call_output(self, name: str, news: PortNews) -> None:
        if news is PortNews.RENAMED:
            log.warning("%s is called %s now", self.output.name, name)
        reason = self.output.reason.replace(self.output.name, name)
        self.output = replace(self.output, name=name, reason=reason)
        self._handle.rename(Instruction.OUTPUT_NAME, name)

    def _hear_of_listeners(self, heard: bool | None) -> None:
        """The speakers fall silent while a program listens to the port."""
        if self.output.speakers and bool(heard) != bool(self.heard):
            self._handle.set(Instruction.HEARD, 0, bool(heard))
            log.warning(_SPEAKERS_NEWS[bool(heard)], self.output.name)
        self.heard = heard

    def _hear_of_clock(self, news: PortNews, name: str) -> None:
        """If a MIDI system died, the player reopens the clock's input along with its output."""
        if news is PortNews.UNSEEN:
            log.warning("%s", unseen_line(name))
            return
        if name != self._clock_port:
            if news is PortNews.RENAMED:
                log.warning("%s is called %s now", self._clock_port, name)
            self._clock_port = name
            self._handle.rename(Instruction.CLOCK_NAME, name)
        if news is PortNews.RENAMED:
            return
        if news is PortNews.THERE and self._clock_away:
            self._handle.instruct(Instruction.FOLLOW)
        reopens_alone = news is PortNews.DIED and self.output.kind in _KINDS
        self._clock_away = news is not PortNews.THERE and not reopens_alone
        if self._clock_away and not self._handle.leaving:
            log.warning("%s has gone; it is followed again when it is back", self._clock_port)
