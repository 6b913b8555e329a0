"""The composer thread: composes ahead of the clock, obeys commands and keeps what is heard."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from livedshl.live.delivery import Delivery
from livedshl.live.history import History
from livedshl.live.live_music import LiveMusic
from livedshl.live.performer import Performer
from livedshl.live.snapshot import Snapshot
from livedshl.live.take import Take
from livedshl.performance.chunk import Chunk
from livedshl.performance.commands import Command
from livedshl.performance.composer import Change, SteerableMusic
from livedshl.performance.settings import Settings
from livedshl.performance.steering import Band
from livedshl.player.clock.source import ClockSettings

_POLL_S = 0.1


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
