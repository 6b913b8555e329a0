"""`livedshl play` on a real MIDI wire, heard by another process."""

import json
import signal
import subprocess
import time
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from support.surroundings import all_played, left_on, livedshl, notes_on

from livedshl.bundle import open_bundle
from livedshl.bundle.catalogue import find_bundle
from livedshl.index import hamming
from livedshl.midi.file import read_events
from livedshl.performance.preset import load_preset


def play(environment, *arguments):
    """Starts `livedshl play` in its own process."""
    return subprocess.Popen(
        livedshl("play", *arguments),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def generate(path, *arguments):
    subprocess.run(livedshl("generate", path, *arguments), check=True, capture_output=True)


def test_what_is_heard_is_what_generate_writes_and_what_is_recorded(jack, receiver, tmp_path):
    chosen = ("--seed", 7, "--bars", 4, "--tempo", 200, "--preset", "solo-piano", "--key", "A")
    player = play(jack, "--port", receiver.port, "--record", tmp_path / "take.mid", *chosen)
    _, told = player.communicate()
    assert player.returncode == 0, told
    generate(tmp_path / "file.mid", *chosen)
    assert (tmp_path / "take.mid").read_bytes() == (tmp_path / "file.mid").read_bytes()
    heard = [message for _, message in receiver.messages()]
    written = read_events(tmp_path / "file.mid").tolist()
    on_wire = [m[:2] if 0xC0 <= m[0] < 0xE0 else m for _, *m in written]
    assert sorted(heard[: len(on_wire)]) == sorted(on_wire)
    silencing = heard[len(on_wire) :]
    assert {m[1] for m in silencing} == {64, 121, 123}  # and no 120: the last chord may ring out


def bars_of_play(jack, receiver, tmp_path, bars, tempo):
    trace = tmp_path / "trace.jsonl"
    chosen = ("--bars", bars, "--tempo", tempo, "--form", "none", "--plain", "--trace", trace)
    player = play(jack, "--port", receiver.port, *chosen)
    _, told = player.communicate()
    assert player.returncode == 0, told
    messages = receiver.messages()
    assert notes_on(messages) > 5 * bars
    assert not left_on(messages)
    assert all_played(told), told
    return [json.loads(line) for line in trace.read_text().splitlines()]


def assert_nearest(records):
    """Every segment lies at the least distance of all on its beat that the rules allow."""
    bundle, rules = open_bundle(find_bundle("session")), load_preset("session").rules
    library, follow_beats = bundle.library, bundle.follow_beats
    contents, song, phases = library.content_ids, library.tune_of, library.phases.astype(int)
    played = [contents[records[0]["segment"]]]
    for before, after in pairwise(records):
        distances = hamming(bundle.forward[before["segment"]], bundle.backward, bundle.shape)
        songs = Counter(s for c in played[1 - rules.window :] for s in set(song[contents == c]))
        full = [s for s, count in songs.items() if count >= rules.song_cap]
        of_full = np.isin(contents, contents[np.isin(song, full)])
        beats_off = phases - phases[before["segment"]] - follow_beats
        allowed = (beats_off % library.grid.cycle_beats == 0) & ~of_full
        allowed &= ~np.isin(contents, played[-rules.recency :])
        assert after["nearest"] == distances.min()
        assert after["hamming"] == distances[allowed].min() == distances[after["segment"]]
        assert after["ties"] == (distances == after["hamming"]).sum()
        played.append(contents[after["segment"]])


def test_every_note_ends_and_every_segment_is_the_nearest(jack, receiver, tmp_path):
    assert_nearest(bars_of_play(jack, receiver, tmp_path, bars=5, tempo=200))


@pytest.mark.slow
def test_thirty_bars_have_no_underrun_and_no_hanging_note(jack, receiver, tmp_path):
    assert_nearest(bars_of_play(jack, receiver, tmp_path, bars=30, tempo=240))


def test_a_virtual_port_is_made_where_none_is_named(jack, tmp_path):
    player = play(jack, "--record", tmp_path / "take.mid")
    for _ in range(50):
        listed = subprocess.run(["jack_lsp"], env=jack, capture_output=True, text=True).stdout
        if "livedshl:livedshl" in listed and (tmp_path / "take.mid").exists():
            break
        time.sleep(0.1)
    else:
        pytest.fail(f"no port appeared: {listed}")
    player.terminate()
    _, told = player.communicate()
    assert 'virtual MIDI port called "livedshl"' in told
    assert player.returncode == 0


@pytest.mark.slow
def test_mido_backend_chooses_the_midi_system(jack, receiver):
    chosen = jack | {"MIDO_BACKEND": "mido.backends.rtmidi/UNIX_JACK"}
    player = play(chosen, "--port", receiver.port, "--bars", 1, "--tempo", 400)
    player.communicate()
    assert player.returncode == 0
    assert notes_on(receiver.messages())
    for backend in ("mido.backends.rtmidi/NO_SUCH", "mido.backends.portmidi", "rtmidi"):
        wrong = play(jack | {"MIDO_BACKEND": backend}, "--port", "x")
        _, told = wrong.communicate()
        assert wrong.returncode == 1
        assert f"MIDO_BACKEND={backend}" in told


@pytest.mark.slow
def test_latency_can_be_typed_while_it_plays(jack, receiver):
    chosen = ("--tempo", 150, "--bars", 8, "--seed", 1, "--send-clock", "--preset", "music-box")
    player = subprocess.Popen(
        livedshl("play", "--port", receiver.port, *chosen),
        env=jack, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(4)
    player.stdin.write("latency 50\nlatency loud\n")
    player.stdin.flush()
    _, told = player.communicate()
    assert player.returncode == 0, told
    assert "Playing 50 ms early" in told
    assert "latency: 'loud' is not a number" in told
    assert "left out" not in told
    messages = receiver.messages()
    assert not left_on(messages)
    pulses = [seconds for seconds, message in messages if message == [0xF8]]
    notes = [seconds for seconds, message in messages if message[0] & 0xF0 == 0x90]
    assert len(pulses) == pytest.approx(8 * 4 * 24, abs=2)
    # 50 ms are 3 of the 6 pulses of a sixteenth.
    at = np.interp(notes, pulses, np.arange(len(pulses))).round()
    bar = 4 * 24
    assert set(at[at < bar] % 6) == {0}
    assert set(at[(at > 5 * bar) & (at < 7 * bar)] % 6) == {3}  # the last chord is rolled


def test_an_unknown_port_is_told_in_one_line_with_those_there_are(jack, receiver):
    player = play(jack, "--port", "no such port")
    _, told = player.communicate()
    assert player.returncode == 1
    assert receiver.port in told
    assert len(told.strip().splitlines()) == 1


def test_a_take_that_is_stopped_ends_where_it_was_stopped(jack, receiver, tmp_path):
    player = play(jack, "--port", receiver.port, "--record", tmp_path / "take.mid", "--tempo", 200)
    receiver.wait_for_a_note()
    time.sleep(1)
    player.send_signal(signal.SIGTERM)
    player.communicate()
    heard = notes_on(receiver.messages())
    take = read_events(tmp_path / "take.mid").tolist()
    assert not left_on([(0, message) for _, *message in take])
    recorded = notes_on([(0, message) for _, *message in take])
    assert 0 < recorded <= heard <= recorded + 6  # the last position told is up to 50 ms old


def test_a_take_is_readable_after_sigkill(jack, receiver, tmp_path):
    player = play(jack, "--port", receiver.port, "--record", tmp_path / "take.mid", "--tempo", 300)
    receiver.wait_for_a_note()
    time.sleep(1.5)
    player.kill()
    player.communicate()
    kept = read_events(tmp_path / "take.mid")
    played = notes_on(receiver.messages())
    assert (kept[:, 1] & 0xF0 == 0x90).sum() >= played > 0


def test_the_player_process_imports_little(jack, receiver):
    script = (
        "import sys, livedshl.player.process; import livedshl.outputs.ports as m; "
        "m.open_port(sys.argv[1]).close(); "
        "print(sorted({'numpy', 'mido', 'click', 'rich', 'torch', 'music21', 'multiprocessing'}"
        " & set(sys.modules)))"
    )
    found = subprocess.run(
        [*livedshl()[:1], "-c", script, receiver.port],
        env=jack, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout.strip() == "[]"
