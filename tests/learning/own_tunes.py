"""Tunes made for the tests of learning: walks over chord tones, no two alike."""

import numpy as np

from livedshl.music import LeadSheet, Metre, Mode, Tune
from livedshl.music.chords import COMMON_CHORDS, ChordVocabulary
from livedshl.music.leadsheet import Key
from livedshl.music.segments import lay_on_grid

VOCABULARY = ChordVocabulary.of_names(COMMON_CHORDS)
_CHORDS = {0: (0, 0), 5: (5, 0), 7: (7, 0), 2: (2, 1)}  # root: root and quality
_NEXT = {0: (0, 5, 7), 5: (0, 7, 2), 7: (0, 0, 7), 2: (7, 7, 5)}
_TONES = {0: (0, 4, 7), 5: (5, 9, 0), 7: (7, 11, 2), 2: (2, 5, 9)}


def own_sheets(n_tunes: int = 12, n_bars: int = 16, seed: int = 1) -> list[LeadSheet]:
    """Lead sheets in 4/4 and C, a chord every two beats, eighths mostly on its tones."""
    rng = np.random.default_rng(seed)
    sheets = []
    for number in range(n_tunes):
        notes, chords, root = [], [], 0
        for hop in range(n_bars * 2):
            root = int(rng.choice(_NEXT[root])) if hop % 16 not in (0, 15) else 0
            chords.append((hop * 960, *_CHORDS[root]))
            for eighth in range(4):
                tones = _TONES[root] if eighth % 2 == 0 else (0, 2, 4, 5, 7, 9, 11)
                notes.append(
                    (hop * 960 + eighth * 240, 240, 65 + (int(rng.choice(tones)) - 5) % 12)
                )
        sheets.append(
            LeadSheet(
                title=f"Own tune {number}",
                source=f"own.abc#{number}",
                metres=(Metre(4, 4),),
                keys=(Key(0, Mode.MAJOR),),
                bars=np.arange(0, n_bars * 1920, 1920, dtype=np.int32),
                notes=np.array(notes, np.int32),
                chords=np.array(chords, np.int32),
                end=n_bars * 1920,
            )
        )
    return sheets


def own_tunes(n_tunes: int = 12, n_bars: int = 16, seed: int = 1) -> list[Tune]:
    """The same on the grid."""
    return [lay_on_grid(sheet, VOCABULARY) for sheet in own_sheets(n_tunes, n_bars, seed)]
