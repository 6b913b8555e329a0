"""The player process: the clock and the output, nothing else.

`livedshl.live.performer` starts it as `python -m livedshl.player.process ARGUMENT...`, or takes
one that `livedshl.player.ahead` has started to wait for them. It has a process of its own because,
within one Python process, another thread's loop delays the clock by milliseconds and a garbage
collection by hundreds of them. It decides nothing: it sends each event at its time. When the pipe
from the main process breaks, for whatever reason, it switches off every note and leaves.
"""

import gc
import json
import os
import select
import signal
import sys
import time
from contextlib import suppress

from livedshl.errors import LivedshlError
from livedshl.outputs.opening import Port, open_output
from livedshl.player.clock.opening import open_follower
from livedshl.player.clock.source import Follower
from livedshl.player.instructions import Interpreter
from livedshl.player.lateness import Lateness
from livedshl.player.pipes import InstructionPipe, ReplyPipe
from livedshl.player.playback import Playback
from livedshl.player.port_names import PortNames
from livedshl.player.protocol import (
    WAIT,
    WAIT_WITH_SOUND,
    Reply,
    parse_arguments,
    read_arguments,
)
from livedshl.player.realtime import take_realtime_priority
from livedshl.player.recovery import RecoveringOutput

# The clock sleeps until this long before a deadline, then it spins. With a single processor,
# spinning would hold up the very process that must deliver.
SPIN_S = 0.001 if (os.cpu_count() or 1) > 1 else 0.0
# A turn takes 50 ms at most. After this long, the process or the whole machine was suspended.
_JUMP_S = 1.0
_SPEAKERS_S = 0.25  # the first note waits so long for a synthesiser that is still being opened


class Player:
    """Plays the instructions that arrive, and replies.

    follower: who drives the clock. lateness: where every event's lateness is counted.
    realtime: the scheduling class, for the report. names: what the ports are called.
    """

    def __init__(
        self,
        output: RecoveringOutput,
        follower: Follower,
        playback: Playback,
        instructions: InstructionPipe,
        replies: ReplyPipe,
        lateness: Lateness,
        realtime: str,
        names: PortNames,
    ) -> None:
        self._output = output
        self._follower = follower
        self._playback = playback
        self._instructions = instructions
        self._interpreter = Interpreter(playback, follower, output, names)
        self._replies = replies
        self._lateness = lateness
        self._realtime = realtime
        self._turned_s = time.perf_counter()
        self._jumps = 0

    def stop(self) -> None:
        """Ends `run` at its next turn."""
        self._interpreter.has_quit = True

    def run(self) -> None:
        """Plays until told to leave. However it ends, every note is switched off."""
        self._replies.send(Reply.READY)
        unreleased = unsent_tick = 0
        try:
            while not (self._interpreter.has_quit or self._playback.finished):
                self._turn()
        finally:
            unreleased = self._playback.scheduler.notes.sounding
            unsent_tick = self._playback.unsent_tick(time.perf_counter())
            self._output.send_all(self._playback.leave())
            self._output.close(rings=self._playback.finished)
            self._follower.close()  # after what makes a sound, as in `RecoveringOutput.close`
        self._report(unreleased, unsent_tick)

    def _turn(self) -> None:
        """Waits for the next deadline or instruction, whichever comes first, and acts on it."""
        now = time.perf_counter()
        if now - self._turned_s > _JUMP_S:
            self._jumps += 1
            self._follower.resume(self._playback, now - self._turned_s)
        self._turned_s = now
        self._output.send_all(self._follower.poll(self._playback, now))
        deadline = self._playback.deadline()
        if deadline is not None and deadline - now <= SPIN_S:
            self._play(deadline)
            return
        until = self._replies.position_due_s
        if deadline is not None:
            until = min(until, deadline - SPIN_S)
        wait_s = max(0.0, min(until, now + self._follower.poll_s) - now)
        if select.select([self._instructions], [], [], wait_s)[0]:
            self._read_instructions()
        if self._output.is_to_reopen(now):
            self._reopen()
        self._replies.send_position(self._playback.transport)

    def _play(self, deadline: float) -> None:
        """Sends what is due at a deadline that is at most `SPIN_S` away, or has passed."""
        messages = list(self._playback.due(max(deadline, time.perf_counter())))
        while time.perf_counter() < deadline:
            pass
        self._output.send_all(messages)
        if deadline >= self._interpreter.supplied_s:
            self._lateness.add(time.perf_counter() - deadline)

    def _read_instructions(self) -> None:
        records = self._instructions.read()
        if records is None:
            self.stop()
        else:
            self._interpreter.obey_all(records)

    def _reopen(self) -> None:
        """Tries to open the port again; the music has gone on meanwhile.

        The device behind it may still be sounding, or may have been switched off and on. So it
        gets what releases every note, and its programs.
        """
        reopened = self._output.reopen(self._follower)
        self._turned_s = time.perf_counter()  # opening may have taken long, but was no suspension
        if reopened:
            scheduler = self._playback.scheduler
            self._output.send_all(scheduler.notes.release(ever_played=True))
            self._output.send_all(scheduler.notes.instruments())
            self._replies.send(Reply.REOPENED)

    def _report(self, unreleased: int, unsent_tick: int) -> None:
        scheduler = self._playback.scheduler
        report = {
            "realtime": self._realtime,
            "underruns": scheduler.underruns,
            "dropped": scheduler.dropped,
            "notes": scheduler.notes.sent,
            "unreleased": unreleased,
            "jumps": self._jumps,
            "sound_dropouts": self._output.dropouts,
        }
        self._replies.send_last(Reply.REPORT, unsent_tick, json.dumps(report).encode())


