"""A performance at one moment, as every surface sees it."""

from dataclasses import dataclass, replace

from livedshl.live.hearing import Hearing
from livedshl.live.position import Position
from livedshl.music import ChordVocabulary, Grid
from livedshl.performance.choices import NO_CHOICES, Choices
from livedshl.performance.chunk import Chunk
from livedshl.performance.steering import Steering
from livedshl.player.clock.source import Sync
from livedshl.player.lateness import Lateness


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A performance at one moment.

    tick: where the clock is, 480 a quarter note. quarter_bpm: its tempo in quarter notes a minute,
    0 while it stands still. sync: who drives it. latency_ms: how early notes are sent.
    steering: the settings with all commands so far.
    chunks: those heard lately and all to come, ascending. chords: what the numbers in their steps
    stand for. lateness: of everything that has been sent. hearing: where it goes. panics: how many
    there have been. paused: whether the music was told to stand still. keys: pitches that the
    player who is listened to holds down. songs: titles of the set that is played. charts, models:
    names of those that can be chosen. choices: what may open the next section.

    The composer thread makes one for each hop and assigns it whole; `at` adds the clock and the
    hearing.
    """

    tick: int
    quarter_bpm: float
    grid: Grid
    sync: Sync
    latency_ms: float
    steering: Steering
    chunks: tuple[Chunk, ...]
    chords: ChordVocabulary
    lateness: Lateness
    hearing: Hearing
    panics: int = 0
    paused: bool = False
    keys: tuple[int, ...] = ()
    songs: tuple[str, ...] = ()
    charts: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    choices: Choices = NO_CHOICES

    @property
    def running(self) -> bool:
        """Whether the clock runs; with one from outside: whether it is followed."""
        return self.quarter_bpm > 0

    def at(self, position: Position, time_s: float, speed: float, hearing: Hearing) -> "Snapshot":
        """The same with the clock at a time of `time.perf_counter`.

        speed: how many times faster than written the clock runs.
        """
        quarter_bpm = position.tempo_bpm / speed
        steering = self.steering
        if quarter_bpm and self.sync is not Sync.INTERNAL:  # the clock from outside sets the tempo
            beat_bpm = round(self.grid.beat_bpm(quarter_bpm), 1)
            steering = replace(steering, tempo_bpm=beat_bpm)
        tick = position.tick_at(time_s)
        return replace(self, tick=tick, quarter_bpm=quarter_bpm, steering=steering, hearing=hearing)
