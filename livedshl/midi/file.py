"""Writes events into Standard MIDI Files, and reads them back."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import mido

from livedshl.files import write_beside
from livedshl.midi.events import Events, channels_of, events_of
from livedshl.midi.message import event_message
from livedshl.music import Grid
from livedshl.units import TICKS_PER_BEAT

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
) -> None:
    """Writes events as a type 1 file, with one track for each part.

    tempo_bpm: the first tempo, in beats of the grid a minute. tempo_changes: later ones, each from
    a tick on, ascending. track_names: the part on each channel; it also orders the tracks.
    end_tick: where the file ends; by default with the last event. Equal arguments give equal
    bytes. Raises OSError.
    """
    at_start = [bpm for tick, bpm in tempo_changes if tick <= 0]
    tempo_bpm = at_start[-1] if at_start else tempo_bpm
    tempo_changes = [(tick, bpm) for tick, bpm in tempo_changes if tick > 0]
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_BEAT, charset="utf-8")
    if end_tick is None:
        end_tick = int(events[-1, 0]) if len(events) else 0
    conductor = mido.MidiTrack(
        [
            tempo_message(grid, tempo_bpm),
            mido.MetaMessage(
                "time_signature",
                numerator=grid.metre.count,
                denominator=grid.metre.unit,
                clocks_per_click=_CLOCKS_PER_QUARTER * grid.beat_ticks // TICKS_PER_BEAT,
            ),
        ]
    )
    now = 0
    for tick, changed_bpm in tempo_changes:
        if tick <= end_tick:
            conductor.append(tempo_message(grid, changed_bpm, tick - now))
            now = tick
    conductor.append(mido.MetaMessage("end_of_track", time=end_tick - now))
    file.tracks.append(conductor)
    for channel, name in track_names.items():
        on_channel = events[channels_of(events) == channel]
        file.tracks.append(_track(name, on_channel, end_tick))
    content = io.BytesIO()
    file.save(file=content)
    write_beside(path, content.getvalue())


def read_events(source: Path | io.BytesIO) -> Events:
    """The channel messages of a MIDI file, or of its content, in the order of their ticks."""
    file = mido.MidiFile(source) if isinstance(source, Path) else mido.MidiFile(file=source)
    events = []
    tick = 0
    for message in mido.merge_tracks(file.tracks):
        tick += message.time
        if not message.is_meta:
            status, data1, *data2 = message.bytes()
            events.append((tick, status, data1, data2[0] if data2 else 0))
    return events_of(events)


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


def tempo_message(grid: Grid, tempo_bpm: float, ticks: int = 0) -> mido.MetaMessage:
    """A change of tempo, in beats of the grid a minute. ticks: since the message before."""
    return mido.MetaMessage(
        "set_tempo", tempo=mido.bpm2tempo(grid.quarter_bpm(tempo_bpm)), time=ticks
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
