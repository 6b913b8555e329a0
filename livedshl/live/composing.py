"""The composer thread: composes ahead of the clock, obeys commands and keeps what is heard."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from livedshl.live.chunk_window import ChunkWindow
from livedshl.live.delivery import Delivery
from livedshl.live.heard_tempo import HeardTempo
from livedshl.live.history import History
from livedshl.live.performer import Performer
from livedshl.live.position import Position
from livedshl.live.snapshot import Snapshot
from livedshl.live.take import Take
from livedshl.live.waiting import WaitingCommands
from livedshl.performance.chunk import Chunk
from livedshl.performance.commands import (
    Command,
    Panic,
    Pause,
    PlaySong,
    ReRoll,
    SetLatency,
    SetTempo,
)
from livedshl.performance.composer import Change, Composer, SteerableMusic
from livedshl.performance.settings import SetSong, Settings
from livedshl.performance.steering import Band
from livedshl.player.clock.source import ClockSettings, Sync

log = logging.getLogger(__name__)

_POLL_S = 0.1
_MOST_REROLLS = 4  # of one hop: the fourth costs as much to compose as the first three together
_SHOWN_BARS = 8  # how much of what was heard a snapshot holds


class LiveMusic:
    """The music of a performance as it grows: composed, delivered, shown and kept.

    All but `command` belongs to the composer thread. snapshot: the latest, with the clock at 0;
    replaced whole. band: as the last command wants it; it may not play yet. observe: called with
    each chunk when it is heard. songs: of the set that is played.
    """

    def __init__(
        self,
        composition: SteerableMusic,
        snapshot: Snapshot,
        delivery: Delivery,
        take: Take,
        observe: Callable[[Chunk], None],
        songs: Sequence[SetSong] = (),
    ) -> None:
        self.snapshot = snapshot
        self.band = snapshot.steering.band
        self._composer = Composer(composition, snapshot.grid.bar_ticks)
        self._delivery = delivery
        self._take = take
        self._observe = observe
        self._window = ChunkWindow(_SHOWN_BARS * snapshot.grid.bar_ticks)
        self._commands = WaitingCommands()
        self._heard_tempo = HeardTempo(snapshot.grid)
        self._songs = songs

    def command(self, change: Change) -> None:
        """Takes in a command, from any thread; it acts at its tick, or later if that has passed."""
        self._commands.add(change)
        self.band = change.band or self.band

    def proceed(self, stopped: Callable[[], bool]) -> bool:
        """Obeys the commands, then composes a chunk if it is time; False if there is no more to do.

        A chunk is composed between any two rounds of commands, so they cannot stop the music.
        After the last chunk it still obeys: a command may ask for another end.
        stopped: whether the performance has been stopped; looked at before each command.
        """
        for change in self._commands.take():
            if stopped():
                return False
            self._obey(change)
        if self._composer.over or not self._delivery.wants(self._composer.tick):
            self._look_further()
            return False
        chunk = self._composer.compose()
        self._delivery.deliver(chunk, last=self._composer.over)
        self._window.append(chunk)
        self._publish()
        if not chunk.continues:
            bar = chunk.start_tick // self.snapshot.grid.bar_ticks + 1
            log.info("bar %d: %s", bar, chunk.provenance.in_words())
        return True

    def keep_before(self, tick: int) -> None:
        """Keeps the chunks that begin before `tick`: they are heard."""
        for chunk in self._window.hear_before(tick):
            self._take.append(chunk, self._composer.keep_before(chunk.start_tick + 1))
            self._observe(chunk)

    def hear_clock(self, position: Position) -> None:
        """Takes in where the player's clock is. The take keeps the tempo of one from outside."""
        if self.snapshot.sync is not Sync.INTERNAL:
            for tick, tempo_bpm in self._heard_tempo.hear(position):
                self._take.hear_tempo(tick, tempo_bpm)

    def close(self, cut_tick: int | None) -> None:
        """Completes the take: up to `cut_tick` if the music was cut off, else to its end."""
        self.keep_before(self._composer.tick if cut_tick is None else cut_tick)
        if cut_tick is not None:
            self._take.cut(cut_tick)

    @property
    def started(self) -> bool:
        """Whether the clock has been started."""
        return self._delivery.started

    @property
    def finished(self) -> bool:
        """Whether the last chunk has been delivered."""
        return self._delivery.finished

    def _obey(self, change: Change) -> None:
        change = replace(change, tick=max(change.tick, self._delivery.earliest_tick()))
        match change.command:
            case Panic():
                self._delivery.panic()
                self.snapshot = replace(self.snapshot, panics=self.snapshot.panics + 1)
            case Pause(on):
                self._delivery.pause(on)
                self.snapshot = replace(self.snapshot, paused=on)
            case SetLatency(ms):
                self._delivery.set_latency(ms)
            case SetTempo(bpm):
                change = replace(change, tick=self._delivery.set_tempo(change.tick, bpm))
            case PlaySong(number):
                self._play_song(change, self._songs[number - 1].tempo_bpm)
                return
            case _:
                self._compose_again(change)
                return
        self._take.change(change)
        self._publish()

    def _play_song(self, change: Change, tempo_bpm: float) -> None:
        """Begins a song of the set, in its own tempo from its first bar on."""
        tick = max(change.tick, self._compose_again(change))
        if self.snapshot.sync is Sync.INTERNAL:
            bar_ticks = self.snapshot.grid.bar_ticks
            tick = self._delivery.set_tempo(-(-tick // bar_ticks) * bar_ticks, tempo_bpm)
            self._take.change(Change(tick, SetTempo(tempo_bpm)))
            self._publish()

    def _compose_again(self, change: Change) -> int:
        """Takes back what was composed from the point where the change acts; returns its tick."""
        most = _MOST_REROLLS if isinstance(change.command, ReRoll) else 1
        tick = self._composer.change(change, most)
        if self._window.reaches_beyond(tick):
            self._delivery.take_back(tick)
            self._window.take_back(tick)
            self._publish()
        return tick

    def _look_further(self) -> None:
        """Shows what may open the next section, when there is nothing more urgent to do."""
        if self._delivery.started:
            choices = self._composer.choices(self._delivery.earliest_tick())
            if choices != self.snapshot.choices:
                self.snapshot = replace(self.snapshot, choices=choices)

    def _publish(self) -> None:
        """Shows the music as it stands now."""
        self.snapshot = replace(
            self.snapshot,
            latency_ms=self._delivery.latency_ms,
            steering=replace(self._composer.steering, tempo_bpm=self._delivery.tempo_bpm),
            chunks=self._window.all,
            chords=self._composer.chords,
        )


class ComposerThread:
    """Runs a `LiveMusic` until it is stopped or the player has left.

    failed: set when composing raises, so that the session stops. history: what can be undone.
    """

    def __init__(
        self,
        settings: Settings,
        composition: SteerableMusic,
        performer: Performer,
        take: Take,
        *,
        observe: Callable[[Chunk], None],
        clock: ClockSettings,
        failed: threading.Event,
    ) -> None:
        delivery = Delivery(performer, settings, clock)
        snapshot = Snapshot(
            tick=0,
            quarter_bpm=0.0,
            grid=settings.grid,
            sync=clock.sync,
            latency_ms=delivery.latency_ms,
            steering=composition.steering,
            chunks=(),
            chords=composition.chords,
            lateness=performer.lateness,
            hearing=performer.hearing,
            songs=tuple(song.title for song in settings.songs),
        )
        self.history = History(composition.steering, delivery.latency_ms)
        self._music = LiveMusic(composition, snapshot, delivery, take, observe, settings.songs)
        self._performer = performer
        self._take = take
        self._speed = clock.speed
        self._stop = threading.Event()
        self._failed = failed
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="composer")

    def start(self) -> None:
        """Starts composing."""
        self._thread.start()

    def stop(self) -> None:
        """Stops composing. Raises, once, what composing raised."""
        self._stop.set()
        self._thread.join()
        error, self._error = self._error, None
        if error:
            raise error

    def close(self, cut_tick: int | None) -> None:
        """Completes the take after `stop`: up to `cut_tick`, or to the end of the music."""
        self._music.close(cut_tick)

    def command(self, command: Command, band: Band | None, from_tick: int = 0) -> None:
        """Takes in a command, from any thread. band: the band of a chosen preset.

        from_tick: the earliest at which it acts on the music.
        """
        self._music.command(Change(from_tick, command, band))
        self._performer.wake()

    def snapshot(self) -> Snapshot:
        """The performance as it stands, from any thread."""
        now = time.perf_counter()
        performer = self._performer
        return self._music.snapshot.at(performer.position, now, self._speed, performer.hearing)

    def tick_at(self, time_s: float) -> int:
        """The tick that sounds at a time of `time.perf_counter`, from any thread."""
        return self._performer.tick_at(time_s)

    def save(self, path: Path) -> Path:
        """Writes the last bars that were heard, from any thread; returns where.

        Raises OutputError.
        """
        return self._take.save(path, self._performer.tick, self._music.snapshot.chords)

    @property
    def recording(self) -> Path | None:
        """The file that is recorded into, if any."""
        return self._take.recording

    @property
    def band(self) -> Band:
        """The band as the last command wants it; it may not play yet."""
        return self._music.band

    @property
    def finished(self) -> bool:
        """Whether the last chunk has been delivered."""
        return self._music.finished

    def _run(self) -> None:
        try:
            while not (self._stop.is_set() or self._performer.ended):
                if not self._music.proceed(self._stop.is_set):
                    self._performer.wait(_POLL_S)
                if self._music.started:
                    self._music.keep_before(self._performer.tick + 1)
                    self._music.hear_clock(self._performer.position)
        except BaseException as error:  # `stop` raises it on the main thread
            self._error = error
            self._failed.set()
