"""Follows a received MIDI clock."""

from collections.abc import Callable, Iterator
from typing import Protocol

from livedshl.player.clock.pulses import PulseTracker
from livedshl.player.clock.source import next_in_bar
from livedshl.player.midi_clock import (
    CONTINUE,
    PULSE,
    PULSES_PER_STEP,
    SONG_POSITION,
    START,
    STOP,
    TICKS_PER_PULSE,
)
from livedshl.player.playback import Playback
from livedshl.units import beats_to_seconds

_HOLD_BEATS = 2  # how long the tempo is held when no pulses come
# A sender that continues where it stopped is at most this far from the music, with jitter: a 32nd.
_NEAR_TICKS = 3 * TICKS_PER_PULSE


class ClockInput(Protocol):
    """A MIDI input."""

    def receive(self) -> Iterator[tuple[bytes, float]]:
        """What has arrived since the last call, each with its time in seconds."""

    def close(self) -> None:
        """Closes it."""


class _ReopenableInput:
    """A MIDI input that can be opened again after its MIDI system has died."""

    def __init__(self, open_input: Callable[[], ClockInput]) -> None:
        self._open_input = open_input
        self._input = open_input()
        self._dead: list[ClockInput] = []  # closing them hangs, and crashes what is open

    def receive(self) -> Iterator[tuple[bytes, float]]:
        """What has arrived since the last call."""
        return self._input.receive()

    def reopen(self) -> None:
        """Opens it again. Raises OutputError."""
        opened = self._open_input()
        self._dead.append(self._input)
        self._input = opened

    def close(self) -> None:
        """Closes it."""
        self._input.close()


class _SenderSong:
    """Where the sender is in its own song, in pulses.

    pulse: the number of the next pulse. moved: whether the sender has jumped since it was last
    placed. placed: whether the music has taken its place beside it. offset: ticks from the
    sender's song to the music.
    """

    def __init__(self) -> None:
        self.pulse = 0
        self.moved = True
        self.placed = False
        self.offset = 0

    def jump(self, pulse: int) -> None:
        """The sender names its next pulse."""
        self.moved = self.moved or pulse != self.pulse
        self.pulse, self.placed = pulse, False

    def begin(self) -> None:
        """The sender starts from the top, even if it is there already."""
        self.pulse, self.moved = 0, True


class ClockFollower:
    """Starts on the bar, follows the pulses, and resumes on the beat that the pointer names.

    The sender counts its own song, and livedshl its own music. Both agree on the place in the bar.
    The music never goes back: after a jump it continues at the next tick with the same place in a
    bar. It waits where that is not composed yet, so a storm of jumps or pulses cannot drive it out
    of the composer's reach. If pulses cease without a stop, it plays on for two beats and then
    waits. Pulses before the start set the tempo; the first one after it is the downbeat (MIDI 1.0).
    """

    poll_s = 0.002

    def __init__(self, open_input: Callable[[], ClockInput], bar_ticks: int) -> None:
        self._bar_ticks = bar_ticks
        self._input = _ReopenableInput(open_input)
        self._tracker = PulseTracker(120.0)
        self._song = _SenderSong()
        self._begun = False  # whether livedshl is ready to play
        self._rolling = False  # whether the sender has been started
        self._resuming = False  # whether the next pulse is where the music is
        self._last_s: float | None = None  # when the last pulse arrived

    def begin(
        self, playback: Playback, tick: int, time_s: float, resuming: bool
    ) -> Iterator[bytes]:
        """Plays from the sender's next start on; resumes at once."""
        self._begun = True
        if self._last_s is None:
            self._tracker = PulseTracker(playback.transport.tempo_at(time_s))
            self._last_s = time_s
        playback.transport.rest(tick)
        if resuming:
            self._rolling = self._resuming = True
            yield from playback.start(tick, time_s)

    def poll(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Follows what has arrived; waits if nothing has arrived for two beats."""
        for message, time_s in self._input.receive():
            yield from self._take(playback, message, time_s)
        if not playback.transport.running or self._last_s is None:
            return
        if now - self._last_s > beats_to_seconds(_HOLD_BEATS, self._tracker.tempo_bpm):
            self._song.placed = False
            self._tracker.restart()
            yield from playback.pause(now)

    def set_tempo(self, playback: Playback, tick: float, tempo_bpm: float) -> None:
        """Sets the tempo to begin with; afterwards the pulses decide."""
        if not playback.transport.running:
            playback.transport.set_tempo(tick, tempo_bpm)

    def pause(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Does nothing: the sender stops the music."""
        yield from ()

    def go_on(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Does nothing: the sender starts the music."""
        yield from ()

    def resume(self, playback: Playback, gap_s: float) -> None:
        """Does nothing: the next pulses show where the sender is."""

    def reopen(self) -> None:
        """Opens the input again. Raises OutputError."""
        self._input.reopen()

    def close(self) -> None:
        """Closes the input."""
        self._input.close()

    def _take(self, playback: Playback, message: bytes, time_s: float) -> Iterator[bytes]:
        if message == PULSE:
            yield from self._advance(playback, time_s)
        elif message in (START, CONTINUE):
            if message == START:
                self._song.begin()
            self._song.placed = False
            self._rolling, self._resuming = True, False
            self._tracker.restart()
        elif message == STOP:
            self._rolling = False
            yield from playback.pause(time_s)
        elif message[0] == SONG_POSITION and len(message) == 3:
            self._song.jump((message[1] | message[2] << 7) * PULSES_PER_STEP)

    def _advance(self, playback: Playback, time_s: float) -> Iterator[bytes]:
        """Takes in a pulse."""
        song = self._song
        self._last_s = time_s
        lost = self._tracker.pulse(time_s)
        if not self._rolling:
            return
        if self._resuming:
            self._resuming = False
            song.pulse = round(playback.transport.tick_at(time_s) / TICKS_PER_PULSE)
            song.offset, song.moved = 0, False
        song_tick = (song.pulse + lost) * TICKS_PER_PULSE
        song.pulse += lost + 1
        if not self._begun:
            return
        time_s, tempo_bpm = self._tracker.time_s, self._tracker.tempo_bpm
        tick = song_tick + song.offset
        if song.placed and playback.is_composed(tick):
            playback.transport.follow(tick, time_s, tempo_bpm)
            return
        song.placed = False
        at = playback.transport.tick_at(time_s)
        elsewhere = song.moved or abs(at - tick) > _NEAR_TICKS
        if elsewhere:
            tick = round(next_in_bar(max(at, playback.sent_tick), song_tick, self._bar_ticks))
        if not playback.is_composed(tick):
            return  # the next pulse tries again
        song.placed, song.moved = True, False
        song.offset = tick - song_tick
        yield from playback.follow(tick, time_s, tempo_bpm, skips=elsewhere)
