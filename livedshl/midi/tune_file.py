"""Writes a lead sheet as it was read into a Standard MIDI File."""

import io
from collections.abc import Iterable, Sequence

import mido
import numpy as np
from numpy.typing import NDArray

from livedshl.music import LeadSheet, Metre, Mode
from livedshl.music.leadsheet import Key
from livedshl.music.spelling import fifths_of, spell
from livedshl.text import shown
from livedshl.units import TICKS_PER_BEAT

_MELODY_VELOCITY, _OTHER_VELOCITY = 96, 72
_CHANNELS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15)  # without that of the drums
_SHORTEST_UNIT = 64  # of a metre that says how long an odd bar is

_Timed = tuple[int, mido.MetaMessage | mido.Message]


def tune_midi(sheet: LeadSheet) -> bytes:
    """The file: type 1, with a track for signatures and sections, "Melody", "Chords" and more.

    Chords are text events. Each hand or track of the accompaniment has a track of its own. A pickup
    ends a bar that begins with rests, so that bar lines agree. A Dorian key is written as minor, a
    Mixolydian one as major, on the same tonic; a key of another mode is left out.
    """
    shift = _pickup_bar(sheet)
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT, charset="utf-8")
    end = sheet.end + shift
    hands = sorted({int(hand) for hand in sheet.accompaniment[:, 3]})
    lines = [("Melody", sheet.notes, _MELODY_VELOCITY)]
    for hand in hands:
        notes = sheet.accompaniment[sheet.accompaniment[:, 3] == hand]
        lines.append((f"Accompaniment {hand + 1}", notes, _OTHER_VELOCITY))
    file.tracks.append(_track(sheet.title, _signatures(sheet, shift), end))
    for number, (name, notes, velocity) in enumerate(lines):
        channel = _CHANNELS[number % len(_CHANNELS)]
        file.tracks.append(_track(name, _notes(notes, shift, channel, velocity), end))
        if number == 0:
            file.tracks.append(_track("Chords", _chords(sheet, shift), end))
    content = io.BytesIO()
    file.save(file=content)
    return content.getvalue()


def _pickup_bar(sheet: LeadSheet) -> int:
    """The ticks of the bar that a pickup ends; 0 without a pickup."""
    firsts = [int(part[:, 0].min()) for part in (sheet.notes, sheet.accompaniment) if len(part)]
    first = min([0, sheet.metre_changes[0][0], *firsts])
    bar = sheet.metre.bar_ticks
    return -(first // bar) * bar


def _signatures(sheet: LeadSheet, shift: int) -> Iterable[_Timed]:
    metres = [(max(0, tick + shift), metre) for tick, metre in sheet.metre_changes]
    metres[0] = (0, sheet.metre)
    for tick, metre in _with_odd_bars(sheet, metres, shift):
        yield (
            tick,
            mido.MetaMessage("time_signature", numerator=metre.count, denominator=metre.unit),
        )
    for number, (tick, key) in enumerate(sheet.key_changes):
        if name := _key_name(key):
            yield max(0, tick + shift) if number else 0, mido.MetaMessage("key_signature", key=name)
    for tick, name in sheet.sections:
        yield max(0, tick + shift), mido.MetaMessage("marker", text=shown(name))


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


def _key_name(key: Key) -> str | None:
    """The key as MIDI can name it."""
    home = key.mode.home
    if home is None:
        return None
    letter, alter = spell(key.tonic, fifths_of(Key(key.tonic, home)))
    return letter + {-1: "b", 0: "", 1: "#"}[alter] + ("m" if home is Mode.MINOR else "")


def _chords(sheet: LeadSheet, shift: int) -> Iterable[_Timed]:
    for tick, chord in sheet.written_chords():
        name = chord.name if chord else "N.C."
        yield max(0, tick + shift), mido.MetaMessage("text", text=name)


def _notes(notes: NDArray[np.int32], shift: int, channel: int, velocity: int) -> Iterable[_Timed]:
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


def _track(name: str, events: Iterable[_Timed], end: int) -> mido.MidiTrack:
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=shown(name))])
    now = 0
    for tick, message in sorted(events, key=lambda event: (event[0], event[1].type != "note_off")):
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, end - now)))
    return track
