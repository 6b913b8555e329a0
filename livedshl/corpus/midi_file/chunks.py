"""Reads the events of a Standard MIDI File, whole or damaged.

symusic gives neither the channel of a note nor the track of a key signature, and mido refuses files
with a chunk or a key signature of its own kind. Sequencers play all of these files.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from livedshl.errors import CorpusError

_HEADER, _TRACK = b"MThd", b"MTrk"
_META, _SYSEX, _ESCAPE = 0xFF, 0xF0, 0xF7
_END_OF_TRACK = 0x2F
_DATA_BYTES = {8: 2, 9: 2, 10: 2, 11: 2, 12: 1, 13: 1, 14: 2}
# A length takes at most four bytes (MIDI 1.0, Standard MIDI Files, p. 2).
_MOST_LENGTH_BYTES = 4
_OF_SMPTE = 0x8000


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a track. A channel message has a `status`; a meta event 0xFF and its `kind`.

    data: the two data bytes of a channel message, or the content of a meta event.
    """

    tick: int
    status: int
    kind: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Chunks:
    """What a file holds: its type (0, 1 or 2), ticks in a quarter note, and events by track."""

    type: int
    ticks_per_quarter: int
    tracks: tuple[tuple[Event, ...], ...]


def chunks_of(content: bytes) -> Chunks:
    """The events of a MIDI file. What a damaged track holds up to the damage is read.

    Raises CorpusError if there is no track, or if the time is not counted in beats.
    """
    start = content.find(_HEADER)  # a RIFF file has a header of its own before it
    if start < 0 or len(content) < start + 14:
        raise CorpusError("not a MIDI file, or a damaged one")
    kind = int.from_bytes(content[start + 8 : start + 10])
    division = int.from_bytes(content[start + 12 : start + 14])
    if division & _OF_SMPTE:
        raise CorpusError("its time is counted in film frames, not in beats")
    if division == 0:
        raise CorpusError("it does not say how long a beat is")
    tracks = tuple(tuple(_events(track)) for track in _tracks(content, start))
    if not tracks:
        raise CorpusError("not a MIDI file, or a damaged one")
    return Chunks(kind, division, tracks)


def _tracks(content: bytes, start: int) -> Iterator[bytes]:
    """The content of each track chunk. Chunks of other kinds are passed over."""
    place = start
    while place + 8 <= len(content):
        kind = content[place : place + 4]
        length = int.from_bytes(content[place + 4 : place + 8])
        if kind == _TRACK:
            yield content[place + 8 : place + 8 + length]
        elif not kind.isalnum():
            following = content.find(_TRACK, place)  # a chunk before it told a wrong length
            if following < 0:
                return
            place = following
            continue
        place += 8 + length


def _events(track: bytes) -> Iterator[Event]:
    """The events of a track, up to its end or to a damaged one."""
    place = tick = running = 0
    while place < len(track):
        delta, place = _length(track, place)
        tick += delta
        if place >= len(track):
            return
        status = track[place]
        if status < 0x80:
            status = running
        else:
            place += 1
        if status in (_META, _SYSEX, _ESCAPE):
            kind = 0
            if status == _META:
                if place >= len(track):
                    return
                kind = track[place]
                place += 1
                if kind == _END_OF_TRACK:
                    return
            length, place = _length(track, place)
            if status == _META:
                yield Event(tick, _META, kind, track[place : place + length])
            place += length
            continue
        n_bytes = _DATA_BYTES.get(status >> 4)
        if n_bytes is None or place + n_bytes > len(track):
            return
        running = status
        # Some programs write velocities above 127.
        data = bytes(min(byte, 0x7F) for byte in track[place : place + n_bytes])
        yield Event(tick, status, 0, data.ljust(2, b"\0"))
        place += n_bytes


def _length(track: bytes, place: int) -> tuple[int, int]:
    """A number of variable length, and the place after it."""
    value = 0
    for byte in track[place : place + _MOST_LENGTH_BYTES]:
        place += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return value, place
