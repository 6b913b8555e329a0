"""Tells the user which tracks of a song were read as what."""

import numpy as np
from numpy.typing import NDArray

from livedshl.corpus.account import Account
from livedshl.corpus.midi_file.melody_track import Choice
from livedshl.corpus.midi_file.song import Song
from livedshl.units import TICKS_PER_STEP

_NO_LINE = "No track plays a single line. The melody is the top line of all tracks."
_PLAYS_CHORDS = "{label} plays chords. The melody is its top line."
_OTHER_CHORDS = "The chord names do not fit the notes. The chords were read from the notes."
_PATTERNS = "The file holds {count} patterns. Only the first was read."


def account_of(
    song: Song, choice: Choice | None, melody: NDArray[np.int32], as_written: bool
) -> Account:
    """What was taken and left. melody: int32[n, 3], on the grid.

    as_written: whether the chords are those that the texts of the song name.
    """
    others = [part for part in song.parts if choice is None or part is not choice.part]
    use = "accompaniment" if as_written else "chords"
    taken = [f"{part.label}: {use}" for part in others]
    warnings = []
    if choice:
        taken.insert(0, f"{choice.part.label}: melody")
        if not choice.is_line:
            warnings.append(_PLAYS_CHORDS.format(label=choice.part.label))
    else:
        taken = [f"{part.label}: melody and chords" for part in song.parts]
        if len(song.parts) > 1 or len(melody) < len(song.parts[0].notes):
            warnings.append(_NO_LINE)
    if as_written:
        taken.append("texts: chords, as they are written")
    elif song.chord_texts:
        warnings.append(_OTHER_CHORDS)
    if song.patterns > 1:
        warnings.append(_PATTERNS.format(count=song.patterns))
    on_grid = float((melody[:, 0] % TICKS_PER_STEP == 0).mean()) if len(melody) else 1.0
    left = ("drums",) if len(song.drum_onsets) else ()
    return Account(taken=tuple(taken), left=left, warnings=tuple(warnings), on_grid=on_grid)
