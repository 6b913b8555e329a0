"""Writes a lead sheet as it was read into a Standard MIDI File."""

import io
from collections.abc import Iterable, Sequence

import mido
import numpy as np
from numpy.typing import NDArray

from livedshl.midi.meta import (
    CHARSET,
    Timed,
    chord_message,
    key_message,
    section_message,
    track_of,
)
from livedshl.midi.signs import NO_CHORD_NAME
from livedshl.music import LeadSheet, Metre
from livedshl.units import TICKS_PER_BEAT

_MELODY_VELOCITY, _OTHER_VELOCITY = 96, 72
_CHANNELS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15)  # without that of the drums
_SHORTEST_UNIT = 64  # of a metre that says how long an odd bar is


def tune_midi(sheet: LeadSheet) -> bytes:
    """The file: type 1, with a track for signatures and sections, "Melody", "Chords" and more.

    Chords are text events. Each hand or track of the accompaniment has a track of its own. A pickup
    ends a bar that begins with rests, so that bar lines agree. A Dorian key is written as minor, a
    Mixolydian one as major, on the same tonic; a key of another mode is left out.
    """
    shift = _pickup_bar(sheet)
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT, charset=CHARSET)
    end = sheet.end + shift
    hands = sorted({int(hand) for hand in sheet.accompaniment[:, 3]})
    lines = [("Melody", sheet.notes, _MELODY_VELOCITY)]
    for hand in hands:
        notes = sheet.accompaniment[sheet.accompaniment[:, 3] == hand]
        lines.append((f"Accompaniment {hand + 1}", notes, _OTHER_VELOCITY))
    file.tracks.append(track_of(sheet.title, _signatures(sheet, shift), end))
    for number, (name, notes, velocity) in enumerate(lines):
        channel = _CHANNELS[number % len(_CHANNELS)]
        file.tracks.append(track_of(name, _notes(notes, shift, channel, velocity), end))
        if number == 0:
            file.tracks.append(track_of("Chords", _chords(sheet, shift), end))
    content = io.BytesIO()
    file.save(file=content)
    return content.getvalue()


def _pickup_bar(sheet: LeadSheet) -> int:
    """The ticks of the bar that a pickup ends; 0 without a pickup."""
    firsts = [int(part[:, 0].min()) for part in (sheet.notes, sheet.accompaniment) if len(part)]
    first = min([0, sheet.metre_changes[0][0], *firsts])
    bar = sheet.metre.bar_ticks
    return -(first // bar) * bar


def _signatures(sheet: LeadSheet, shift: int) -> Iterable[Timed]:
    metres = [(max(0, tick + shift), metre) for tick, metre in sheet.metre_changes]
    metres[0] = (0, sheet.metre)
    for tick, metre in _with_odd_bars(sheet, metres, shift):
        yield (
            tick,
            mido.MetaMessage("time_signature", numerator=metre.count, denominator=metre.unit),
        )
    for number, (tick, key) in enumerate(sheet.key_changes):
        if message := key_message(key):
            yield max(0, tick + shift) if number else 0, message
    for tick, name in sheet.sections:
        yield max(0, tick + shift), section_message(name)


def _with_odd_bars(
    sheet: LeadSheet, metres: Sequence[tuple[int, Metre]], shift: int
) -> Iterable[tuple[int, Metre]]:
    """The changes of metre, and a metre for each bar of another length, the last one excepted."""
    bars = [*([0] if shift else []), *(sheet.bars + shift).tolist()]
    now: Metre | None = None
    for number, start in enumerate(bars):
        metre = [each for tick, each in metres if tick <= start][-1]
        after = bars[number + 1] if number + 1 < len(bars) else start + metre.bar_ticks
        if after - start != metre.bar_ticks:
            metre = _metre_of(after - start, metre.unit) or metre
        if metre != now:
            yield start, metre
        now = metre


def _metre_of(ticks: int, unit: int) -> Metre | None:
    """A metre with bars of this length; None if there is none."""
    while unit <= _SHORTEST_UNIT:
        count, left = divmod(ticks * unit, 4 * TICKS_PER_BEAT)
        if not left and 0 < count < 256:
            return Metre(count, unit)
        unit *= 2
    return None


def _chords(sheet: LeadSheet, shift: int) -> Iterable[Timed]:
    for tick, chord in sheet.written_chords():
        yield max(0, tick + shift), chord_message(chord.name if chord else NO_CHORD_NAME)


def _notes(notes: NDArray[np.int32], shift: int, channel: int, velocity: int) -> Iterable[Timed]:
    """The notes; one that is struck again while it sounds ends there."""
    ends: dict[tuple[int, int], int] = {}  # by onset and pitch
    following: dict[int, int] = {}  # the next onset of a pitch
    for onset, length, pitch in sorted(notes[:, :3].tolist(), reverse=True):
        if (onset, pitch) not in ends:
            ends[onset, pitch] = min(onset + length, following.get(pitch, onset + length))
            following[pitch] = onset
    for (onset, pitch), stop in ends.items():
        yield onset + shift, mido.Message("note_on", channel=channel, note=pitch, velocity=velocity)
        yield stop + shift, mido.Message("note_off", channel=channel, note=pitch, velocity=0)
