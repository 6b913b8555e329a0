"""Follows an Ableton Link session, and leads it where the user asks for another tempo.

The library is LinkPython-extern: Ableton's own implementation behind a Python module. Its threads
are not Python's, and it is asked, never calls back: the clock does not feel it.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from livedshl.errors import MissingDependencyError
from livedshl.live.playback import Playback
from livedshl.live.sync import next_in_bar
from livedshl.units import BEATS_PER_BAR, TICKS_PER_BAR, TICKS_PER_BEAT

# Further off than this, a session has been joined or moved; nearer, its tempo has changed.
_JUMP_TICKS = 24.0


@dataclass(frozen=True, slots=True)
class _Moment:
    """The session at a time in seconds: its state, beat and tempo."""

    state: Any
    time_s: float
    beat: float
    tempo_bpm: float


class LinkFollower:
    """Takes the tempo, the place in the bar, and start and stop from the session.

    tempo_bpm: of a session that nobody else is in. Beginning to play starts the session, as
    pressing play does in any program; leaving does not stop it. The music never goes back: where
    the session has another place in the bar, it goes on at the next tick at that place. Raises
    MissingDependencyError without the library.
    """

    poll_s = 0.01

    def __init__(self, tempo_bpm: float) -> None:
        try:
            import link
        except ImportError as error:
            raise MissingDependencyError(
                'Ableton Link is not installed; pip install "livedshl[link]" '
                '(in a checkout: pip install ".[link]")'
            ) from error
        self._link: Any = link.Link(tempo_bpm)
        self._link.startStopSyncEnabled = True
        self._link.enabled = True
        self._begun = False
        self._playing = False
        self._first_tick = 0.0  # of what was started last
        self._offset = 0.0  # ticks from the session's beat 0 to the music's

    def begin(
        self, playback: Playback, tick: int, time_s: float, resuming: bool
    ) -> Iterator[bytes]:
        """Starts with the session's next bar; in the middle of the music, at once."""
        moment = self._moment()
        self._begun = self._playing = True
        if not moment.state.isPlaying():
            moment.state.setIsPlaying(True, self._link.clock().micros())
            self._link.commitSessionState(moment.state)
        if tick:
            # This player takes the place of one that died.
            yield from self._skip(playback, tick, moment)
        else:
            delay_s = time_s - moment.time_s + max(0.0, playback.latency_s)
            yield from self._start(playback, tick, moment, delay_s)

    def poll(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Follows tempo, phase, start and stop."""
        if not self._begun:
            return
        moment = self._moment()
        was_playing, self._playing = self._playing, moment.state.isPlaying()
        at = playback.transport.tick_at(moment.time_s)
        position = moment.beat * TICKS_PER_BEAT + self._offset
        if was_playing and not self._playing:
            yield from playback.pause(moment.time_s)
        elif self._playing and not was_playing:
            yield from self._start(playback, next_in_bar(at, 0), moment, 0.0)
        elif not playback.transport.running:
            return
        elif abs(position - at) <= _JUMP_TICKS:
            playback.transport.follow(position, moment.time_s, moment.tempo_bpm)
        elif at < self._first_tick:
            yield from self._start(playback, self._first_tick, moment, 0.0)
        else:
            yield from self._skip(playback, at, moment)

    def set_tempo(self, playback: Playback, tick: float, tempo_bpm: float) -> None:
        """Changes the tempo of the whole session, once the music has begun."""
        if self._begun:
            state = self._link.captureSessionState()
            state.setTempo(tempo_bpm, self._link.clock().micros())
            self._link.commitSessionState(state)

    def resume(self, playback: Playback, gap_s: float) -> None:
        """The session tells where it is."""

    def reopen(self) -> None:
        """Link needs no MIDI."""

    def close(self) -> None:
        """Leaves the session."""
        self._link.enabled = False

    def _moment(self) -> _Moment:
        state = self._link.captureSessionState()
        micros, time_s = self._link.clock().micros(), time.perf_counter()
        return _Moment(state, time_s, state.beatAtTime(micros, BEATS_PER_BAR), state.tempo())

    def _start(
        self, playback: Playback, tick: float, moment: _Moment, delay_s: float
    ) -> Iterator[bytes]:
        """Begins at `tick`, a bar line: at once if nobody else is there, else with the next bar."""
        micros = self._link.clock().micros() + round(delay_s * 1e6)
        moment.state.requestBeatAtTime(0.0, micros, BEATS_PER_BAR)
        self._link.commitSessionState(moment.state)
        moment = self._moment()
        beats = -moment.beat
        if beats < 0:  # the session did not grant beat 0: some later bar line will do as well
            beats %= BEATS_PER_BAR
        self._first_tick = tick
        self._offset = tick - (moment.beat + beats) * TICKS_PER_BEAT
        start_s = moment.time_s + beats * 60 / moment.tempo_bpm
        yield from playback.follow(tick, start_s, moment.tempo_bpm)

    def _skip(self, playback: Playback, tick: float, moment: _Moment) -> Iterator[bytes]:
        """Goes on at the first tick from `tick` on at the session's place in the bar."""
        place = moment.beat * TICKS_PER_BEAT % TICKS_PER_BAR
        tick = next_in_bar(tick, place)
        self._offset = tick - moment.beat * TICKS_PER_BEAT
        yield from playback.follow(tick, moment.time_s, moment.tempo_bpm)
