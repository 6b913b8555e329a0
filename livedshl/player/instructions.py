"""Carries out what the main process asks of the player."""

import time
from contextlib import suppress
from math import ceil

from livedshl.errors import LivedshlError
from livedshl.midi.message import event_message
from livedshl.player.clock.source import Follower
from livedshl.player.playback import Playback
from livedshl.player.port_names import PortNames
from livedshl.player.protocol import RECORD, Instruction, name_part
from livedshl.player.recovery import RecoveringOutput

_REMEMBERED_S = 5.0  # how long past tempi are kept: longer than any latency


class Interpreter:
    """Applies instructions to the playback, the follower and the output.

    supplied_s: deadlines before this were missed by the composer, not by the clock.
    has_quit: whether the player has been told to leave.
    """

    def __init__(
        self,
        playback: Playback,
        follower: Follower,
        output: RecoveringOutput,
        names: PortNames,
    ) -> None:
        self.supplied_s = 0.0
        self.has_quit = False
        self._playback = playback
        self._follower = follower
        self._output = output
        self._names = names

    def obey_all(self, records: bytes) -> None:
        """Carries out whole records, in order."""
        scheduler = self._playback.scheduler
        for tick, kind, status, data1, data2, value in RECORD.iter_unpack(records):
            if kind == Instruction.EVENT:
                scheduler.push(tick, event_message(status, data1, data2))
            elif kind == Instruction.SOUNDING:
                scheduler.notes.adopt(event_message(status, data1, data2))
            else:
                self._obey(kind, tick, status, value)

    def _obey(self, kind: int, tick: int, status: int, value: int) -> None:
        playback, output = self._playback, self._output
        now = time.perf_counter()
        if kind == Instruction.HORIZON:
            if playback.scheduler.starved:
                self.supplied_s = now
            playback.scheduler.extend_horizon(tick)
        elif kind == Instruction.TEMPO:
            if playback.transport.running:  # a change in the past would make the position jump
                playback.transport.forget_before(now - _REMEMBERED_S)
                tick = max(tick, ceil(playback.transport.tick_at(now)))
            self._follower.set_tempo(playback, tick, value / 1000)
        elif kind == Instruction.LATENCY:
            playback.latency_s = value / 1e6
        elif kind == Instruction.START:
            time_s, resuming = now + value / 1e6, bool(status)
            output.send_all(self._follower.begin(playback, tick, time_s, resuming))
        elif kind == Instruction.PAUSE:
            change = self._follower.pause if value else self._follower.go_on
            output.send_all(change(playback, now))
        elif kind == Instruction.FINISH:
            playback.finish_tick = tick
            playback.scheduler.extend_horizon(tick + 1)
        elif kind == Instruction.DISCARD:
            playback.finish_tick = None
            output.send_all(playback.scheduler.discard(tick))
        elif kind == Instruction.RELEASE:
            output.send_all(playback.scheduler.notes.release())
        elif kind == Instruction.PANIC:
            output.send_all(playback.scheduler.notes.release(ever_played=True))
        elif kind == Instruction.FOLLOW:
            with suppress(LivedshlError):  # it has gone again; another instruction will follow
                self._follower.reopen()
        elif kind == Instruction.GONE:
            if value:
                output.lose_system()
            else:
                output.lose(playback.scheduler.notes.release())
        elif kind == Instruction.HEARD:
            output.silence_speakers(bool(value))
        elif kind == Instruction.REOPEN:
            output.reopen_at(now)
        elif kind in (Instruction.OUTPUT_NAME, Instruction.CLOCK_NAME):
            is_clock = kind == Instruction.CLOCK_NAME
            self._names.take(is_clock, name_part(tick, status), bool(value))
        elif kind == Instruction.QUIT:
            self.has_quit = True
