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
# So far from the music, jitter included, is a sender that goes on where it stopped: a 32nd.
_NEAR_TICKS = 3 * TICKS_PER_PULSE


class ClockInput(Protocol):
    """A MIDI input."""

    def receive(self) -> Iterator[tuple[bytes, float]]:
        """What has come since the last call, with the seconds at which it came."""

    def close(self) -> None:
        """Closes it."""


class ClockFollower:
    """Starts on the bar, follows the pulses, and resumes on the beat that the pointer names.

    The sender counts its song, livedshl its own music; both agree on the place in the bar, and the
    music never goes back: after a jump it goes on at the next tick at the same place of a bar.
    When pulses cease without a stop, it plays on for two beats, as if they still came, and waits.
    Pulses before the start tell the tempo; the first one after it is the downbeat (MIDI 1.0).
    """

    poll_s = 0.002

    def __init__(self, open_input: Callable[[], ClockInput], bar_ticks: int) -> None:
        self._open_input = open_input
        self._bar_ticks = bar_ticks
        self._input = open_input()
        self._dead: list[ClockInput] = []  # closing them hangs, and crashes what is open
        self._tracker = PulseTracker(120.0)
        self._begun = False  # whether livedshl is ready to play
        self._rolling = False  # whether the sender has been started
        self._moved = True  # whether the sender has named another position than it was at
        self._placed = False  # whether the music has taken its place by the sender's position
        self._resuming = False  # whether the sender is where the music is, at the next pulse
        self._pulse = 0  # the number, in the sender's song, of the pulse to come
        self._offset = 0  # ticks from the sender's song to the music
        self._last_s: float | None = None  # when the last pulse came

    def begin(
        self, playback: Playback, tick: int, time_s: float, resuming: bool
    ) -> Iterator[bytes]:
        """Plays from the sender's next start on; where it is to resume, at once."""
        self._begun = True
        if self._last_s is None:
            self._tracker = PulseTracker(playback.transport.tempo_at(time_s))
            self._last_s = time_s
        playback.transport.rest(tick)
        if resuming:
            self._rolling = self._resuming = True
            yield from playback.start(tick, time_s)

    def poll(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Obeys what has come; waits when nothing has come for two beats."""
        for message, time_s in self._input.receive():
            yield from self._take(playback, message, time_s)
        if not playback.transport.running or self._last_s is None:
            return
        if now - self._last_s > beats_to_seconds(_HOLD_BEATS, self._tracker.tempo_bpm):
            self._placed = False
            self._tracker.restart()
            yield from playback.pause(now)

    def set_tempo(self, playback: Playback, tick: float, tempo_bpm: float) -> None:
        """Takes the tempo to begin with; the pulses decide from there on."""
        if not playback.transport.running:
            playback.transport.set_tempo(tick, tempo_bpm)

    def resume(self, playback: Playback, gap_s: float) -> None:
        """The next pulses tell where the sender is."""

    def reopen(self) -> None:
        """Opens the input again. Raises OutputError."""
        opened = self._open_input()
        self._dead.append(self._input)
        self._input = opened

    def close(self) -> None:
        """Closes the input."""
        self._input.close()

    def _take(self, playback: Playback, message: bytes, time_s: float) -> Iterator[bytes]:
        if message == PULSE:
            yield from self._advance(playback, time_s)
        elif message in (START, CONTINUE):
            if message == START:
                self._pulse, self._moved = 0, True
            self._rolling, self._placed, self._resuming = True, False, False
            self._tracker.restart()
        elif message == STOP:
            self._rolling = False
            yield from playback.pause(time_s)
        elif message[0] == SONG_POSITION and len(message) == 3:
            pulse = (message[1] | message[2] << 7) * PULSES_PER_STEP
            self._moved = self._moved or pulse != self._pulse
            self._pulse, self._placed = pulse, False

    def _advance(self, playback: Playback, time_s: float) -> Iterator[bytes]:
        """Takes in a pulse."""
        self._last_s = time_s
        lost = self._tracker.pulse(time_s)
        if not self._rolling:
            return
        if self._resuming:
            self._resuming = False
            self._pulse = round(playback.transport.tick_at(time_s) / TICKS_PER_PULSE)
            self._offset, self._moved = 0, False
        song_tick = (self._pulse + lost) * TICKS_PER_PULSE
        self._pulse += lost + 1
        if not self._begun:
            return
        time_s, tempo_bpm = self._tracker.time_s, self._tracker.tempo_bpm
        if self._placed:
            playback.transport.follow(song_tick + self._offset, time_s, tempo_bpm)
            return
        at, tick = playback.transport.tick_at(time_s), song_tick + self._offset
        elsewhere = self._moved or abs(at - tick) > _NEAR_TICKS
        if elsewhere:
            tick = round(next_in_bar(max(at, playback.sent_tick), song_tick, self._bar_ticks))
        self._placed, self._moved = True, False
        self._offset = tick - song_tick
        yield from playback.follow(tick, time_s, tempo_bpm, skips=elsewhere)
