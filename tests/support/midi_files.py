"""Small MIDI files, written for the tests of reading."""

import io
from dataclasses import dataclass, field
from pathlib import Path

import mido

from livedshl.corpus.midi_file.chunks import chunks_of
from livedshl.corpus.midi_file.reading import understand
from livedshl.corpus.midi_file.song import song_of
from livedshl.music import Chord

BAR = 1920
# Eight bars in E flat: quarter notes, stepwise, and the chords under them.
MELODY = [63, 65, 67, 68, 70, 67, 63, 67, 68, 72, 70, 68, 67, 65, 63, 62] * 2
CHORDS = ["Eb", "Ab", "Bb", "Eb"] * 2


@dataclass
class Track:
    """A track. notes: onset, length, pitch. metas: tick and message. words: tick and syllable."""

    notes: list
    name: str = ""
    channel: int = 0
    program: int = 0
    metas: list = field(default_factory=list)
    words: list = field(default_factory=list)

    def messages(self):
        """All its messages, each with its tick."""
        timed = [(0, -2, mido.MetaMessage("track_name", name=self.name))] if self.name else []
        timed.append((0, -1, mido.Message("program_change", channel=self.channel,
                                          program=self.program)))  # fmt: skip
        timed += [(tick, -1, message) for tick, message in self.metas]
        timed += [(tick, -1, mido.MetaMessage("lyrics", text=text)) for tick, text in self.words]
        for onset, length, pitch in self.notes:
            on = mido.Message("note_on", channel=self.channel, note=pitch, velocity=80)
            off = mido.Message("note_off", channel=self.channel, note=pitch)
            timed += [(onset, 1, on), (onset + length, 0, off)]
        return timed


def midi_bytes(tracks, key="Eb", metre=(4, 4), kind=1):
    """The content of a file. key, metre: of the whole file; None to leave it out."""
    file = mido.MidiFile(type=kind, ticks_per_beat=480, charset="utf-8")
    head = [(0, -3, mido.MetaMessage("key_signature", key=key))] if key else []
    if metre:
        count, unit = metre
        head.append((0, -3, mido.MetaMessage("time_signature", numerator=count, denominator=unit)))
    of_tracks = [track.messages() for track in tracks]
    if kind == 0:
        of_tracks = [[message for timed in of_tracks for message in timed]]
    of_tracks[0] += head
    for timed in of_tracks:
        track, now = mido.MidiTrack(), 0
        for tick, _, message in sorted(timed, key=lambda each: each[:2]):
            track.append(message.copy(time=tick - now))
            now = tick
        file.tracks.append(track)
    content = io.BytesIO()
    file.save(file=content)
    return content.getvalue()


def read(content, melody=None):
    """The lead sheet and the account of a file's content."""
    reading = understand(song_of(chunks_of(content)), "tune", "tune.mid", melody)
    return reading.sheet, reading.account


def read_tracks(*tracks, melody=None, **options):
    """The lead sheet and the account of a file of these tracks."""
    return read(midi_bytes(tracks, **options), melody)


def quarters(pitches, start=0, length=460):
    """Quarter notes one after the other."""
    return [(start + 480 * place, length, pitch) for place, pitch in enumerate(pitches)]


def block_chords(names=CHORDS, octave=4, length=BAR - 20):
    """A chord on each bar, in root position."""
    return [(BAR * bar, length, pitch) for bar, name in enumerate(names)
            for pitch in close_position(name, octave)]  # fmt: skip


def close_position(name, octave=4):
    """The pitches of a chord, the root lowest."""
    chord = Chord.parse(name)
    return [12 * octave + chord.root + interval for interval in chord.intervals]


def melody(name="Melody", **options):
    """The track of the tune."""
    return Track(quarters(MELODY), name, **options)


def chords(name="Piano", **options):
    """The track of its chords."""
    return Track(block_chords(), name, channel=1, **options)


def chord_names(sheet):
    """The chords by bar; one that is struck again counts once."""
    found = []
    for tick, root, quality in sheet.chords.tolist():
        name = "N.C." if root < 0 else Chord(root, quality).name
        if not found or found[-1][1] != name:
            found.append((tick / BAR, name))
    return found


def save(path: Path, content: bytes) -> Path:
    """Writes a file and gives its path."""
    path.write_bytes(content)
    return path
