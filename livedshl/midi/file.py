"""Writes events into Standard MIDI Files, and reads them back."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import mido

from livedshl.files import write_beside
from livedshl.midi.events import Events, channels_of, events_of
from livedshl.midi.message import event_message
from livedshl.midi.meta import (
    CHARSET,
    Timed,
    chord_messages,
    key_and_section_messages,
    signs_of,
    track_of,
)
from livedshl.midi.signs import NO_SIGNS, Signs
from livedshl.music import Grid
from livedshl.units import TICKS_PER_BEAT

CHORD_TRACK = "Chord names"
_CLOCKS_PER_QUARTER = 24
_DEFAULT_BPM = 120.0  # of a MIDI file that does not say


def write_midi(
    path: Path,
    events: Events,
    tempo_bpm: float,
    grid: Grid,
    track_names: Mapping[int, str],
    tempo_changes: Sequence[tuple[int, float]] = (),
    end_tick: int | None = None,
    signs: Signs = NO_SIGNS,
) -> None:
    """Writes events as a MIDI file, as `midi_content` has it. Raises OSError."""
    content = midi_content(events, tempo_bpm, grid, track_names, tempo_changes, end_tick, signs)
    write_beside(path, content)


def midi_content(
    events: Events,
    tempo_bpm: float,
    grid: Grid,
    track_names: Mapping[int, str],
    tempo_changes: Sequence[tuple[int, float]] = (),
    end_tick: int | None = None,
    signs: Signs = NO_SIGNS,
) -> bytes:
    """A type 1 file of events, with one track for each part, and one for the chords if any.

    tempo_bpm: the first tempo, in beats of the grid a minute. tempo_changes: later ones, each from
    a tick on, ascending. track_names: the part on each channel; it also orders the tracks.
    end_tick: where the file ends; by default with the last event. signs: those beyond the end are
    left out. Equal arguments give equal bytes.
    """
    at_start = [bpm for tick, bpm in tempo_changes if tick <= 0]
    if end_tick is None:
        end_tick = int(events[-1, 0]) if len(events) else 0
    signs = signs.before(end_tick + 1)
    conductor: list[Timed] = [
        (0, tempo_message(grid, at_start[-1] if at_start else tempo_bpm)),
        (0, _metre_message(grid)),
        *((tick, tempo_message(grid, bpm)) for tick, bpm in tempo_changes if 0 < tick <= end_tick),
        *key_and_section_messages(signs),
    ]
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT, charset=CHARSET)
    file.tracks.append(track_of("", conductor, end_tick))
    for channel, name in track_names.items():
        on_channel = events[channels_of(events) == channel]
        file.tracks.append(_track(name, on_channel, end_tick))
    if signs.chords:
        file.tracks.append(track_of(CHORD_TRACK, chord_messages(signs), end_tick))
    content = io.BytesIO()
    file.save(file=content)
    return content.getvalue()


def read_events(source: Path | io.BytesIO) -> Events:
    """The channel messages of a MIDI file, or of its content, in the order of their ticks."""
    return read_music(source)[0]


def read_music(source: Path | io.BytesIO) -> tuple[Events, Signs]:
    """The channel messages of a MIDI file, or of its content, and its signs, by their ticks."""
    if isinstance(source, Path):
        file = mido.MidiFile(source, charset=CHARSET)
    else:
        file = mido.MidiFile(file=source, charset=CHARSET)
    events, metas = [], []
    tick = 0
    for message in mido.merge_tracks(file.tracks):
        tick += message.time
        if message.is_meta:
            metas.append((tick, message))
        else:
            status, data1, *data2 = message.bytes()
            events.append((tick, status, data1, data2[0] if data2 else 0))
    return events_of(events), signs_of(metas)


def tempi_in(path: Path) -> list[tuple[int, float]]:
    """(tick, quarter notes a minute) of each change of tempo in a MIDI file, the first at 0."""
    tempi = [(0, _DEFAULT_BPM)]
    tick = 0
    for message in mido.merge_tracks(mido.MidiFile(path).tracks):
        tick += message.time
        if message.type == "set_tempo":
            if tick == tempi[-1][0]:
                tempi.pop()
            tempi.append((tick, mido.tempo2bpm(message.tempo)))
    return tempi


def tempo_message(grid: Grid, tempo_bpm: float) -> mido.MetaMessage:
    """A change of tempo, in beats of the grid a minute."""
    return mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(grid.quarter_bpm(tempo_bpm)))


def _metre_message(grid: Grid) -> mido.MetaMessage:
    return mido.MetaMessage(
        "time_signature",
        numerator=grid.metre.count,
        denominator=grid.metre.unit,
        clocks_per_click=_CLOCKS_PER_QUARTER * grid.beat_ticks // TICKS_PER_BEAT,
    )


def _track(name: str, events: Events, last_tick: int) -> mido.MidiTrack:
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
    now = 0
    for tick, status, data1, data2 in events.tolist():
        message = event_message(status, data1, data2)
        track.append(mido.Message.from_bytes(message, time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=last_tick - now))
    return track
