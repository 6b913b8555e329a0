"""Writes a song as a stranger's MIDI file: no names, tracks in any order, played by hand."""

import io
from itertools import pairwise

import mido
import numpy as np
from numpy.typing import NDArray

from livedshl.corpus.midi_file.chunks import chunks_of
from livedshl.corpus.midi_file.reading import MidiReading, understand
from livedshl.corpus.midi_file.song import song_of
from livedshl.errors import CorpusError
from livedshl.evaluation.reading.figures import Shares
from livedshl.evaluation.reading.song_scores import SongScore
from livedshl.music.harmony import harmony_of
from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP, seconds_to_ticks

_HAND_S = 0.015  # standard deviation of the onsets
_TEMPO_BPM = 100
_VELOCITY = 80


def measure_stranger(score: SongScore, seed: int, shares: Shares) -> None:
    """Counts how much of a song is read from its file as from its score."""
    rng = np.random.default_rng(seed)
    lead = -min(0, *(int(part[0, 0]) for part in score.parts))
    lead = -(-lead // score.metre_changes[0][1].bar_ticks) * score.metre_changes[0][1].bar_ticks
    order = rng.permutation(len(score.parts)).tolist()
    content = _played(score, lead, order, rng)
    clean = score.parts[score.voice]
    try:
        reading = understand(song_of(chunks_of(content)), "", "")
    except CorpusError:
        shares.add("voice taken", 0)
        shares.add("notes", 0, len(clean))
        return
    number = order.index(score.voice) + 1
    taken = reading.account.taken[0].startswith(f"track {number} ") and reading.account.taken[
        0
    ].endswith(": melody")
    shares.add("voice taken", taken)
    if taken:
        steps = {(onset, pitch) for onset, pitch in _steps(reading.sheet.notes, reading.late)}
        right = sum(place in steps for place in _steps(clean, lead))
        shares.add("notes", right, len(clean))
    _compare_chords(score, reading, lead, shares)


def _steps(notes: NDArray[np.int32], later: int) -> list[tuple[int, int]]:
    """The sixteenth, in the file, and the pitch of each note. later: ticks from sheet to file."""
    return [(round((onset + later) / TICKS_PER_STEP), pitch) for onset, _, pitch in notes.tolist()]


def _compare_chords(score: SongScore, reading: MidiReading, lead: int, shares: Shares) -> None:
    """Compares the chords in the middle of each half bar."""
    clean = harmony_of(score.piano, score.bars, score.metre_changes, score.end)
    bars = [*score.bars.tolist(), score.end]
    for bar, following in pairwise(bars):
        for quarter in (1, 3):
            tick = bar + (following - bar) * quarter // 4
            true = _chord_at(clean.chords, tick)
            if true is not None:
                shares.add(
                    "chords", _chord_at(reading.sheet.chords, tick + lead - reading.late) == true
                )


def _chord_at(chords: NDArray[np.int32], tick: int) -> tuple[int, int] | None:
    place = int(np.searchsorted(chords[:, 0], tick, side="right")) - 1
    if place < 0 or chords[place, 1] < 0:
        return None
    return int(chords[place, 1]), int(chords[place, 2])


def _played(score: SongScore, lead: int, order: list[int], rng: np.random.Generator) -> bytes:
    """The content of the file. lead: the ticks of silence before the first full bar."""
    spread = seconds_to_ticks(_HAND_S, _TEMPO_BPM)
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT)
    conductor = [(0, mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(_TEMPO_BPM)))]
    for place, (tick, metre) in enumerate(score.metre_changes):
        since = max(0, tick + lead) if place else 0
        conductor.append(
            (
                since,
                mido.MetaMessage("time_signature", numerator=metre.count, denominator=metre.unit),
            )
        )
    file.tracks.append(_track(conductor))
    for number in order:
        part = score.parts[number]
        moved = np.round(rng.normal(0, spread, len(part))).astype(int)
        messages = []
        for (onset, length, pitch), late in zip(part.tolist(), moved.tolist(), strict=True):
            start = max(0, onset + lead + late)
            end = max(start + 1, onset + length + lead)
            messages.append((start, mido.Message("note_on", note=pitch, velocity=_VELOCITY)))
            messages.append((end, mido.Message("note_off", note=pitch)))
        file.tracks.append(_track(messages))
    content = io.BytesIO()
    file.save(file=content)
    return content.getvalue()


def _track(messages: list[tuple[int, mido.Message | mido.MetaMessage]]) -> mido.MidiTrack:
    track, now = mido.MidiTrack(), 0
    for tick, message in sorted(messages, key=lambda timed: (timed[0], timed[1].type)):
        track.append(message.copy(time=tick - now))
        now = tick
    return track
