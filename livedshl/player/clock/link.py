"""Follows an Ableton Link session, and leads it where the user asks for another tempo.

The library is LinkPython-extern: Ableton's own implementation behind a Python module. Its threads
are not Python's, and it is asked, never calls back: the clock does not feel it.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from livedshl.errors import MissingDependencyError
from livedshl.outputs.missing import install_extra
from livedshl.player.clock.source import next_in_bar
from livedshl.player.playback import Playback
from livedshl.units import TICKS_PER_BEAT, beats_to_seconds, seconds_to_beats, seconds_to_ticks

# Further off than this, a session has been joined or moved. Nearer, its tempo has changed: word of
# that takes up to 50 ms (Link's shortest broadcast period) and more, or 0.2 beats from 240 to 60.
_JUMP_TICKS = TICKS_PER_BEAT / 2
# Of two sessions that meet the older one stays; of two founded within 0.5 s, either may (Link's
# SESSION_EPS). A session is founded anew when all but one have left: a player that took the place
# of another at once could force its own tempo upon the one who stayed.
_JOIN_AFTER_S = 0.5
# Within this, Link finds a session (0.5 s on a loopback). To begin before would be to begin alone,
# and to jump to the session's place in the bar after a few notes.
_SETTLING_S = 1.0
# Two clocks read one after the other lie further apart than this where the system let another
# process run between; normal is 0.001 ms.
_READING_S = 2e-5
_READINGS = 5


@dataclass(frozen=True, slots=True)
class _Moment:
    """The session at a time in seconds: its state, beat and tempo.

    changed: the session's time of its last start or stop.
    """

    state: Any
    time_s: float
    beat: float
    tempo_bpm: float
    changed: int


def check_link() -> None:
    """Raises MissingDependencyError where the library of Ableton Link is not installed."""
    try:
        import link  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(
            "Ableton Link is not installed", remedy=f"Install it: {install_extra('link')}"
        ) from error


class LinkFollower:
    """Takes the tempo, the place in the bar, and start and stop from the session.

    tempo_bpm: of a session that nobody else is in. Beginning to play starts the session, as
    pressing play does in any program; leaving does not stop it. Tempo and phase of others change
    by `set_tempo` alone. Where the session has another place in the bar, by half a beat or more,
    the music goes on at its next tick at that place; it never goes back. Raises
    MissingDependencyError without the library.
    """

    poll_s = 0.01

    def __init__(self, tempo_bpm: float, bar_ticks: int) -> None:
        check_link()
        import link

        self._link: Any = link.Link(tempo_bpm)
        self._link.startStopSyncEnabled = True
        self._clock: Any = self._link.clock()
        self._bar_ticks = bar_ticks
        self._quantum = bar_ticks / TICKS_PER_BEAT
        self._join_s = time.perf_counter() + _JOIN_AFTER_S
        self._joined = False
        self._awaited: tuple[int, float] | None = None  # what `begin` was told, until settled
        self._wished_bpm = 0.0  # by the user, until there is a session to tell it
        self._begun = False
        self._playing = False
        self._changed = 0  # the start or stop that `_playing` comes from
        self._first_tick = 0.0  # of what was started last
        self._offset = 0.0  # ticks from the session's beat 0 to the music's

    def begin(
        self, playback: Playback, tick: int, time_s: float, resuming: bool
    ) -> Iterator[bytes]:
        """Lets `poll` begin as soon as it is known who else is there.

        Where a player that it takes the place of stood still, it waits for the session's start.
        """
        if tick and not resuming:
            self._begun, self._changed = True, self._moment().changed
            playback.transport.rest(tick)
        else:
            self._awaited = (tick, time_s)
        yield from ()

    def poll(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Follows tempo, phase, start and stop."""
        if now >= self._join_s and not self._joined:
            self._joined = self._link.enabled = True
        if self._awaited and now >= self._join_s + _SETTLING_S:
            tick, time_s = self._awaited
            self._awaited, self._begun = None, True
            yield from self._begin(playback, tick, time_s)
            if self._wished_bpm:
                self.set_tempo(playback, tick, self._wished_bpm)
        if not self._begun:
            return
        moment = self._moment()
        was_playing = self._playing
        if moment.changed != self._changed:
            # Who joins is not told whether the session plays, only of its next start or stop.
            self._changed, self._playing = moment.changed, moment.state.isPlaying()
        at = playback.transport.tick_at(moment.time_s)
        position = moment.beat * TICKS_PER_BEAT + self._offset
        if was_playing and not self._playing:
            yield from playback.pause(moment.time_s)
        elif self._playing and not was_playing:
            yield from self._start(playback, next_in_bar(at, 0, self._bar_ticks), moment)
        elif not playback.transport.running:
            return
        elif abs(position - at) <= _JUMP_TICKS:
            playback.transport.follow(position, moment.time_s, moment.tempo_bpm)
        elif at < self._first_tick:
            yield from self._start(playback, self._first_tick, moment)
        else:
            yield from self._skip(playback, at, moment)

    def set_tempo(self, playback: Playback, tick: float, tempo_bpm: float) -> None:
        """Changes the tempo of the whole session, once the music has begun.

        What was set before `begin` is only the music's own.
        """
        if self._awaited:
            self._wished_bpm = tempo_bpm
        elif self._begun:
            state = self._link.captureSessionState()
            state.setTempo(tempo_bpm, self._clock.micros())
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
        for _ in range(_READINGS):
            before_s, micros, after_s = (
                time.perf_counter(),
                self._clock.micros(),
                time.perf_counter(),
            )
            if after_s - before_s < _READING_S:
                break
        beat = state.beatAtTime(micros, self._quantum)
        time_s, changed = (before_s + after_s) / 2, state.timeForIsPlaying()
        return _Moment(state, time_s, beat, state.tempo(), changed)

    def _begin(self, playback: Playback, tick: int, time_s: float) -> Iterator[bytes]:
        """Starts at a bar line; in the middle of the music, goes on with the session."""
        moment = self._moment()
        self._playing = True
        if tick and self._link.numPeers():
            # This player takes the place of one that died; the session has gone on meanwhile.
            self._changed = moment.changed
            passed_s = moment.time_s - time_s
            at = tick + seconds_to_ticks(passed_s, moment.tempo_bpm)
            yield from self._skip(playback, at - _JUMP_TICKS, moment)
            return
        if not moment.state.isPlaying():
            moment.state.setIsPlaying(True, self._clock.micros())
            self._link.commitSessionState(moment.state)
            moment = self._moment()
        self._changed = moment.changed
        yield from self._start(playback, tick, moment)

    def _start(self, playback: Playback, tick: float, moment: _Moment) -> Iterator[bytes]:
        """Begins at `tick`: at once if nobody else is there, else at its place in the bar."""
        delay_s = max(0.0, playback.latency_s)
        if not self._link.numPeers():
            micros = self._clock.micros() + round(delay_s * 1e6)
            moment.state.requestBeatAtTime(tick / TICKS_PER_BEAT, micros, self._quantum)
            self._link.commitSessionState(moment.state)
            moment = self._moment()
            place = tick
        else:
            earliest = moment.beat + seconds_to_beats(delay_s, moment.tempo_bpm)
            place = next_in_bar(earliest * TICKS_PER_BEAT, tick, self._bar_ticks)
        self._first_tick = tick
        self._offset = tick - place
        ahead_s = beats_to_seconds(place / TICKS_PER_BEAT - moment.beat, moment.tempo_bpm)
        yield from playback.follow(tick, moment.time_s + ahead_s, moment.tempo_bpm)

    def _skip(self, playback: Playback, tick: float, moment: _Moment) -> Iterator[bytes]:
        """Goes on at the first tick from `tick` on at the session's place in the bar."""
        place = moment.beat * TICKS_PER_BEAT % self._bar_ticks
        tick = next_in_bar(tick, place, self._bar_ticks)
        self._offset = tick - moment.beat * TICKS_PER_BEAT
        yield from playback.follow(tick, moment.time_s, moment.tempo_bpm)
