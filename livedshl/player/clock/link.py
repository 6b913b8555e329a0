"""Follows an Ableton Link session, and leads it when the user asks for another tempo.

The library is LinkPython-extern: Ableton's own implementation behind a Python module. Its threads
are not Python's, and we poll it, so it does not disturb the clock.
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

# Further off than this, a session was joined or moved. Nearer, only its tempo changed: that news
# takes 50 ms (Link's shortest broadcast period) or more, which is 0.2 beats from 240 to 60 BPM.
_JUMP_TICKS = TICKS_PER_BEAT / 2
# When two sessions meet, the older one stays; of two started within 0.5 s, either may (Link's
# SESSION_EPS). Whoever is left alone starts a new session. So a player that replaced another at
# once could force its own tempo on the one who stayed.
_JOIN_AFTER_S = 0.5
# Link finds a session within this time (0.5 s on a loopback). If we began earlier, we would begin
# alone, and jump to the session's place in the bar after a few notes.
_SETTLING_S = 1.0
# If two readings of the clock are further apart than this, another process ran between them. The
# usual distance is 0.001 ms.
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
    """Raises MissingDependencyError if the library of Ableton Link is not installed."""
    try:
        import link  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(
            "Ableton Link is not installed", remedy=f"Install it: {install_extra('link')}"
        ) from error


class LinkSession:
    """The Link session of this network, alone or with others.

    tempo_bpm: its tempo while nobody else is in it. quantum: beats in a bar. Raises
    MissingDependencyError without the library.
    """

    def __init__(self, tempo_bpm: float, quantum: float) -> None:
        check_link()
        import link  # optional

        self._link: Any = link.Link(tempo_bpm)
        self._link.startStopSyncEnabled = True
        self._clock: Any = self._link.clock()
        self._quantum = quantum

    @property
    def alone(self) -> bool:
        """Whether nobody else is in it."""
        return not self._link.numPeers()

    def join(self) -> None:
        """Joins it."""
        self._link.enabled = True

    def leave(self) -> None:
        """Leaves it; the others play on."""
        self._link.enabled = False

    def moment(self) -> _Moment:
        """The session now."""
        state = self._link.captureSessionState()
        for _ in range(_READINGS):
            before_s = time.perf_counter()
            micros = self._clock.micros()
            after_s = time.perf_counter()
            if after_s - before_s < _READING_S:
                break
        beat = state.beatAtTime(micros, self._quantum)
        time_s, changed = (before_s + after_s) / 2, state.timeForIsPlaying()
        return _Moment(state, time_s, beat, state.tempo(), changed)

    def set_tempo(self, tempo_bpm: float) -> None:
        """Changes the tempo of everybody."""
        state = self._link.captureSessionState()
        state.setTempo(tempo_bpm, self._clock.micros())
        self._link.commitSessionState(state)

    def play(self, moment: _Moment) -> _Moment:
        """Starts the session; the moment after."""
        moment.state.setIsPlaying(True, self._clock.micros())
        self._link.commitSessionState(moment.state)
        return self.moment()

    def place(self, moment: _Moment, beat: float, delay_s: float) -> _Moment:
        """Lets `beat` come in `delay_s` seconds, if nobody else is there; the moment after."""
        micros = self._clock.micros() + round(delay_s * 1e6)
        moment.state.requestBeatAtTime(beat, micros, self._quantum)
        self._link.commitSessionState(moment.state)
        return self.moment()


class LinkFollower:
    """Takes tempo, place in the bar, start and stop from the session.

    Beginning to play starts the session, as pressing play does in any program; leaving does not
    stop it. Only `set_tempo` changes what the others hear. If the session is half a beat or more
    away from the music's place in the bar, the music continues at its next tick with the session's
    place; it never goes back.
    """

    poll_s = 0.01

    def __init__(self, tempo_bpm: float, bar_ticks: int) -> None:
        self._session = LinkSession(tempo_bpm, bar_ticks / TICKS_PER_BEAT)
        self._bar_ticks = bar_ticks
        self._join_s: float | None = time.perf_counter() + _JOIN_AFTER_S  # None once joined
        self._settled_s = time.perf_counter() + _JOIN_AFTER_S + _SETTLING_S
        self._awaited: tuple[int, float] | None = None  # what `begin` was given, until settled
        self._wished_bpm = 0.0  # the user's tempo, until there is a session to set
        self._playing = False
        self._changed: int | None = None  # the start or stop behind `_playing`; None before `begin`
        self._first_tick = 0.0  # of what was started last
        self._offset = 0.0  # ticks from the session's beat 0 to the music's

    def begin(
        self, playback: Playback, tick: int, time_s: float, resuming: bool
    ) -> Iterator[bytes]:
        """Lets `poll` begin as soon as it is known who else is there.

        If this player replaces one that stood still, it waits for the session to start.
        """
        if tick and not resuming:
            self._changed = self._session.moment().changed
            playback.transport.rest(tick)
        else:
            self._awaited = (tick, time_s)
        yield from ()

    def poll(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Follows tempo, phase, start and stop."""
        if self._join_s is not None and now >= self._join_s:
            self._join_s = None
            self._session.join()
        if self._awaited and now >= self._settled_s:
            tick, time_s = self._awaited
            self._awaited = None
            yield from self._begin(playback, tick, time_s)
            if self._wished_bpm:
                self.set_tempo(playback, tick, self._wished_bpm)
        if self._changed is None:
            return
        moment = self._session.moment()
        was_playing = self._playing
        if moment.changed != self._changed:
            # Link tells a newcomer only of the next start or stop, not whether the session plays.
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

        Before `begin`, it changes nothing.
        """
        if self._awaited:
            self._wished_bpm = tempo_bpm
        elif self._changed is not None:
            self._session.set_tempo(tempo_bpm)

    def pause(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Does nothing: the session stops the music."""
        yield from ()

    def go_on(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Does nothing: the session starts the music."""
        yield from ()

    def resume(self, playback: Playback, gap_s: float) -> None:
        """Does nothing: the session knows where it is."""

    def reopen(self) -> None:
        """Does nothing: Link needs no MIDI."""

    def close(self) -> None:
        """Leaves the session."""
        self._session.leave()

    def _begin(self, playback: Playback, tick: int, time_s: float) -> Iterator[bytes]:
        """Starts at a bar line; in the middle of the music, continues with the session."""
        moment = self._session.moment()
        self._playing = True
        if tick and not self._session.alone:
            # This player replaces one that died, and the session has gone on meanwhile.
            self._changed = moment.changed
            passed_s = moment.time_s - time_s
            at = tick + seconds_to_ticks(passed_s, moment.tempo_bpm)
            yield from self._skip(playback, at - _JUMP_TICKS, moment)
            return
        if not moment.state.isPlaying():
            moment = self._session.play(moment)
        self._changed = moment.changed
        yield from self._start(playback, tick, moment)

    def _start(self, playback: Playback, tick: float, moment: _Moment) -> Iterator[bytes]:
        """Begins at `tick`: at once if nobody else is there, or else at its place in the bar."""
        delay_s = max(0.0, playback.latency_s)
        if self._session.alone:
            moment = self._session.place(moment, tick / TICKS_PER_BEAT, delay_s)
            place = tick
        else:
            earliest = moment.beat + seconds_to_beats(delay_s, moment.tempo_bpm)
            place = next_in_bar(earliest * TICKS_PER_BEAT, tick, self._bar_ticks)
        self._first_tick = tick
        self._offset = tick - place
        ahead_s = beats_to_seconds(place / TICKS_PER_BEAT - moment.beat, moment.tempo_bpm)
        yield from playback.follow(tick, moment.time_s + ahead_s, moment.tempo_bpm)

    def _skip(self, playback: Playback, tick: float, moment: _Moment) -> Iterator[bytes]:
        """Continues at the first tick from `tick` on that has the session's place in the bar."""
        place = moment.beat * TICKS_PER_BEAT % self._bar_ticks
        tick = next_in_bar(tick, place, self._bar_ticks)
        self._offset = tick - moment.beat * TICKS_PER_BEAT
        yield from playback.follow(tick, moment.time_s, moment.tempo_bpm)
