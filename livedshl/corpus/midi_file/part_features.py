"""What tells a melody from an accompaniment, counted for each part of a song."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.corpus.midi_file.song import MidiPart
from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP

_NO_PITCH = -1
_BASS_PROGRAMS = range(32, 40)
_LOWEST_MEAN = 52.0  # E3; a part that lies lower is a bass
_TOGETHER = TICKS_PER_STEP // 2  # ticks within which a note is struck with another
_HELD_OVER = 30  # ticks by which a player of a line may hold a note into the next
_WITH_SYLLABLE = TICKS_PER_STEP // 2
_LONGEST_WAIT = 16  # sixteenths between onsets; a longer rest is no rhythm
_LONGEST_TICKS = 1 << 21  # 1,000 bars of 4/4; what comes after it tells nothing new


@dataclass(frozen=True, slots=True)
class Features:
    """What a part is like.

    voices: notes at a time, on average, while it sounds. on_top: the share of its time in which
    none of the other parts is higher. active: the share of the song's beats in which it
    sounds. mean_pitch: weighted by length. step: the mean distance between neighbours, in
    semitones. rhythm: how varied the times between onsets are, in bits. sung: the share of the
    song's syllables that fall on its onsets, and of its onsets that have a syllable, multiplied.
    is_bass: whether the instrument or the register is a bass's.
    """

    voices: float
    on_top: float
    active: float
    mean_pitch: float
    step: float
    rhythm: float
    sung: float
    is_bass: bool


def features_of(parts: Sequence[MidiPart], syllables: NDArray[np.int64]) -> list[Features]:
    """The features of each part of a song; every part has notes."""
    tops, counts = zip(*(_sounding(part.notes) for part in parts), strict=True)
    n_steps = max(len(top) for top in tops)
    highest = np.full((len(parts), n_steps), _NO_PITCH, np.int16)
    for row, top in zip(highest, tops, strict=True):
        row[: len(top)] = top
    per_beat = TICKS_PER_BEAT // TICKS_PER_STEP
    beats = -(-n_steps // per_beat)
    in_beats = np.zeros((len(parts), beats * per_beat), np.bool_)
    in_beats[:, :n_steps] = highest >= 0
    sounding = np.any(in_beats.reshape(len(parts), beats, per_beat), axis=2)
    song_beats = max(1, int(np.any(sounding, axis=0).sum()))
    features = []
    for number, part in enumerate(parts):
        sounds = highest[number] >= 0
        others = np.delete(highest, number, axis=0).max(axis=0, initial=_NO_PITCH)
        mean_pitch = float(np.average(part.notes[:, 2], weights=part.notes[:, 1]))
        features.append(
            Features(
                voices=float(counts[number][counts[number] > 0].mean()) if sounds.any() else 1.0,
                on_top=float((highest[number] >= others)[sounds].mean()) if sounds.any() else 0.0,
                active=int(sounding[number].sum()) / song_beats,
                mean_pitch=mean_pitch,
                step=_step(part.notes),
                rhythm=_rhythm(part.notes[:, 0]),
                sung=_sung(part.notes[:, 0], syllables),
                is_bass=part.program in _BASS_PROGRAMS or mean_pitch < _LOWEST_MEAN,
            )
        )
    return features


def _sounding(notes: NDArray[np.int64]) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """The highest pitch, and how many notes sound, in the middle of each sixteenth."""
    last = int(min((notes[:, 0] + notes[:, 1]).max(), _LONGEST_TICKS))
    n_steps = last // TICKS_PER_STEP + 1
    top = np.full(n_steps, _NO_PITCH, np.int16)
    count = np.zeros(n_steps, np.int16)
    for onset, length, pitch in notes.tolist():
        held = length - min(_HELD_OVER, length // 3)
        first = max(0, (onset + _TOGETHER) // TICKS_PER_STEP)
        after = max(first + 1, (onset + held + _TOGETHER) // TICKS_PER_STEP)
        top[first:after] = np.maximum(top[first:after], pitch)
        count[first:after] += 1
    return top, count


def _step(notes: NDArray[np.int64]) -> float:
    highest = {onset: pitch for onset, _, pitch in notes.tolist()}  # in order of pitch
    pitches = np.array(list(highest.values()))
    return float(np.abs(np.diff(pitches)).mean()) if len(pitches) > 1 else 0.0


def _rhythm(onsets: NDArray[np.int64]) -> float:
    between = np.diff(np.unique(onsets)).astype(np.float64) / TICKS_PER_STEP
    between = np.clip(np.round(between), 1, _LONGEST_WAIT)
    if not len(between):
        return 0.0
    shares = np.unique(between, return_counts=True)[1] / len(between)
    return float(-(shares * np.log2(shares)).sum())


def _sung(onsets: NDArray[np.int64], syllables: NDArray[np.int64]) -> float:
    if not len(syllables):
        return 0.0
    starts = np.unique(onsets)
    of_syllables = _near(syllables, starts)
    of_onsets = _near(starts, syllables)
    return float(of_syllables.mean() * of_onsets.mean())


def _near(ticks: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each tick has one of the others close by."""
    after = np.searchsorted(others, ticks)
    before = others[np.maximum(after - 1, 0)]
    following = others[np.minimum(after, len(others) - 1)]
    nearest = np.minimum(np.abs(ticks - before), np.abs(ticks - following))
    near: NDArray[np.bool_] = nearest <= _WITH_SYLLABLE
    return near
