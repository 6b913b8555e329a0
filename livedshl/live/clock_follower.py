"""Follows a received MIDI clock."""

from collections.abc import Callable, Iterator
from typing import Protocol

from livedshl.live.midi_clock import (
    CONTINUE,
    PULSE,
    PULSES_PER_BEAT,
    PULSES_PER_STEP,
    SONG_POSITION,
    START,
    STOP,
    TICKS_PER_PULSE,
    PulseTracker,
)
from livedshl.live.playback import Playback
from livedshl.live.sync import next_in_bar

_HOLD_PULSES = 2 * PULSES_PER_BEAT  # how long the tempo is held when no pulses come
# A gap as long as this is missing pulses; a shorter one is a slower tempo.
_GAP_PULSES = 6
_LEAST_BPM, _MOST_BPM = 20.0, 400.0


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
    """

    poll_s = 0.002

    def __init__(self, open_input: Callable[[], ClockInput]) -> None:
        self._open_input = open_input
        self._input = open_input()
        self._dead: list[ClockInput] = []  # closing them hangs, and crashes what is open
        self._tracker = PulseTracker(60 / 120 / PULSES_PER_BEAT)
        self._begun = False  # whether livedshl is ready to play
        self._rolling = False  # whether the sender has been started
        self._placed = False  # whether `_offset` holds for the sender's present position
        self._pulse = 0  # the number, in the sender's song, of the pulse to come
        self._offset = 0  # ticks from the sender's song to the music
        self._last_s: float | None = None  # when the last pulse came

    def begin(self, playback: Playback, tick: int, time_s: float) -> Iterator[bytes]:
        """Plays from the sender's next start on; in the middle of the music, at once."""
        self._begun = True
        if self._last_s is None:
            self._tracker.period_s = 60 / playback.transport.tempo_at(time_s) / PULSES_PER_BEAT
        if tick:
            # This player takes the place of one that died: the sender is at this tick by now.
            self._rolling = True
            yield from playback.start(tick, time_s)

    def poll(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Obeys what has come; waits when nothing has come for two beats."""
        for message, time_s in self._input.receive():
            yield from self._take(playback, message, time_s)
        hold_s = _HOLD_PULSES * self._tracker.period_s
        if playback.transport.running and self._last_s and now - self._last_s > hold_s:
            self._placed = False
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
        elif message == START:
            self._pulse, self._rolling, self._placed = 0, True, False
        elif message == CONTINUE:
            self._rolling, self._placed = True, False
        elif message == STOP:
            self._rolling = False
            yield from playback.pause(time_s)
        elif message[0] == SONG_POSITION and len(message) == 3:
            self._pulse = (message[1] | message[2] << 7) * PULSES_PER_STEP
            self._placed = False

    def _advance(self, playback: Playback, time_s: float) -> Iterator[bytes]:
        """Takes in a pulse."""
        running = playback.transport.running
        missed = 0
        if self._last_s is not None:
            gap_pulses = (time_s - self._last_s) / self._tracker.period_s
            if gap_pulses > _GAP_PULSES:
                missed = round(gap_pulses) - 1 if running else 0
                self._tracker.restart()
        self._last_s = time_s
        self._tracker.pulse(time_s)
        if not (self._rolling and self._begun):
            return
        tempo_bpm = 60 / max(1e-3, self._tracker.period_s) / PULSES_PER_BEAT
        tempo_bpm = min(_MOST_BPM, max(_LEAST_BPM, tempo_bpm))
        song_tick = (self._pulse + missed) * TICKS_PER_PULSE
        self._pulse += missed + 1
        if self._placed:
            playback.transport.follow(song_tick + self._offset, self._tracker.time_s, tempo_bpm)
            return
        self._placed = True
        at = round(playback.transport.tick_at(time_s), 6)
        tick = round(next_in_bar(at, song_tick))
        self._offset = tick - song_tick
        yield from playback.follow(tick, self._tracker.time_s, tempo_bpm)
