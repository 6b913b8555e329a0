"""Reads MIDI files of a melody and a chord track, through symusic."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from livedshl.corpus.account import Account
from livedshl.corpus.bounds import MOST_BARS, MOST_NOTES
from livedshl.errors import CorpusError
from livedshl.music import Chord, LeadSheet, Metre, Mode
from livedshl.music.leadsheet import Key
from livedshl.units import TICKS_PER_BEAT

_THICKEST_LINE = 1.5  # notes at an onset, on average; with more, a track plays chords
# The defaults of Standard MIDI Files 1.0.
_DEFAULT_METRE = Metre(4, 4)
_DEFAULT_KEY = Key(0, Mode.MAJOR)

Notes = list[tuple[int, int, int]]  # onset, end (ticks), pitch


def read_midi(path: Path, source: str) -> tuple[LeadSheet, Account]:
    """The lead sheet of a MIDI file, and what was made of it.

    Raises CorpusError if it has no melody.

    The chord track is the one with several notes at a time. If two tracks have that, the thicker
    one is the chord track, and the other a melody in two voices; its upper voice is used. If the
    first note comes within the first bar but not at its start, that bar's notes are a pickup.
    """
    import symusic

    score = symusic.Score(path)
    if sum(len(track.notes) for track in score.tracks if not track.is_drum) > MOST_NOTES:
        raise CorpusError(f"more than {MOST_NOTES:,} notes")
    tracks = [_notes(track, score.ticks_per_quarter) for track in score.tracks]
    tracks = [notes for notes in tracks if notes]
    if not tracks:
        raise CorpusError("no notes")
    melody, chords = _melody_and_chords(tracks)
    scale = TICKS_PER_BEAT / score.ticks_per_quarter
    metres = tuple(
        (round(t.time * scale), Metre(t.numerator, t.denominator)) for t in score.time_signatures
    ) or ((0, _DEFAULT_METRE),)
    keys = tuple((round(s.time * scale), _key(s)) for s in score.key_signatures)
    keys = keys or ((0, _DEFAULT_KEY),)
    return _lead_sheet(path.stem, source, melody, chords, metres, keys), Account()


def _one_at_a_time(melody: Notes) -> list[tuple[int, int, int]]:
    """Onset, length and pitch of the highest note at each onset, cut at the next onset."""
    highest = {onset: (end, pitch) for onset, end, pitch in sorted(melody, key=lambda n: n[2])}
    onsets = sorted(highest)
    following = [*onsets[1:], highest[onsets[-1]][0]]
    return [
        (onset, min(highest[onset][0], after) - onset, highest[onset][1])
        for onset, after in zip(onsets, following, strict=True)
    ]


def _lead_sheet(
    title: str,
    source: str,
    melody: Notes,
    chord_track: Notes,
    metres: tuple[tuple[int, Metre], ...],
    keys: tuple[tuple[int, Key], ...],
) -> LeadSheet:
    bar = metres[0][1].bar_ticks
    first_onset = melody[0][0]
    zero = bar if 0 < first_onset < bar else first_onset // bar * bar
    notes = [(onset - zero, length, pitch) for onset, length, pitch in _one_at_a_time(melody)]
    end = max(notes[-1][0] + notes[-1][1], bar)
    if end > MOST_BARS * max(bar, 1):
        raise CorpusError(f"longer than {MOST_BARS:,} bars")
    chords = [(onset - zero, chord.root, chord.quality) for onset, chord in _chords(chord_track)]
    return LeadSheet(
        title=title,
        source=source,
        metre_changes=tuple((tick - zero, metre) for tick, metre in metres),
        key_changes=tuple((tick - zero, key) for tick, key in keys),
        bars=np.arange(0, end, bar, dtype=np.int32),
        notes=np.array(notes, np.int32).reshape(-1, 3),
        chords=np.array(chords, np.int32).reshape(-1, 3),
        end=end,
    )


def _notes(track: Any, ticks_per_quarter: int) -> Notes:
    """The notes of a track in our ticks, ascending, one for each onset and pitch."""
    if track.is_drum:
        return []
    scale = TICKS_PER_BEAT / ticks_per_quarter
    return sorted(
        {
            (round(note.time * scale), round((note.time + note.duration) * scale), note.pitch)
            for note in track.notes
            if note.duration > 0
        }
    )


def _thickness(notes: Notes) -> float:
    """Notes at an onset, on average."""
    return len(notes) / len({onset for onset, _, _ in notes})


def _melody_and_chords(tracks: Sequence[Notes]) -> tuple[Notes, Notes]:
    """The melody track, and the chord track; the latter may be empty."""
    lines = [notes for notes in tracks if _thickness(notes) <= _THICKEST_LINE]
    chordal = [notes for notes in tracks if _thickness(notes) > _THICKEST_LINE]
    if lines:
        return lines[0], chordal[0] if chordal else []
    thinnest, thickest = min(tracks, key=_thickness), max(tracks, key=_thickness)
    if _thickness(thinnest) == _thickness(thickest):
        raise CorpusError("no melody: every track plays chords")
    return thinnest, thickest


def _chords(notes: Notes) -> Iterable[tuple[int, Chord]]:
    sounding: dict[int, list[int]] = {}
    for onset, _, pitch in notes:
        sounding.setdefault(onset, []).append(pitch)
    for onset, pitches in sorted(sounding.items()):
        yield onset, Chord.of_pitch_classes(min(pitches) % 12, [p % 12 for p in pitches])


def _key(signature: Any) -> Key:
    """The key of a MIDI key signature: sharps (flats are negative), and 1 for minor."""
    minor = bool(signature.tonality)
    tonic = (signature.key * 7 + (9 if minor else 0)) % 12
    return Key(tonic, Mode.MINOR if minor else Mode.MAJOR)
