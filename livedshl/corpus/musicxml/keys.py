"""The keys of a score. Many programs write a signature without a mode, or always "major"."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from livedshl.corpus.account import KeyFrom
from livedshl.corpus.musicxml.bars import ScoreNote
from livedshl.corpus.musicxml.signatures import Signature
from livedshl.music import Mode
from livedshl.music.chords import QUALITIES
from livedshl.music.leadsheet import Key

_MODES = {
    "major": (0, Mode.MAJOR), "ionian": (0, Mode.MAJOR), "minor": (9, Mode.MINOR),
    "aeolian": (9, Mode.MINOR), "dorian": (2, Mode.DORIAN), "mixolydian": (7, Mode.MIXOLYDIAN),
    "phrygian": (4, Mode.OTHER), "lydian": (5, Mode.OTHER), "locrian": (11, Mode.OTHER),
}  # fmt: skip
_NO_SIGNATURE = Signature(0, "")

# How well notes fit a key, from C on: Krumhansl and Kessler 1982.
_MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


@dataclass(frozen=True, slots=True)
class KeyEvidence:
    """What a written bar shows of its key.

    notes: all that sound in it. last: the melody's last note. chord: the last chord symbol, as
    root and quality. bass: the pitch of the lowest note of its last moment. Each may be None.
    """

    notes: Sequence[ScoreNote]
    last: ScoreNote | None
    chord: tuple[int, int] | None
    bass: int | None


def keys_of_bars(
    signatures: Sequence[Sequence[tuple[int, Signature]]], evidence: Sequence[KeyEvidence]
) -> tuple[list[list[tuple[int, Key]]], KeyFrom, list[str]]:
    """The keys of each written bar by tick, the first at 0; how they are known, and warnings.

    signatures: those written in each bar, by tick. A mode that is not written is guessed from the
    notes under its signature; so is "major" where they end in the relative minor.
    """
    in_force = _in_force(signatures)
    keys: list[list[tuple[int, Key]]] = []
    known, warnings = KeyFrom.WRITTEN, list[str]()
    for _, run in groupby(range(len(in_force)), lambda number: in_force[number][-1][1]):
        numbers = list(run)
        signature = in_force[numbers[0]][-1][1]
        key, key_from, warning = _key_of(signature, [evidence[number] for number in numbers])
        if key_from is KeyFrom.GUESSED:
            known = KeyFrom.GUESSED
        if warning:
            warnings.append(warning)
        for number in numbers:
            tick = in_force[number][-1][0] if number == numbers[0] else 0
            before = [(0, keys[-1][-1][1])] if tick and keys else []
            keys.append([*before, (tick if before else 0, key)])
    return keys, known, list(dict.fromkeys(warnings))


def _in_force(
    signatures: Sequence[Sequence[tuple[int, Signature]]],
) -> list[list[tuple[int, Signature]]]:
    """The signatures of each bar, the one that goes on from the bar before among them."""
    now = next((bar[0][1] for bar in signatures if bar), _NO_SIGNATURE)
    found = []
    for bar in signatures:
        found.append([*([] if bar and bar[0][0] == 0 else [(0, now)]), *bar])
        now = found[-1][-1][1]
    return found


def _key_of(signature: Signature, bars: Sequence[KeyEvidence]) -> tuple[Key, KeyFrom, str]:
    if signature.fifths is None:
        warning = "A key signature of its own kind: no major or minor key."
        return Key(0, Mode.OTHER), KeyFrom.WRITTEN, warning
    major = Key(signature.fifths * 7 % 12, Mode.MAJOR)
    if signature.mode in _MODES and signature.mode not in ("major", "ionian"):
        above, mode = _MODES[signature.mode]
        return Key((major.tonic + above) % 12, mode), KeyFrom.WRITTEN, ""
    if signature.mode:
        if _ends_in(major.relative, bars) and _fit(major.relative, bars) > _fit(major, bars):
            warning = f"Written as {_named(major)}, but it ends in {_named(major.relative)}."
            return major.relative, KeyFrom.GUESSED, warning
        return major, KeyFrom.WRITTEN, ""
    best = max((major, major.relative), key=lambda key: _fit(key, bars))
    return best, KeyFrom.GUESSED, ""


def _named(key: Key) -> str:
    return f"{Key(key.tonic, Mode.MAJOR)} {key.mode.value}"


def _ends_in(key: Key, bars: Sequence[KeyEvidence]) -> bool:
    """Whether the melody and the harmony both end on the tonic."""
    last = next((bar.last for bar in reversed(bars) if bar.last), None)
    chord = next((bar.chord for bar in reversed(bars) if bar.chord), None)
    triad = {(key.tonic + above) % 12 for above in (0, 3, 7)}
    return (
        last is not None
        and last.pitch % 12 in triad
        and chord is not None
        and _is_tonic(key, chord)
    )


def _is_tonic(key: Key, chord: tuple[int, int]) -> bool:
    third = 3 if key.mode is Mode.MINOR else 4
    return chord[0] == key.tonic and third in QUALITIES[chord[1]][1]


_LAST_NOTE, _LAST_BASS, _LAST_CHORD = 0.15, 0.3, 0.3  # beside a correlation


def _fit(key: Key, bars: Sequence[KeyEvidence]) -> float:
    """How well the notes and the end of a stretch fit a key."""
    profile = np.roll(_MINOR_PROFILE if key.mode is Mode.MINOR else _MAJOR_PROFILE, key.tonic)
    weights = _pitch_class_ticks(bars)
    fit = 0.0
    if weights.any():
        fit = float(np.corrcoef(profile, weights)[0, 1]) if np.ptp(weights) else 0.0
    last = next((bar.last for bar in reversed(bars) if bar.last), None)
    chord = next((bar.chord for bar in reversed(bars) if bar.chord), None)
    bass = next((bar.bass for bar in reversed(bars) if bar.bass is not None), None)
    fit += _LAST_NOTE * (last is not None and last.pitch % 12 == key.tonic)
    fit += _LAST_BASS * (bass is not None and bass % 12 == key.tonic)
    return fit + _LAST_CHORD * (chord is not None and _is_tonic(key, chord))


def _pitch_class_ticks(bars: Sequence[KeyEvidence]) -> NDArray[np.float64]:
    """How long each pitch class sounds, float64[12]."""
    ticks = np.zeros(12)
    for bar in bars:
        for note in bar.notes:
            ticks[note.pitch % 12] += note.length
    return ticks
