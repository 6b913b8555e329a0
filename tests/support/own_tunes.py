"""Tunes made for the tests of learning: walks over chord tones, no two alike."""

import numpy as np

from livedshl.music import COMMON_TIME, Grid, LeadSheet, Mode, Tune
from livedshl.music.chords import COMMON_CHORDS, ChordVocabulary
from livedshl.music.leadsheet import Key
from livedshl.music.segments import lay_on_grid

VOCABULARY = ChordVocabulary.of_names(COMMON_CHORDS)
_CHORDS = {0: (0, 0), 5: (5, 0), 7: (7, 0), 2: (2, 1)}  # root: root and quality
_NAMES = {0: "C", 5: "F", 7: "G", 2: "Dm"}
_WHITE = (0, 2, 4, 5, 7, 9, 11)
_NEXT = {0: (0, 5, 7), 5: (0, 7, 2), 7: (0, 0, 7), 2: (7, 7, 5)}
_TONES = {0: (0, 4, 7), 5: (5, 9, 0), 7: (7, 11, 2), 2: (2, 5, 9)}


def own_sheets(
    n_tunes: int = 12, n_bars: int = 16, seed: int = 1, grid: Grid = COMMON_TIME
) -> list[LeadSheet]:
    """Lead sheets in C, a chord every hop, eighths mostly on its tones."""
    rng = np.random.default_rng(seed)
    hop_ticks, end = grid.hop_beats * grid.beat_ticks, n_bars * grid.bar_ticks
    sheets = []
    for number in range(n_tunes):
        notes, chords, root = [], [], 0
        for hop in range(end // hop_ticks):
            root = int(rng.choice(_NEXT[root])) if hop % 16 not in (0, 15) else 0
            chords.append((hop * hop_ticks, *_CHORDS[root]))
            for eighth in range(hop_ticks // 240):
                tones = _TONES[root] if eighth % 2 == 0 else (0, 2, 4, 5, 7, 9, 11)
                onset = hop * hop_ticks + eighth * 240
                notes.append((onset, 240, 65 + (int(rng.choice(tones)) - 5) % 12))
        sheets.append(
            LeadSheet(
                title=f"Own tune {number}",
                source=f"own.abc#{number}",
                metre_changes=((0, grid.metre),),
                key_changes=((0, Key(0, Mode.MAJOR)),),
                bars=np.arange(0, end, grid.bar_ticks, dtype=np.int32),
                notes=np.array(notes, np.int32),
                chords=np.array(chords, np.int32),
                end=end,
            )
        )
    return sheets


def own_tunes(
    n_tunes: int = 12, n_bars: int = 16, seed: int = 1, grid: Grid = COMMON_TIME
) -> list[Tune]:
    """The same on the grid."""
    return [lay_on_grid(sheet, VOCABULARY) for sheet in own_sheets(n_tunes, n_bars, seed, grid)]


def own_book(sheets: list[LeadSheet], key: str = "C") -> str:
    """The sheets as an ABC book, its tunes in the key C or Am."""
    tunes = []
    for number, sheet in enumerate(sheets, 1):
        chords = {onset: _NAMES[root] for onset, root, _ in sheet.chords.tolist()}
        music = ""
        for onset, _, pitch in sheet.notes.tolist():
            music += "|" if onset in sheet.bars[1:] else ""
            music += f'"{chords[onset]}"' if onset in chords else ""
            music += "CDEFGABcdefgab"[_WHITE.index(pitch % 12) + 7 * (pitch // 12 - 5)]
        head = f"X:{number}\nT:{sheet.title}\nM:{sheet.metres[0]}\nL:1/8\nK:{key}\n"
        tunes.append(f"{head}{music}|]\n")
    return "\n".join(tunes)
