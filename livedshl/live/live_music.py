"""The music of a performance while it plays: composed, changed by commands, delivered and kept."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from livedshl.live.changes import Changes
from livedshl.live.chunk_window import ChunkWindow
from livedshl.live.delivery import Delivery
from livedshl.live.heard_tempo import HeardTempo
from livedshl.live.position import Position
from livedshl.live.snapshot import Snapshot
from livedshl.live.take import Take
from livedshl.performance.chunk import Chunk
from livedshl.performance.commands import (
    Panic,
    Pause,
    PlaySong,
    SetLatency,
    SetTempo,
)
from livedshl.performance.composer import Change, Composer, SteerableMusic
from livedshl.performance.settings import SetSong
from livedshl.player.clock.source import Sync

log = logging.getLogger(__name__)

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
        self._changes = Changes()
        self._heard_tempo = HeardTempo(snapshot.grid)
        self._songs = songs

    def command(self, change: Change) -> None:
        """Takes in a command, from any thread; it acts at its tick, or later if that has passed."""
        self._changes.add(change)
        self.band = change.band or self.band

    def proceed(self, stopped: Callable[[], bool]) -> bool:
        """Obeys the commands, then composes a chunk if it is time; False if there is no more to do.

        A chunk is composed between any two rounds of commands, so they cannot stop the music. They
        wait while there is little music to come.
        After the last chunk it still obeys: a command may ask for another end.
        stopped: whether the performance has been stopped; looked at before each command.
        """
        for change in self._changes.of_the_clock():
            if stopped():
                return False
            self._obey(change)
        if self._changes.to_compose and self._changes.have_time(self._composer, self._delivery):
            self._compose_again()
        if self._composer.over or not self._delivery.wants(self._composer.tick):
            self._look_further()
            return self._changes.to_compose
        self._deliver([self._composer.compose()])
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
        """Obeys a command that the clock alone obeys."""
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
        self._take.change(change)
        self._publish()

    def _compose_again(self) -> None:
        """Composes again from where the wanted changes act, if that is done in time."""
        found = self._changes.tried(self._composer, self._delivery, self._window)
        if found is None:
            return
        self._composer = found.composer
        if found.chunks:
            self._delivery.take_back(found.tick)
            self._window.take_back(found.tick)
        for change in found.changes:
            if isinstance(change.command, PlaySong):
                self._set_tempo_of(change.command.number, change.tick)
            elif isinstance(change.command, SetTempo):
                self._obey(change)
        if found.chunks:
            self._deliver(found.chunks)

    def _set_tempo_of(self, number: int, tick: int) -> None:
        """Sets the tempo of a song of the set that begins at a tick, from its first bar on."""
        if self.snapshot.sync is Sync.INTERNAL:
            bar_ticks, tempo_bpm = self.snapshot.grid.bar_ticks, self._songs[number - 1].tempo_bpm
            tick = self._delivery.set_tempo(-(-tick // bar_ticks) * bar_ticks, tempo_bpm)
            self._take.change(Change(tick, SetTempo(tempo_bpm)))
            self._publish()

    def _deliver(self, chunks: Sequence[Chunk]) -> None:
        """Hands over what was composed last."""
        for chunk in chunks:
            last = self._composer.over and chunk is chunks[-1]
            self._delivery.deliver(chunk, last)
            self._window.append(chunk)
            if not chunk.continues:
                bar = chunk.start_tick // self.snapshot.grid.bar_ticks + 1
                log.info("bar %d: %s", bar, chunk.provenance.in_words())
        self._publish()

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
