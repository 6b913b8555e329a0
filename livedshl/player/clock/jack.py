"""Follows JACK transport, which Ardour and others share, and starts and stops it when asked."""

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum, auto

from livedshl.errors import LivedshlError
from livedshl.player.clock.jack_master import TimebaseMaster
from livedshl.player.clock.jack_transport import JackTransport, OwnTimebase, TransportMoment
from livedshl.player.clock.source import next_in_bar
from livedshl.player.playback import Playback
from livedshl.player.scheduler import LATE_TICKS
from livedshl.units import TICKS_PER_BEAT, bpm_to_tick_s

_JUMP_TICKS = TICKS_PER_BEAT / 2  # further off than this, somebody has moved the transport
# Nearer, it is the moment at which JACK woke up that wavers: by a block of audio, or more on a busy
# machine. The music moves so much of the way at each look, every 2 ms: nearly all within 0.1 s.
_GAIN = 0.05
_SEARCH_PERIOD_S = 1.0  # between two looks for a server that has died
# When somebody moves the transport, JACK gives no bars in the next block of audio, or in a few.
_LEADERLESS_S = 0.25


class _BandState(Enum):
    """What the music does."""

    BEFORE = auto()  # it is not composed yet
    STOPPED = auto()  # it begins at the next bar line, once the transport rolls
    MOVED = auto()  # it goes on at the transport's place in the bar, once that rolls
    PLAYING = auto()


class JackFollower:
    """Takes tempo, place in the bar, start and stop from JACK transport.

    When the transport rolls, the music begins at the next bar line. After a jump it continues at
    its next tick with the same place in the bar; it never goes back, and waits where that is not
    composed yet. Tempo and bars are those of the timebase master. Where there is none, livedshl
    becomes the master, and its tempo holds for everybody.
    """

    poll_s = 0.002

    def __init__(self, tempo_bpm: float, bar_ticks: int) -> None:
        self._transport = JackTransport()
        self._bar_ticks = bar_ticks
        self._own = OwnTimebase(bar_ticks, tempo_bpm)
        self._master = TimebaseMaster(self._own)
        self._state = _BandState.BEFORE
        self._offset = 0.0  # ticks from the transport's place to the music's
        self._first_tick = 0.0  # of what was started last
        self._search_s = 0.0  # when to look for a server again
        self._led_s = 0.0  # when a timebase master was seen last

    def begin(
        self, playback: Playback, tick: int, time_s: float, resuming: bool
    ) -> Iterator[bytes]:
        """Begins as soon as the transport rolls."""
        playback.transport.rest(tick)
        self._state = _BandState.MOVED if resuming else _BandState.STOPPED
        yield from ()

    def poll(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Follows start, stop, place and tempo."""
        if self._transport.died:
            yield from self._search(playback, now)
            return
        moment = self._transport.moment()
        if moment.bar_ticks:
            self._led_s = now
        elif now < self._led_s + _LEADERLESS_S and moment.rolling:
            return
        moment = self._own.placed(moment)
        if moment.stopped and self._own.frame:  # from here on, bars count from the first frame
            self._lead(replace(self._own, frame=0, tick=0.0))
        if self._state is _BandState.BEFORE:
            return
        if not moment.rolling:
            if self._state is _BandState.PLAYING:
                self._state = _BandState.MOVED
                yield from playback.pause(moment.time_s)
            if moment.stopped:
                self._state = _BandState.STOPPED
        elif self._state is _BandState.STOPPED:
            yield from self._start(playback, playback.transport.tick_at(now), moment)
        elif self._state is _BandState.MOVED:
            yield from self._skip(playback, playback.transport.tick_at(now), moment)
        else:
            yield from self._follow(playback, moment)

    def set_tempo(self, playback: Playback, tick: float, tempo_bpm: float) -> None:
        """Changes the tempo of everybody, unless another program is the timebase master."""
        if self._transport.died:
            return
        moment = self._transport.moment()
        at = self._own.tick_at(moment.frame, moment.frame_rate)
        place = (moment.frame, at) if moment.rolling else (0, 0.0)
        self._lead(OwnTimebase(self._bar_ticks, tempo_bpm, *place))

    def pause(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Stops the transport, and with it everybody."""
        if not self._transport.died:
            self._transport.stop()
        yield from ()

    def go_on(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Lets the transport roll, and with it everybody."""
        if not self._transport.died:
            self._transport.start()
        yield from ()

    def resume(self, playback: Playback, gap_s: float) -> None:
        """Does nothing: the transport knows where it is."""

    def reopen(self) -> None:
        """Does nothing: `poll` looks for the server by itself."""

    def close(self) -> None:
        """Leaves; the transport goes on."""
        self._master.close()
        self._transport.close()

    def _lead(self, own: OwnTimebase) -> None:
        self._own = own
        self._master.lead(own)

    def _follow(self, playback: Playback, moment: TransportMoment) -> Iterator[bytes]:
        at = playback.transport.tick_at(moment.time_s)
        off_ticks = moment.tick + self._offset - at
        if abs(off_ticks) <= _JUMP_TICKS:
            tick = at + _GAIN * off_ticks
            playback.transport.follow(tick, moment.time_s, moment.tempo_bpm)
        elif at < self._first_tick:
            yield from self._start(playback, self._first_tick, moment)
        else:
            yield from self._skip(playback, at, moment)

    def _start(self, playback: Playback, tick: float, moment: TransportMoment) -> Iterator[bytes]:
        """Begins with a bar of the music at the transport's next bar line, or one just passed."""
        tick = next_in_bar(tick, 0, self._bar_ticks)
        line = moment.tick - moment.bar_tick
        if moment.bar_tick > LATE_TICKS:
            line += moment.bar_ticks
        self._state = _BandState.PLAYING
        self._first_tick, self._offset = tick, tick - line
        time_s = moment.time_s + (line - moment.tick) * bpm_to_tick_s(moment.tempo_bpm)
        yield from playback.follow(tick, time_s, moment.tempo_bpm)

    def _skip(self, playback: Playback, tick: float, moment: TransportMoment) -> Iterator[bytes]:
        """Continues at the first tick from `tick` on that has the transport's place in the bar."""
        tick = next_in_bar(max(tick, playback.sent_tick), moment.bar_tick, self._bar_ticks)
        if not playback.is_composed(tick):
            if self._state is _BandState.PLAYING:
                self._state = _BandState.MOVED
                yield from playback.pause(moment.time_s)
            return  # the next look tries again
        self._state = _BandState.PLAYING
        self._offset = tick - moment.tick
        yield from playback.follow(tick, moment.time_s, moment.tempo_bpm)

    def _search(self, playback: Playback, now: float) -> Iterator[bytes]:
        """Stands still without a server, and looks for another now and then."""
        if self._state is _BandState.PLAYING:
            self._state = _BandState.MOVED
            yield from playback.pause(now)
        if now < self._search_s:
            return
        self._search_s = now + _SEARCH_PERIOD_S
        try:
            transport = JackTransport()
        except LivedshlError:
            return
        self._transport = transport  # the dead one is not closed: that hangs
        self._master.close()
        self._master = TimebaseMaster(self._own)
