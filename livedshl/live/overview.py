"""What can be seen of a performance at one moment."""

from dataclasses import dataclass

from livedshl.music import ChordVocabulary, Grid
from livedshl.performance.composition import Chunk
from livedshl.performance.steering import Steering
from livedshl.player.clock.source import Sync
from livedshl.player.lateness import Lateness


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """A performance as it stands.

    tick: where the clock is, 480 a quarter note. quarter_bpm: its tempo in quarter notes a minute,
    0 while it stands still. sync: who drives it. latency_ms: how early it plays.
    steering: what the controls have made of the settings, as it is heard or soon will be.
    chunks: those heard lately and all that are to come, ascending; chords: what the numbers in
    their steps stand for. lateness: of all that has been sent.
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

    @property
    def running(self) -> bool:
        """Whether the clock runs; with one from outside: whether it is followed."""
        return self.quarter_bpm > 0