def main() -> None:
    """Runs the player on standard input and output; the arguments say what to open."""
    source, sink = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # whatever a library prints must not end up among the replies
    for name in ("SIGINT", "SIGHUP"):  # the main process decides what they mean
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    arguments = sys.argv[1:]
    if arguments[0] in (WAIT, WAIT_WITH_SOUND):
        arguments = _awaited_arguments(source, arguments[0] == WAIT_WITH_SOUND)
    if not arguments:
        return
    kind, name, clock, tempo_bpm, lateness, soundfont = parse_arguments(arguments)
    names = PortNames(name, clock.port)
    playback = Playback(clock.sends_clock, clock.speed)
    playback.latency_s = clock.latency_s
    replies = ReplyPipe(sink)
    speakers = None
    if soundfont:
        from livedshl.outputs.speakers import Speakers  # most outputs need none

        speakers = Speakers(soundfont, replies.send_of_speakers)
    try:
        # What makes a sound opens last, for the reason that `RecoveringOutput.close` gives.
        follower = open_follower(clock, tempo_bpm, names)
        port = open_output(kind, name, replies.send_of_speakers)
    except LivedshlError as error:
        fields = {"what": error.what, "where": error.where, "remedy": error.remedy}
        replies.send(Reply.FAILED, text=json.dumps(fields).encode())
        os._exit(1)  # a synthesiser may still be opening
    if speakers:
        speakers.begin(_SPEAKERS_S)
    if sys.platform != "win32":  # Windows pipes cannot; the main process reads them on a thread
        os.set_blocking(sink, False)
    gc.collect()
    gc.freeze()
    gc.disable()
    realtime = take_realtime_priority()  # last, so that the outputs' threads do not get it

    def open_again() -> Port:
        return open_output(kind, names.output, replies.send_of_speakers, tries=1)

    player = Player(
        RecoveringOutput(port, open_again, replies, speakers),
        follower,
        playback,
        InstructionPipe(source),
        replies,
        Lateness.opened(lateness),
        realtime,
        names,
    )
    signal.signal(signal.SIGTERM, lambda number, frame: player.stop())
    player.run()
    os._exit(0)  # without closing what belongs to a MIDI system that died


def _awaited_arguments(source: int, sounds: bool) -> list[str]:
    """Loads what the output will need, then waits for the arguments; none if nobody plays."""
    from livedshl.outputs.rtmidi_binding import load_rtmidi

    with suppress(LivedshlError):  # what needs it will say so
        load_rtmidi()
        if sounds:
            from livedshl.outputs.synth import load_ahead

            load_ahead()
    return read_arguments(source)


if __name__ == "__main__":
    main()
