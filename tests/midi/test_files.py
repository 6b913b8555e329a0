import errno
import os
from contextlib import contextmanager, suppress
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedshl.errors import OutputError
from livedshl.files import write_beside
from livedshl.midi.file import read_events, write_midi
from livedshl.midi.recorder import Recorder
from livedshl.music import COMMON_TIME, GRIDS

NAMES = {0: "Melody", 3: "Bäss"}


def chunk(first_tick):
    """A bar of events from a tick on."""
    return np.array(
        [
            [first_tick, 0xC0, 40, 0],
            [first_tick, 0x90, 60, 90],
            [first_tick + 5, 0xB3, 7, 100],
            [first_tick + 240, 0x93, 40, 80],
            [first_tick + 480, 0x80, 60, 0],
            [first_tick + 1920, 0x83, 40, 0],
        ],
        np.int64,
    )


def test_a_midi_file_has_a_named_track_a_part_and_all_events(tmp_path):
    write_midi(tmp_path / "t.mid", chunk(0), 93.5, COMMON_TIME, NAMES)
    file = mido.MidiFile(tmp_path / "t.mid", charset="utf-8")
    assert [track.name for track in file.tracks[1:]] == ["Melody", "Bäss"]
    (tempo,) = (m.tempo for m in file.tracks[0] if m.type == "set_tempo")
    assert mido.tempo2bpm(tempo) == pytest.approx(93.5, rel=1e-5)
    assert sorted(read_events(tmp_path / "t.mid").tolist()) == sorted(chunk(0).tolist())


def test_equal_events_give_equal_bytes(tmp_path):
    for name in ("a.mid", "b.mid"):
        write_midi(tmp_path / name, chunk(0), 120, COMMON_TIME, NAMES)
    assert (tmp_path / "a.mid").read_bytes() == (tmp_path / "b.mid").read_bytes()


@pytest.mark.parametrize(
    ("metre", "quarters_a_minute", "clocks_a_click"),
    [("4/4", 90, 24), ("3/4", 90, 24), ("6/8", 135, 36), ("9/8", 135, 36)],
)
def test_a_midi_file_tells_its_metre_and_its_tempo_in_quarters(
    tmp_path, metre, quarters_a_minute, clocks_a_click
):
    write_midi(tmp_path / "t.mid", chunk(0), 90, GRIDS[metre], NAMES)
    file = mido.MidiFile(tmp_path / "t.mid", charset="utf-8")
    told = {message.type: message for message in file.tracks[0]}
    assert mido.tempo2bpm(told["set_tempo"].tempo) == pytest.approx(quarters_a_minute, rel=1e-5)
    signature = told["time_signature"]
    assert f"{signature.numerator}/{signature.denominator}" == metre
    assert signature.clocks_per_click == clocks_a_click


@pytest.mark.parametrize("metre", GRIDS)
def test_a_closed_recording_is_the_file_that_would_have_been_written(tmp_path, metre):
    grid = GRIDS[metre]
    with Recorder(tmp_path / "take.mid", 120, grid, NAMES) as recorder:
        for bar in range(5):
            recorder.append(chunk(1920 * bar))
    events = np.concatenate([chunk(1920 * bar) for bar in range(5)])
    write_midi(tmp_path / "t.mid", events, 120, grid, NAMES)
    assert (tmp_path / "take.mid").read_bytes() == (tmp_path / "t.mid").read_bytes()


@contextmanager
def opened_as(kind):
    """Wraps each file that is opened for writing in a `kind`; yields the list of them."""
    opened, really = [], Path.open

    def wrapped(path, mode="r", *how, **options):
        file = really(path, mode, *how, **options)
        if "w" in mode:
            opened.append(file := kind(file))
        return file

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", wrapped)
        yield opened


class File:
    """Does what the file does that it wraps."""

    def __init__(self, file):
        self.file = file

    def __getattr__(self, name):
        return getattr(self.file, name)


