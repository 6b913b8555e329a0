"""What a MIDI file holds for a musician: parts of notes, metres, key signatures, words."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from livedshl.corpus.midi_file.chord_texts import is_chord_track
from livedshl.corpus.midi_file.chunks import Chunks, Event
from livedshl.midi.general_midi import DRUM_CHANNEL, PROGRAMS
from livedshl.units import TICKS_PER_BEAT

_META = 0xFF
_NOTE_OFF, _NOTE_ON, _PROGRAM = 8, 9, 12
_TEXT, _NAME, _INSTRUMENT, _LYRIC, _MARKER = 1, 3, 4, 5, 6
_TEMPO, _METRE, _KEY = 0x51, 0x58, 0x59
# Fewer texts after the start of a track are no words to sing.
_LEAST_SYLLABLES = 16
_ENCODINGS = ("utf-8", "shift_jis", "latin-1")
_DEFAULT_TEMPO = 500_000  # microseconds a quarter note


@dataclass(frozen=True, slots=True, eq=False)
class MidiPart:
    """The notes of one channel in one track, across its changes of program.

    notes: int64[n, 3], onset and length in file ticks scaled to 480 a quarter note, pitch;
        ascending, one for each onset and pitch.
    program: of most of the notes. number: of the part, from 1, as the file orders them. track: of
        the file, from 0.
    """

    number: int
    track: int
    name: str
    channel: int
    program: int
    notes: NDArray[np.int64]

    @property
    def label(self) -> str:
        """What to call the part: its name, or its number and instrument."""
        return self.name or f"track {self.number} ({PROGRAMS[self.program]})"


@dataclass(frozen=True, slots=True)
class KeySignature:
    """A key signature: sharps, or flats as a negative number; whether it says minor.

    minor is None where the file does not tell. track: the track that it stands in.
    """

    tick: int
    sharps: int
    minor: bool | None
    track: int

    def earlier(self, ticks: int) -> "KeySignature":
        """The same, so many ticks earlier."""
        return replace(self, tick=self.tick - ticks)


@dataclass(frozen=True, slots=True, eq=False)
class Song:
    """A MIDI file. All ticks are scaled to 480 a quarter note.

    parts: those with notes, without drums. drum_onsets: int64[n], of what the drums play.
    metres: tick, count, unit; as they are written, whatever they say.
    syllables: int64[n], the ticks of the words to sing.
    chord_texts: tick and text of the chord symbols that a track has as texts.
    tempos: tick, microseconds a quarter note.
    patterns: how many sequences a file of type 2 holds; 1 for any other.
    """

    parts: tuple[MidiPart, ...]
    drum_onsets: NDArray[np.int64]
    metres: tuple[tuple[int, int, int], ...]
    signatures: tuple[KeySignature, ...]
    syllables: NDArray[np.int64]
    tempos: tuple[tuple[int, int], ...]
    markers: tuple[tuple[int, str], ...]
    chord_texts: tuple[tuple[int, str], ...] = ()
    patterns: int = 1


@dataclass(slots=True)
class _Line:
    """What is gathered of one channel in one track."""

    notes: list[tuple[int, int, int]] = field(default_factory=list)
    programs: list[int] = field(default_factory=list)
    program: int = 0
    down: dict[int, list[int]] = field(default_factory=dict)

    def take(self, kind: int, tick: int, data: bytes) -> None:
        """Takes a channel message."""
        pitch, value = data
        if kind == _PROGRAM:
            self.program = pitch
        elif kind == _NOTE_ON and value:
            self.down.setdefault(pitch, []).append(tick)
        elif kind in (_NOTE_ON, _NOTE_OFF) and self.down.get(pitch):
            onset = self.down[pitch].pop()  # one before it may never have ended
            if tick > onset:
                self.notes.append((onset, tick, pitch))
                self.programs.append(self.program)

    def end(self) -> None:
        """Lets each note whose end was lost sound until the next one begins."""
        onsets = sorted(onset for onset, _, _ in self.notes)
        for pitch, ticks in self.down.items():
            for onset in ticks:
                following = bisect_right(onsets, onset)
                if following < len(onsets):
                    self.notes.append((onset, onsets[following], pitch))
                    self.programs.append(self.program)


def song_of(chunks: Chunks) -> Song:
    """The song of a file's events."""
    scale = TICKS_PER_BEAT / chunks.ticks_per_quarter
    tracks: Sequence[Sequence[Event]] = chunks.tracks
    patterns = 1
    if chunks.type == 2:
        sounding = [track for track in tracks if any(e.status >> 4 == _NOTE_ON for e in track)]
        tracks, patterns = sounding[:1], max(1, len(sounding))
    parts: list[MidiPart] = []
    drums: list[int] = []
    for track, events in enumerate(tracks):
        name = next((_text(e.data) for e in events if _is_meta(e, _NAME) and e.data.strip()), "")
        for channel, line in _lines(events).items():
            notes = _scaled(line.notes, scale)
            if channel == DRUM_CHANNEL:
                drums += notes[:, 0].tolist()
            elif len(notes):
                program = max(set(line.programs), key=line.programs.count)
                parts.append(MidiPart(len(parts) + 1, track, name, channel, program, notes))
    chord_texts = _chord_texts(tracks, scale)
    metas = [(number, e) for number, track in enumerate(tracks) for e in track if e.status == _META]
    return Song(
        parts=tuple(parts),
        drum_onsets=np.unique(np.array(drums, np.int64)),
        metres=tuple(
            sorted(
                (round(e.tick * scale), e.data[0], 1 << min(e.data[1], 16))
                for _, e in metas
                if e.kind == _METRE and len(e.data) >= 2
            )
        ),
        signatures=tuple(
            sorted(
                (_signature(e, number, scale) for number, e in metas if _tells_key(e)),
                key=lambda signature: signature.tick,
            )
        ),
        syllables=_syllables(tracks, scale, {tick for tick, _ in chord_texts}),
        tempos=_tempos([e for _, e in metas], scale),
        markers=tuple(
            (round(e.tick * scale), _text(e.data)) for _, e in metas if e.kind == _MARKER
        ),
        chord_texts=chord_texts,
        patterns=patterns,
    )


