"""A performance that stands still: a moment of hand-made music, the same on every machine."""

import numpy as np

from livedshl.improviser.provenance import Candidate
from livedshl.live.feasible import chosen
from livedshl.live.hearing import Hearing
from livedshl.live.snapshot import Snapshot
from livedshl.midi.events import in_order
from livedshl.music import COMMON_TIME
from livedshl.music.leadsheet import Key
from livedshl.outputs.choice import Output, OutputKind
from livedshl.performance.choices import Choices, TuneChoice
from livedshl.performance.chunk import Chunk
from livedshl.performance.commands import Choose
from livedshl.performance.preset import load_preset
from livedshl.performance.steering import Band, Steering, steered
from livedshl.player.clock.source import Sync
from livedshl.player.lateness import Lateness
from support.provenances import place, provenance
from support.strategies import VOCABULARY

BEAT = COMMON_TIME.beat_ticks
HOP = COMMON_TIME.hop_beats * BEAT
SONGS = ("The Lamp on the Sill", "Two Doors", "Three in the Air", "A Very Long Name for a Tune")

CHOICES = Choices(
    "B",
    False,
    tuple(
        TuneChoice(100 + n, song, 1 + 8 * n, 20 + n, 0.3 + n / 7) for n, song in enumerate(SONGS)
    ),
)


def hop(number, band):
    """Two beats: a melody in eighths, a chord and a bass note."""
    start = number * HOP
    melody, chords, bass = (part.channel for part in band.parts[:3])
    notes = [(melody, 67 + (3 * number + 2 * n) % 12, n * BEAT // 2, BEAT // 2) for n in range(4)]
    notes += [(chords, pitch, 0, HOP) for pitch in (55, 59, 62)]
    notes.append((bass, 43 + number % 5, 0, BEAT))
    events = [
        (start + at, kind | channel, pitch, 90)
        for channel, pitch, on, length in notes
        for at, kind in ((on, 0x90), (on + length, 0x80))
    ]
    # The second nearest of them was drawn.
    candidates = tuple(Candidate(number - 1 + n, 1 + n, song) for n, song in enumerate(SONGS))
    steps = np.zeros((COMMON_TIME.hop_steps, 3), np.int8)
    steps[:, 2] = number % len(VOCABULARY)
    where = provenance(
        beat=number * COMMON_TIME.hop_beats, segment=number, song=SONGS[number // 2 % len(SONGS)],
        song_beat=4 * number, backward_code=(0, 1, 2, 3, number % 4, 1, 2, 3),
        forward_code=(0, 1, 2, 3, (number + 1) % 4, 1, 2, 0), hamming=1, nearest=1, ties=12,
        agreeing_steps=8, candidates=candidates, place=place(bar=number // 2 + 1, bars=8),
    )  # fmt: skip
    return Chunk(start, start + HOP, in_order(np.array(events)), steps, Key.parse("G"), where)


class StillSession:
    """What a screen shows and steers, in place of a session: the fifth bar, at 110 BPM.

    It obeys what changes the steering; nothing else moves.
    """

    def __init__(self, **steering):
        band = Band.of(load_preset("session"))
        self.steering = Steering(110.0, Key.parse("G"), 0.2, band, **steering)
        self.chunks = tuple(hop(number, band) for number in range(14))
        self.stopped = self.ending = False
        self.times_seen = 0
        self.obeyed = []
        self.keys = ()

    def snapshot(self):
        self.times_seen += 1
        return Snapshot(
            tick=4 * COMMON_TIME.bar_ticks + BEAT + 60, quarter_bpm=110.0, grid=COMMON_TIME,
            sync=Sync.INTERNAL, latency_ms=0.0, steering=self.steering, chunks=self.chunks,
            chords=VOCABULARY, lateness=Lateness.opened(""),
            hearing=Hearing(Output(OutputKind.PORT, "IAC Bus", "")), keys=self.keys,
            choices=CHOICES,
        )  # fmt: skip

    def send(self, command, from_tick=0):
        if isinstance(command, Choose):
            command = chosen(command, CHOICES)
        self.steering = steered(self.steering, command)
        self.obeyed.append(command)
        return command

    def show_keys(self, pitches):
        self.keys = pitches

    def end(self):
        self.ending = True

    def stop(self):
        self.stopped = True

    def is_alive(self):
        """As the thread that plays."""
        return not self.stopped
