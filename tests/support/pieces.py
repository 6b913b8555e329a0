"""Hand-made music of every metre, with an account of where it came from, for what draws it."""

from dataclasses import dataclass

import numpy as np

from livedshl.arranger import Arranger, Cue, Groove, Role
from livedshl.improviser.sources import section_starts, source_spans
from livedshl.music.leadsheet import Key, Mode
from livedshl.performance.preset import load_preset
from livedshl.scores.engraving import write_score
from livedshl.scores.marks import TuneSpan, join_marks, section_marks, tunes_to_write
from livedshl.scores.musicxml import musicxml
from support.provenances import place, provenance
from support.strategies import VOCABULARY

D = Key(2, Mode.MAJOR)
PARTS = load_preset("session").parts
MELODIES = [part.channel for part in PARTS if part.role is Role.MELODY]
N_SONGS = 7


@dataclass(frozen=True)
class Piece:
    """Eighths up and down over a chord a bar; a segment a hop from one of seven songs."""

    grid: object
    steps: np.ndarray
    provenances: list

    @property
    def spans(self):
        return [
            TuneSpan(span.start, span.end, found.song, found.source, found.hamming)
            for span in source_spans(self.provenances, len(self.steps))
            for found in [span.provenance]
        ]

    @property
    def sections(self):
        return section_starts(self.provenances)

    @property
    def events(self):
        arranger = Arranger(PARTS, VOCABULARY, self.grid, D.mode, Groove(), 0)
        parts = (arranger.setup(), arranger.arrange(self.steps, Cue(0, D.shift)))
        return np.concatenate([*parts, arranger.end(len(self.steps) * 120)])

    def draw(self, path):
        """Draws the score; returns what was drawn."""
        score = musicxml(
            self.steps, VOCABULARY.classes, self.grid, D, 96, "A Title", "the maker",
            marks=[*section_marks(self.sections), *join_marks(self.spans)],
        )  # fmt: skip
        write_score(path, score, tunes_to_write(self.spans, self.grid.bar_steps))
        return path.read_bytes()


def piece(grid, bars=16, seed=0):
    """A piece of two sections, A and B, that take turns every 8 bars."""
    rng = np.random.default_rng(seed)
    steps = np.zeros((bars * grid.bar_steps, 3), np.int8)
    steps[:, 0] = np.repeat(rng.integers(62, 81, len(steps) // 2), 2)
    steps[::2, 1] = 1
    steps[:, 2] = np.repeat(rng.integers(0, len(VOCABULARY), bars), grid.bar_steps)
    provenances = []
    for beat in range(0, bars * grid.bar_beats, grid.hop_beats):
        section, time = divmod(beat // (8 * grid.bar_beats), 2)[::-1]
        song = int(rng.integers(N_SONGS))
        provenances.append(
            provenance(
                metre=str(grid),
                beat=beat,
                beats=grid.hop_beats,
                song=f"Song {song} & <all> its long, long, everlasting name",
                source=f"book.abc#{song}",
                song_beat=int(rng.integers(64)),
                hamming=int(rng.integers(64)) if beat else None,
                nearest=0 if beat else None,
                ties=1 if beat else None,
                agreeing_steps=2 if beat else None,
                splice=int(rng.integers(grid.hop_steps + 1)) if beat else None,
                place=place(plan="AB", section="AB"[section], time=time + 1),
            )
        )
    return Piece(grid, steps, provenances)