def test_a_recording_can_be_read_after_every_single_write(tmp_path):
    path = tmp_path / "take.mid"
    states = []

    class Watched(File):
        """Keeps a copy of itself after each write."""

        def write(self, content):
            written = self.file.write(content)
            states.append(path.read_bytes())
            return written

    with opened_as(Watched):
        recorder = Recorder(path, 120, COMMON_TIME, NAMES)
    states.clear()
    for bar in range(3):
        recorder.append(chunk(1920 * bar))
    recorder.close()
    assert len(states) == 9
    lengths = []
    for number, state in enumerate(states):
        (tmp_path / f"{number}.mid").write_bytes(state)
        events = read_events(tmp_path / f"{number}.mid")
        lengths.append(len(events))
        whole = np.concatenate([chunk(1920 * b) for b in range(3)]).tolist()
        assert events.tolist() == whole[: len(events)]
    assert lengths == [0, 6, 6, 6, 12, 12, 12, 18, 18]


@pytest.mark.parametrize("room", range(5, 60, 3))
def test_a_disk_that_fills_up_leaves_the_recording_readable(tmp_path, room):
    path = tmp_path / "take.mid"
    with opened_as(FullDisk) as disks:
        recorder = Recorder(path, 120, COMMON_TIME, NAMES)
    recorder.append(chunk(0))
    disks[0].room = room
    with pytest.raises(OutputError, match=r"take\.mid: the recording stops here"):
        for bar in range(1, 5):
            recorder.append(chunk(1920 * bar))
    whole = np.concatenate([chunk(1920 * b) for b in range(5)]).tolist()
    kept = read_events(path).tolist()
    assert kept and kept == whole[: len(kept)]
    recorder.close()
    assert sorted(read_events(path).tolist()) == sorted(kept)


@pytest.mark.parametrize("change", ["delete", "move", "replace"])
def test_a_recording_that_is_moved_or_deleted_while_it_runs_is_written_whole(tmp_path, change):
    path = tmp_path / "take.mid"
    recorder = Recorder(path, 120, COMMON_TIME, NAMES)
    recorder.append(chunk(0))
    if change == "delete":
        path.unlink()
    else:
        path.rename(tmp_path / "other.mid")
        if change == "replace":
            path.write_bytes(b"something else")
    recorder.append(chunk(1920))
    recorder.close()
    whole = np.concatenate([chunk(0), chunk(1920)]).tolist()
    assert sorted(read_events(path).tolist()) == sorted(whole)


@pytest.mark.parametrize("size", [0, 3, 14])
def test_a_recording_that_is_cut_off_while_it_runs_is_an_error_that_says_what_to_do(tmp_path, size):
    path = tmp_path / "take.mid"
    recorder = Recorder(path, 120, COMMON_TIME, NAMES)
    recorder.append(chunk(0))
    os.truncate(path, size)
    with suppress(OutputError):  # it may stop recording there
        recorder.append(chunk(1920))
    with pytest.raises(OutputError, match=r"take\.mid: .*livedshl replay"):
        recorder.close()


class FullDisk(File):
    """A file that takes `room` bytes more, as a real one does: the last write is cut short."""

    room = 1_000_000

    def write(self, content):
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = self.file.write(content[: self.room])
        self.room -= written
        return written


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=20))
def test_any_ticks_survive_a_recording(tmp_path_factory, ticks):
    path = tmp_path_factory.mktemp("take") / "take.mid"
    events = np.array([[tick, 0x90, 60, 1] for tick in sorted(ticks)], np.int64)
    recorder = Recorder(path, 120, COMMON_TIME, NAMES)
    for event in events:
        recorder.append(event[None])
    assert np.array_equal(read_events(path), events)
    recorder.close()
    assert np.array_equal(read_events(path), events)


def test_a_file_that_cannot_be_replaced_is_left_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "old.txt"
    path.write_text("old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fdopen", fail)
    with pytest.raises(OSError, match="disk full"):
        write_beside(path, b"new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
