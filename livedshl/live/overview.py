"""What can be seen of a performance at one moment."""

from dataclasses import dataclass

from livedshl.live.composition import Chunk
from livedshl.live.controls import Steering
from livedshl.live.lateness import Lateness
from livedshl.live.sync import Sync
from livedshl.music import ChordVocabulary, Grid


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