def _is_meta(event: Event, kind: int) -> bool:
    return event.status == _META and event.kind == kind


def _lines(events: Iterable[Event]) -> dict[int, _Line]:
    """What each channel of a track plays."""
    lines: dict[int, _Line] = {}
    for event in events:
        kind = event.status >> 4
        if kind in (_NOTE_OFF, _NOTE_ON, _PROGRAM):
            line = lines.setdefault(event.status & 0x0F, _Line())
            line.take(kind, event.tick, event.data)
    for line in lines.values():
        line.end()
    return lines


def _scaled(notes: Sequence[tuple[int, int, int]], scale: float) -> NDArray[np.int64]:
    """Notes in ticks of 480 a quarter note; of two at one place, the longer."""
    longest: dict[tuple[int, int], int] = {}
    for onset, end, pitch in notes:
        start, stop = round(onset * scale), round(end * scale)
        place = (start, pitch)
        longest[place] = max(longest.get(place, 1), stop - start)
    in_order = sorted((onset, length, pitch) for (onset, pitch), length in longest.items())
    return np.array(in_order, np.int64).reshape(-1, 3)


def _tells_key(event: Event) -> bool:
    return event.kind == _KEY and len(event.data) >= 2


def _signature(event: Event, track: int, scale: float) -> KeySignature:
    sharps = int.from_bytes(event.data[:1], signed=True)
    return KeySignature(
        round(event.tick * scale), sharps, {0: False, 1: True}.get(event.data[1]), track
    )


def _chord_texts(tracks: Iterable[Iterable[Event]], scale: float) -> tuple[tuple[int, str], ...]:
    """The chord symbols that are the texts or markers of a track."""
    for kind in (_TEXT, _MARKER, _LYRIC):
        for events in tracks:
            texts = [
                (round(e.tick * scale), _text(e.data))
                for e in events
                if _is_meta(e, kind) and e.data.strip()
            ]
            if is_chord_track([text for _, text in texts]):
                return tuple(texts)
    return ()


def _syllables(
    tracks: Iterable[Iterable[Event]], scale: float, chords: Collection[int]
) -> NDArray[np.int64]:
    """The ticks of the words to sing: lyric events, or in karaoke files the texts of a track.

    chords: the ticks of chord symbols, which are not sung.
    """
    found = []
    for kind in (_LYRIC, _TEXT):
        for events in tracks:
            ticks = {
                round(e.tick * scale)
                for e in events
                if _is_meta(e, kind) and not e.data.startswith(b"@") and e.data.strip(b" \r\n\\/")
            }
            if len(ticks) >= _LEAST_SYLLABLES and not ticks <= set(chords):
                found.append(sorted(ticks))
        if found:
            break
    return np.array(max(found, key=len, default=[]), np.int64)


def _tempos(events: Iterable[Event], scale: float) -> tuple[tuple[int, int], ...]:
    tempos = {
        round(e.tick * scale): max(1, int.from_bytes(e.data[:3]))
        for e in events
        if e.kind == _TEMPO and len(e.data) >= 3
    }
    return tuple(sorted({0: _DEFAULT_TEMPO, **tempos}.items()))


def _text(data: bytes) -> str:
    """A text in whichever encoding it was written."""
    for encoding in _ENCODINGS:
        try:
            return " ".join(data.rstrip(b"\0").decode(encoding).split())
        except UnicodeDecodeError:
            continue
    return ""
