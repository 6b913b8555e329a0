"""Records a performance into a MIDI file that can be read at every moment.

While the performance lasts the file has one track, which grows. The last four bytes are its end
(00 FF 2F 00). To append, the new events and a new end are written behind the old one; the length
of the track is raised; then the old end is turned into an empty text event of equal size (00 FF
01 00). After each of these writes the file is whole, so it survives the death of the process at
any point. When the recording is closed it is rewritten with one track a part.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import mido

from livedshl.errors import OutputError
from livedshl.midi.events import Events, events_of
from livedshl.midi.file import tempo_message, write_midi
from livedshl.midi.message import event_message
from livedshl.midi.sounding import cut_events
from livedshl.music import Grid
from livedshl.units import TICKS_PER_BEAT

_HEADER = b"MThd" + bytes((0, 0, 0, 6, 0, 0, 0, 1)) + TICKS_PER_BEAT.to_bytes(2, "big") + b"MTrk"
_LENGTH_AT = len(_HEADER)
_TRACK_AT = _LENGTH_AT + 4
_END = b"\x00\xff\x2f\x00"
_KIND_IN_END = 2  # the byte of an end that tells it from a text event
_TEXT = b"\x01"


class Recorder:
    """Appends events to the MIDI file at `path`; a context manager.

    track_names: the part on each channel. Raises OutputError if the file cannot be written.
    """

    def __init__(
        self, path: Path, tempo_bpm: float, grid: Grid, track_names: Mapping[int, str]
    ) -> None:
        self._path = path
        self._tempo_bpm = tempo_bpm
        self._grid = grid
        self._track_names = dict(track_names)
        self._tick = 0
        self._cut_tick: int | None = None
        self._tempo_changes: list[tuple[int, float]] = []
        self._n_tempi = 0  # of which have been written
        track = b"\x00" + bytes(tempo_message(grid, tempo_bpm).bytes()) + _END
        try:
            self._file = path.open("w+b", buffering=0)
            self._file.write(_HEADER + len(track).to_bytes(4, "big") + track)
        except OSError as error:
            raise OutputError(f"{path}: cannot be recorded to ({error.strerror})") from error

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, events: Events) -> None:
        """Adds events, int64[n, 4] (tick, status, data 1, data 2), none before those already in.

        Raises OutputError if they cannot be written; what was recorded before stays readable.
        """
        self._add(self._encode(events.tolist()))

    def set_tempo(self, tick: int, tempo_bpm: float) -> None:
        """Another tempo from `tick` on; until it is closed the file has it behind what is in."""
        self._tempo_changes.append((tick, tempo_bpm))

    def name_tracks(self, track_names: Mapping[int, str]) -> None:
        """Names the tracks of channels that have had no part so far."""
        self._track_names = {**track_names, **self._track_names}

    def _add(self, added: bytes) -> None:
        if not added:
            return
        try:
            old_end = self._file.seek(0, 2) - len(_END)
            self._write(added + _END)
            length = self._file.tell() - _TRACK_AT
            self._file.seek(_LENGTH_AT)
            self._write(length.to_bytes(4, "big"))
            self._file.seek(old_end + _KIND_IN_END)
            self._write(_TEXT)
        except OSError as error:
            raise self._failure(error) from error

    def cut(self, tick: int) -> None:
        """Forgets, on closing, what was recorded from `tick` on: it was never heard."""
        self._cut_tick = tick

    def close(self) -> None:
        """Rewrites the recording with one track a part, every note ended. Raises OutputError."""
        if self._file.closed:
            return
        self._file.close()
        events = read_events(self._path)
        if self._cut_tick is not None:
            events = cut_events(events, self._cut_tick)
        try:
            write_midi(
                self._path, events, self._tempo_bpm, self._grid, self._track_names,
                self._tempo_changes,
            )  # fmt: skip
        except OSError as error:
            raise self._failure(error) from error

    def _write(self, content: bytes) -> None:
        """Writes all of it: on a disk that fills up, the first write is merely cut short."""
        while content:
            content = content[self._file.write(content) :]

    def _failure(self, error: OSError) -> OutputError:
        return OutputError(f"{self._path}: the recording stops here ({error.strerror})")

    def _encode(self, events: Iterable[list[int]]) -> bytes:
        encoded = bytearray()
        for tick, status, data1, data2 in events:
            for at, tempo_bpm in self._tempo_changes[self._n_tempi :]:
                if at > tick:
                    break
                encoded += self._delta(max(at, self._tick))
                encoded += bytes(tempo_message(self._grid, tempo_bpm).bytes())
                self._n_tempi += 1
            encoded += self._delta(tick)
            encoded += event_message(status, data1, data2)
        return bytes(encoded)

    def _delta(self, tick: int) -> bytes:
        """The time from the message before to one at `tick`."""
        ticks, self._tick = tick - self._tick, tick
        return bytes(mido.midifiles.meta.encode_variable_int(ticks))


def read_events(path: Path) -> Events:
    """The channel messages of a MIDI file, int64[n, 4] in ticks, in the order of the file."""
    events = []
    tick = 0
    for message in mido.merge_tracks(mido.MidiFile(path).tracks):
        tick += message.time
        if not message.is_meta:
            status, data1, *data2 = message.bytes()
            events.append((tick, status, data1, data2[0] if data2 else 0))
    return events_of(events)
