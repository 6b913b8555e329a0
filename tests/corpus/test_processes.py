"""Reading in several processes: the same tunes, and nobody left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import mido
import pytest
from support.surroundings import livedshl

from livedshl.corpus import read_corpus

TUNE = "X:{n}\nT:Tune {n}\nM:4/4\nL:1/8\nK:G\n" + "GABc dedB|" * 8 + "\n\n"


@pytest.fixture
def long_book(tmp_path):
    path = tmp_path / "long.abc"
    path.write_text("".join(TUNE.format(n=n) for n in range(1, 401)))
    return path


def test_many_tunes_are_read_in_order_and_a_bad_one_among_them_is_named(tmp_path):
    path = tmp_path / "book.abc"
    texts = [TUNE.format(n=n) for n in range(1, 21)]
    texts[7] = texts[7].replace("K:G\n", "")
    path.write_text("".join(texts))
    corpus = read_corpus([str(path)], cache=tmp_path / "cache")
    numbers = [int(sheet.source.rpartition("#")[2]) for sheet in corpus.sheets]
    assert numbers == [n for n in range(1, 21) if n != 8]
    assert [s.source for s in corpus.skipped] == ["book.abc#8"]


def group_members(leader):
    listing = subprocess.run(
        ["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, text=True, check=True
    )
    rows = [line.split() for line in listing.stdout.splitlines()]
    return [int(pid) for pid, group, state in rows
            if int(group) == leader and not state.startswith("Z")]  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="counts processes by the ps of Linux")
@pytest.mark.parametrize(
    "ending", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow), signal.SIGKILL]
)
def test_nothing_runs_on_when_reading_is_broken_off(tmp_path, long_book, ending):
    process = subprocess.Popen(
        livedshl("corpus", long_book, "--json"),
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=Path(__file__).parents[2],
    )
    deadline = time.monotonic() + 20
    while len(group_members(process.pid)) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(ending)
    _, errors = process.communicate(timeout=20)
    assert "Traceback" not in errors
    while group_members(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert group_members(process.pid) == []


def test_what_was_read_is_not_read_again(tmp_path):
    folder = tmp_path / "tunes"
    folder.mkdir()
    for number in range(3):
        file = mido.MidiFile()
        notes = [mido.Message(kind, note=60 + number, time=480 * (kind == "note_off"))
                 for _ in range(16) for kind in ("note_on", "note_off")]  # fmt: skip
        file.tracks.append(mido.MidiTrack(notes))
        file.save(folder / f"{number}.mid")

    def count(command):
        """How many tunes are kept, or why none is."""
        environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
        result = subprocess.run(command, env=environment, capture_output=True, text=True)
        return json.loads(result.stdout)["kept"] if result.returncode == 0 else result.stderr

    def times():
        """When each remembered file was written."""
        remembered = (tmp_path / "livedshl" / "tunes").rglob("*")
        return {path: path.stat().st_mtime_ns for path in remembered if path.is_file()}

    arguments = ("corpus", folder, "--json")
    assert count(livedshl(*arguments)) == 3
    written = times()
    assert count(livedshl(*arguments)) == 3
    assert written
    assert times() == written
