"""How the parts fit together: bass against chords, chords against melody."""

import numpy as np

from livedshl.arranger import Role
from livedshl.evaluation.music.band.played import END, PITCH, START, BandPiece, Notes

_TOGETHER_TICKS = 30  # notes that sound together for less are a legato, not a chord
_BASS_TOGETHER_TICKS = 60
_SEMITONE = (1, 11)  # modulo an octave


def bass_clashes(piece: BandPiece) -> float:
    """The share of bass notes a semitone from a chord note that sounds with them."""
    bass, chords = piece.of_role(Role.BASS), piece.of_role(Role.CHORDS)
    if not bass or not chords:
        return float("nan")
    comping = np.concatenate(chords)
    clashes = []
    for start, end, pitch, _ in bass[0].tolist():
        sounding = _sounding(comping, start, end, _BASS_TOGETHER_TICKS)
        clashes.append(bool(np.isin((sounding - pitch) % 12, _SEMITONE).any()))
    return float(np.mean(clashes))


def melody_under_chords(piece: BandPiece) -> float:
    """The share of melody notes at or under the highest chord note that sounds with them."""
    chords = piece.of_role(Role.CHORDS)
    if not chords or not len(piece.melody):
        return float("nan")
    comping = np.concatenate(chords)
    under = []
    for start, end, pitch, _ in piece.melody.tolist():
        sounding = _sounding(comping, start, end, _TOGETHER_TICKS)
        if len(sounding):
            under.append(pitch <= sounding.max())
    return float(np.mean(under)) if under else 0.0


def _sounding(notes: Notes, start: int, end: int, ticks: int) -> np.ndarray:
    """The pitches of notes that sound for more than some ticks between two others."""
    together = (notes[:, START] < end - ticks) & (notes[:, END] > start + ticks)
    found: np.ndarray = notes[together, PITCH]
    return found
