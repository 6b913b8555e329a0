"""Decides the keys of a song: as they are written, or as its notes have it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from livedshl.corpus.account import KeyFrom
from livedshl.corpus.midi_file.song import KeySignature
from livedshl.music import Mode
from livedshl.music.harmony import ReadHarmony
from livedshl.music.key_estimate import key_estimate, long_keys, with_mode
from livedshl.music.leadsheet import Key
from livedshl.music.spelling import key_name
from livedshl.units import TICKS_PER_STEP

_LEAST_NOTES = 48  # fewer cannot contradict what is written
# A written key is not believed if it is less likely than this, by the notes.
_LEAST_LIKELY = 0.02
_LEAST_LIKELY_DEFAULT = 0.15  # of C major, which programs write without being asked


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a song, with the tick where each begins, and how they are known."""

    changes: tuple[tuple[int, Key], ...]
    key_from: KeyFrom
    warnings: tuple[str, ...] = ()


def keys_of(
    signatures: Sequence[KeySignature],
    melody_track: int,
    harmony: ReadHarmony,
    notes: NDArray[np.int32],
    melody: NDArray[np.int32],
    bars: NDArray[np.int32],
) -> Keys:
    """The keys of a song.

    signatures: with ticks counted as those of the notes. melody_track: of the file. notes: of all
    parts, int32[n, >= 3], onset, length, pitch. bars: the ticks of the bar lines.
    """
    written = _written(signatures, melody_track)
    estimate = key_estimate(harmony, notes, melody)
    if len(written) > 1:
        return Keys(written, KeyFrom.WRITTEN)
    if not written:
        return Keys(_guessed(estimate.key, harmony, notes, bars), KeyFrom.GUESSED)
    ((tick, key),) = written
    if key.mode is Mode.OTHER:  # the file has a signature, but does not say major or minor
        major = Key(key.tonic, Mode.MAJOR)
        likelier = max(major, major.relative, key=estimate.probability)
        return Keys(((tick, likelier),), KeyFrom.GUESSED)
    if len(notes) < _LEAST_NOTES or estimate.probability(key) >= _least_likely(key, notes):
        return Keys(((tick, _modal(key, notes)),), KeyFrom.WRITTEN)
    guessed = _guessed(estimate.key, harmony, notes, bars)
    warning = f"The file says {key_name(key)}, but the notes are in {key_name(guessed[0][1])}."
    return Keys(guessed, KeyFrom.GUESSED, (warning,))


def _least_likely(key: Key, notes: NDArray[np.int32]) -> float:
    """How likely a written key must be, by the notes, to be believed.

    One on whose tonic the bass ends is always believed: 87 of 94 Lieder end so, and with a wrong
    key it is chance.
    """
    if key == Key(0, Mode.MAJOR):
        return _LEAST_LIKELY_DEFAULT
    return 0.0 if _last_bass(notes) == key.tonic else _LEAST_LIKELY


def _last_bass(notes: NDArray[np.int32]) -> int:
    """The pitch class of the lowest note that sounds at the end."""
    ends = notes[:, 0] + notes[:, 1]
    return int(notes[ends > ends.max() - TICKS_PER_STEP, 2].min()) % 12


def _written(signatures: Sequence[KeySignature], track: int) -> tuple[tuple[int, Key], ...]:
    """The written keys. Of several at one tick, the melody's track has it, else the most."""
    changes: list[tuple[int, Key]] = []
    for tick, group in groupby(signatures, key=lambda signature: signature.tick):
        at_tick = list(group)
        own = [_key(s) for s in at_tick if s.track == track]
        key = own[-1] if own else Counter(map(_key, at_tick)).most_common(1)[0][0]
        if not changes or changes[-1][1] != key:
            changes.append((tick, key))
    return tuple(changes)


def _key(signature: KeySignature) -> Key:
    """The key of a signature, with the mode OTHER and the major tonic if it says no mode."""
    if signature.minor is None:
        return Key(signature.sharps * 7 % 12, Mode.OTHER)
    tonic = (signature.sharps * 7 + (9 if signature.minor else 0)) % 12
    return Key(tonic, Mode.MINOR if signature.minor else Mode.MAJOR)


def _guessed(
    key: Key, harmony: ReadHarmony, notes: NDArray[np.int32], bars: NDArray[np.int32]
) -> tuple[tuple[int, Key], ...]:
    """The estimated key; or several, if the tune changes it for long."""
    changes = long_keys(harmony, bars)
    if len(changes) == 1:
        return ((0, _modal(key, notes)),)
    # The mode of each stretch is surer from the whole tune, if the signature is the same.
    return tuple(
        (tick, key if of_stretch.relative == key else of_stretch) for tick, of_stretch in changes
    )


def _modal(key: Key, notes: NDArray[np.int32]) -> Key:
    return with_mode(key, notes) if len(notes) >= _LEAST_NOTES else key
