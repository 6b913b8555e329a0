"""Delivers the music to the player in time, and tells from where on it can still be changed."""

import time

from livedshl.live.performer import Performer
from livedshl.performance.chunk import Chunk
from livedshl.performance.settings import Settings
from livedshl.performance.tempo import Slowing
from livedshl.player.clock.source import ClockSettings, Sync
from livedshl.units import TICKS_PER_BEAT

LOOKAHEAD_BEATS = 8  # two segments, 2 s even at 240 BPM
CHANGING_S = 0.2  # in which a change is planned, composed and delivered
_SENDING_S = 0.02  # in which it is delivered
_LEAD_S = 0.5  # in which the next section is planned, on a busy machine
_FIRST_NOTE_DELAY_S = 0.02  # in which the player takes in the first events


class Delivery:
    """Keeps the player `LOOKAHEAD_BEATS` ahead of its clock.

    started: whether the clock has been started. finished: whether the last chunk is delivered.
    tempo_bpm: in beats of the metre. latency_ms: how early notes are sent.
    """

    def __init__(self, performer: Performer, settings: Settings, clock: ClockSettings) -> None:
        self.started = False
        self.finished = False
        self.tempo_bpm = settings.tempo_bpm
        self._tempo_tick = 0  # from which the tempo holds
        self.latency_ms = clock.latency_s * 1e3
        self._performer = performer
        self._grid = settings.grid
        self._clock = clock
        self._slowing: list[tuple[int, float]] = []  # (tick, share of the tempo), delivered

    def wants(self, tick: int) -> bool:
        """Whether it is time to compose the chunk at `tick`."""
        ahead = tick - self._lookahead_ticks
        return ahead <= 0 or self._performer.tick >= ahead

    def deliver(self, chunk: Chunk, last: bool) -> None:
        """Hands a chunk over; starts the clock once there is enough to play."""
        self._performer.send(chunk.events, chunk.end_tick)
        if not self.started and (last or chunk.end_tick >= self._head_start_ticks):
            self.started = True
            quarter_bpm = self._grid.quarter_bpm(self.tempo_bpm)
            self._performer.start(0, quarter_bpm, _FIRST_NOTE_DELAY_S)
        if self._clock.sync is Sync.INTERNAL:  # or others set the tempo
            self._slow(chunk.slowing)
        if last:
            self.finished = True
            self._performer.finish(chunk.end_tick)

    def take_back(self, tick: int) -> None:
        """Takes back all chunks from `tick` on: others will follow."""
        self._performer.discard(tick)
        self.finished = False
        kept = [share for share in self._slowing if share[0] < tick]
        if len(kept) < len(self._slowing):
            self._slowing = kept
            self._send_tempo(tick)

    def earliest_tick(self, changing_s: float = CHANGING_S) -> int:
        """The first tick that can still be changed; anything before may have been sent.

        changing_s: how long the change may take.
        """
        if not self.started:
            return 0
        ahead_s = changing_s + max(0.0, self.latency_ms / 1e3)
        return self._performer.tick_at(time.perf_counter() + ahead_s)

    def in_time(self, tick: int) -> bool:
        """Whether what is sent now can still replace the music from `tick` on."""
        return self.earliest_tick(_SENDING_S) <= tick

    def is_ahead(self, tick: int, changing_s: float = 0.0) -> bool:
        """Whether music up to `tick` leaves time to compose what follows.

        changing_s: what else will be done before that.
        """
        return not self.started or tick >= self.earliest_tick(changing_s + _LEAD_S)

    def set_tempo(self, tick: int, tempo_bpm: float) -> int:
        """Changes the tempo on the first beat from `tick` on; returns the tick of that beat."""
        beat_ticks = self._grid.beat_ticks
        # A song of a set may bring its tempo at a later bar: the latest wish comes last.
        tick = self._tempo_tick = max(self._tempo_tick, -(-tick // beat_ticks) * beat_ticks)
        self.tempo_bpm = tempo_bpm
        later = [share for share in self._slowing if share[0] > tick]
        self._send_tempo(tick)  # which forgets what comes later
        for at, _ in later:
            self._send_tempo(at)
        return tick

    def set_latency(self, latency_ms: float) -> None:
        """Sends notes this much earlier from now on."""
        self.latency_ms = latency_ms
        self._performer.set_latency(latency_ms / 1e3)

    def pause(self, paused: bool) -> None:
        """Stands still from the next beat on, or goes on from there."""
        self._performer.pause(paused)

    # A fast clock gets as many seconds in hand as one at the written tempo.
    @property
    def _lookahead_ticks(self) -> int:
        return round(LOOKAHEAD_BEATS * self._clock.speed * TICKS_PER_BEAT)

    @property
    def _head_start_ticks(self) -> int:
        hop_ticks = self._grid.hop_beats * self._grid.beat_ticks
        return round(hop_ticks * self._clock.speed)

    def _slow(self, slowing: Slowing) -> None:
        self._slowing += slowing
        for tick, _ in slowing:
            self._send_tempo(tick)

    def _send_tempo(self, tick: int) -> None:
        """Sends the tempo that holds from `tick` on."""
        shares = [share for at, share in self._slowing if at <= tick]
        tempo_bpm = self.tempo_bpm * (shares[-1] if shares else 1.0)
        self._performer.set_tempo(tick, self._grid.quarter_bpm(tempo_bpm))

    def panic(self) -> None:
        """Silences everything now."""
        self._performer.panic()
