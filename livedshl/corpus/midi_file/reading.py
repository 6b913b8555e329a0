"""Makes a lead sheet of a MIDI file: melody, chords, metre, key, and what accompanies it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedshl.corpus.account import Account
from livedshl.corpus.bounds import MOST_BARS, MOST_NOTES
from livedshl.corpus.midi_file.accounting import account_of
from livedshl.corpus.midi_file.barring import Barring, bar_lines, barring_of
from livedshl.corpus.midi_file.chord_texts import chords_of_texts, fit_notes
from livedshl.corpus.midi_file.chunks import chunks_of
from livedshl.corpus.midi_file.keys import keys_of
from livedshl.corpus.midi_file.melody_track import Choice, melody_of
from livedshl.corpus.midi_file.song import Song, song_of
from livedshl.corpus.midi_file.timing import timing_of
from livedshl.corpus.midi_file.top_line import one_at_a_time, top_line
from livedshl.corpus.midi_file.written_chords import written_chords
from livedshl.errors import CorpusError
from livedshl.music import LeadSheet
from livedshl.music.harmony import harmony_of
from livedshl.units import TICKS_PER_BAR

_THIN = 1.2  # notes at an onset; an accompaniment with fewer is no harmony by itself
_MOST_OF = 0.6  # of the bars, in which an accompaniment must sound
_BARS_GUESSED = "The file does not say where the bars are. They were counted as {metre}."


@dataclass(frozen=True, slots=True, eq=False)
class MidiReading:
    """What was read. late: by how many ticks a note stands later in the file than in the sheet."""

    sheet: LeadSheet
    account: Account
    late: int


def read_midi(path: Path, source: str, melody: str | None = None) -> tuple[LeadSheet, Account]:
    """The lead sheet of a MIDI file, and what was made of it.

    melody: the name or number of the track that is the melody, if the user names one. Raises
    CorpusError if the file has no melody, or no such track.
    """
    reading = understand(song_of(chunks_of(path.read_bytes())), path.stem, source, melody)
    return reading.sheet, reading.account


def understand(song: Song, title: str, source: str, wanted: str | None = None) -> MidiReading:
    """The lead sheet of a song. Raises CorpusError as `read_midi` does."""
    if sum(len(part.notes) for part in song.parts) > MOST_NOTES:
        raise CorpusError(f"more than {MOST_NOTES:,} notes")
    if not song.parts:
        raise CorpusError("no notes")
    timing = timing_of(song)
    choice = melody_of(song.parts, song.syllables, wanted)
    onsets = timing.all_notes[:, 0]
    barring = barring_of(song.metres, timing.all_notes, timing.offset)
    barring = barring.from_first_bar(int(onsets.min()))
    zero, metre = barring.metre_changes[0]
    parts = [notes - np.array([zero, 0, 0]) for notes in timing.parts]
    end = max(int((notes[:, 0] + notes[:, 1]).max()) for notes in parts)
    end = max(end, metre.bar_ticks)
    if end > MOST_BARS * min(metre.bar_ticks for _, metre in barring.metre_changes):
        raise CorpusError(f"longer than {MOST_BARS:,} bars")
    bars = np.array(bar_lines(barring, end + zero), np.int32) - zero
    metre_changes = tuple((tick - zero, metre) for tick, metre in barring.metre_changes)
    line, accompaniment = _melody_and_rest(choice, song, parts)
    everything = np.concatenate(parts).astype(np.int32)
    alone = _is_harmony(accompaniment, everything)
    harmony = harmony_of(accompaniment if alone else everything, bars, metre_changes, end)
    late = zero + timing.offset
    symbols = chords_of_texts((tick - late, text) for tick, text in song.chord_texts)
    # A melody alone contradicts no chord.
    as_written = len(symbols) > 0 and (not alone or fit_notes(symbols, accompaniment))
    basses = symbols[:0, 3]
    if as_written:
        harmony, basses = replace(harmony, chords=symbols[:, :3]), symbols[:, 3]
    signatures = [signature.earlier(zero) for signature in song.signatures]
    melody_track = choice.part.track if choice else -1
    keys = keys_of(signatures, melody_track, harmony, everything, line, bars)
    chords = written_chords(parts)
    if as_written:
        chords = harmony.chords
    elif chords is None:
        chords = harmony.chords if len(accompaniment) else harmony.chords[:0]
    sheet = LeadSheet(
        title=title,
        source=source,
        metre_changes=metre_changes,
        key_changes=keys.changes,
        bars=bars,
        notes=line,
        chords=chords,
        end=end,
        sections=tuple((tick - late, name) for tick, name in song.markers if name),
        accompaniment=accompaniment,
        basses=basses,
    )
    account = account_of(song, choice, line, as_written)
    account = replace(
        account,
        key_from=keys.key_from,
        warnings=(*account.warnings, *timing.warnings, *_on_bars(barring), *keys.warnings),
    )
    return MidiReading(sheet, account, late)


def _melody_and_rest(
    choice: Choice | None, song: Song, parts: Sequence[NDArray[np.int64]]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The melody, int32[n, 3], and all other notes with the number of their part, int32[m, 4]."""
    numbered = np.concatenate(
        [np.insert(notes, 3, number, axis=1) for number, notes in enumerate(parts)]
    )
    numbered = numbered[np.lexsort(numbered.T[[2, 0]])]
    of_melody = np.ones(len(numbered), np.bool_)
    if choice is not None:
        of_melody = numbered[:, 3] == song.parts.index(choice.part)
    notes = numbered[of_melody, :3]
    line = one_at_a_time(notes) if choice is not None and choice.is_line else top_line(notes)
    places = {(onset, pitch) for onset, _, pitch in line.tolist()}
    in_line = [(onset, pitch) in places for onset, _, pitch, _ in numbered.tolist()]
    return line.astype(np.int32), numbered[~(of_melody & in_line)].astype(np.int32)


def _is_harmony(accompaniment: NDArray[np.int32], everything: NDArray[np.int32]) -> bool:
    """Whether an accompaniment is enough to tell the chords without the melody."""
    if not len(accompaniment):
        return False
    thickness = len(accompaniment) / len(np.unique(accompaniment[:, 0]))
    sounding = np.unique(accompaniment[:, 0] // TICKS_PER_BAR)
    bars = np.unique(everything[:, 0] // TICKS_PER_BAR)
    return thickness > _THIN and len(sounding) > _MOST_OF * len(bars)


def _on_bars(barring: Barring) -> list[str]:
    if not barring.guessed:
        return []
    return [_BARS_GUESSED.format(metre=barring.metre_changes[0][1])]
