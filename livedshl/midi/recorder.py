"""Records a performance into a MIDI file that is valid at every moment.

During the performance the file has one growing track, which ends with the bytes 00 FF 2F 00. To
append, the recorder does three things, and the file is valid after each:

1. it writes the new events and a new end behind the old end;
2. it raises the length of the track;
3. it turns the old end into an empty text event of the same size, 00 FF 01 00.

So the recording survives even if the process is killed. Closing rewrites the file with one track
for each part.
"""

import io
from collections.abc import Iterable, Mapping
from operator import itemgetter
from pathlib import Path

import mido

from livedshl.errors import OutputError
from livedshl.midi.events import Events
from livedshl.midi.file import read_music, tempo_message, write_midi
from livedshl.midi.message import event_message
from livedshl.midi.meta import chord_messages, key_and_section_messages, meta_bytes
from livedshl.midi.signs import NO_SIGNS, Signs, joined
from livedshl.midi.sounding import cut_events
from livedshl.music import Grid
from livedshl.units import TICKS_PER_BEAT

_HEADER = b"MThd" + bytes((0, 0, 0, 6, 0, 0, 0, 1)) + TICKS_PER_BEAT.to_bytes(2, "big") + b"MTrk"
_LENGTH_AT = len(_HEADER)
_TRACK_AT = _LENGTH_AT + 4
_END = b"\x00\xff\x2f\x00"
_KIND_IN_END = 2  # the byte that differs between an end and a text event
_TEXT = b"\x01"


class Recorder:
    """Appends events to a new MIDI file; a context manager.

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
        self._n_tempi = 0  # tempo changes written so far
        track = b"\x00" + bytes(tempo_message(grid, tempo_bpm).bytes()) + _END
        try:
            self._file = path.open("w+b", buffering=0)
            self._file.write(_HEADER + len(track).to_bytes(4, "big") + track)
        except OSError as error:
            raise OutputError(f"cannot be written ({error.strerror})", where=str(path)) from error

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, events: Events, signs: Signs = NO_SIGNS) -> None:
        """Adds events and signs; none may come before those already recorded.

        Raises OutputError if they cannot be written. The earlier recording stays readable.
        """
        metas = [*key_and_section_messages(signs), *chord_messages(signs)]
        messages = [(tick, meta_bytes(message)) for tick, message in metas]
        messages += [(tick, event_message(*event)) for tick, *event in events.tolist()]
        self._add(self._encode(sorted(messages, key=itemgetter(0))))

    def set_tempo(self, tick: int, tempo_bpm: float) -> None:
        """Changes the tempo from `tick` on. It is written with the next events after that tick."""
        self._tempo_changes.append((tick, tempo_bpm))

    def set_tempi(self, changes: Iterable[tuple[int, float]]) -> None:
        """Sets all changes of tempo, (tick, BPM). Those before the last event are not written.

        They are when the recording is closed.
        """
        self._tempo_changes = list(changes)
        self._n_tempi = sum(at < self._tick for at, _ in self._tempo_changes)

    def name_tracks(self, track_names: Mapping[int, str]) -> None:
        """Names the tracks of channels that have no name yet."""
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
        """Makes closing drop everything from `tick` on, which was never heard."""
        self._cut_tick = tick

    def close(self) -> None:
        """Rewrites the recording with a track for each part. Raises OutputError.

        After a cut, every note ends.
        """
        if self._file.closed:
            return
        events, signs = self._recorded()
        if self._cut_tick is not None:
            events, signs = cut_events(events, self._cut_tick), signs.before(self._cut_tick)
        try:
            write_midi(
                self._path, events, self._tempo_bpm, self._grid, self._track_names,
                self._tempo_changes, signs=joined([signs]),
            )  # fmt: skip
        except OSError as error:
            raise self._failure(error) from error

    def _recorded(self) -> tuple[Events, Signs]:
        """All events and signs so far, and closes the file.

        Reads what was opened, so a file that somebody moved or deleted meanwhile is whole.
        """
        try:
            self._file.seek(0)
            return read_music(io.BytesIO(self._file.read()))
        except (OSError, EOFError, ValueError, LookupError) as error:
            raise OutputError(
                "something else changed the recording while it ran",
                where=str(self._path),
                remedy="Write it again from its log with `livedshl replay`",
            ) from error
        finally:
            self._file.close()

    def _write(self, content: bytes) -> None:
        """Writes all of `content`. On a full disk the first write only comes up short."""
        while content:
            content = content[self._file.write(content) :]

    def _failure(self, error: OSError) -> OutputError:
        return OutputError(f"the recording stops here ({error.strerror})", where=str(self._path))

    def _encode(self, messages: Iterable[tuple[int, bytes]]) -> bytes:
        encoded = bytearray()
        for tick, message in messages:
            for at, tempo_bpm in self._tempo_changes[self._n_tempi :]:
                if at > tick:
                    break
                encoded += self._delta(max(at, self._tick))
                encoded += bytes(tempo_message(self._grid, tempo_bpm).bytes())
                self._n_tempi += 1
            encoded += self._delta(tick)
            encoded += message
        return bytes(encoded)

    def _delta(self, tick: int) -> bytes:
        """The encoded time from the last message to `tick`."""
        ticks, self._tick = tick - self._tick, tick
        return bytes(mido.midifiles.meta.encode_variable_int(ticks))
