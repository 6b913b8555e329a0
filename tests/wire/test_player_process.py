"""The player process on a real MIDI wire, driven without the rest of livedshl."""

import fcntl
import os
import signal
import subprocess
import time

import numpy as np
import pytest
from support.processes import player_of
from support.surroundings import left_on, livedshl, notes_on, sounding

from livedshl.live.performer import Performer
from livedshl.outputs.choice import Output, OutputKind
from livedshl.player.clock.source import ClockSettings
from livedshl.player.protocol import RECORD, Instruction, player_arguments

TEMPO = 240


@pytest.fixture
def performer(jack, receiver, monkeypatch):
    """A player on the wire, its output open."""
    for name in ("JACK_DEFAULT_SERVER", "JACK_NO_START_SERVER"):
        monkeypatch.setenv(name, jack[name])
    with Performer(Output(OutputKind.PORT, receiver.port, "")) as performer:
        performer.wait_ready(20)
        yield performer


def melody(ticks, length):
    """A note at each of `ticks`, going up, each `length` ticks long: events int64[n, 4]."""
    events = []
    for number, tick in enumerate(ticks):
        pitch = 40 + number % 60
        events += [(tick + length, 0x80, pitch, 0), (tick, 0x90, pitch, 90)]
    return np.array(sorted(events, key=lambda event: (event[0], event[1])), np.int64)


def wait_until_played(performer, tick):
    while performer.tick < tick and not performer.ended:
        performer.wait(1)
    assert not performer.ended


def wait_until_ended(performer):
    while not performer.ended:
        performer.wait(1)


def wait_until_connected(environment, port, connected):
    for _ in range(100):
        listing = subprocess.run(
            ["jack_lsp", "-c", port], env=environment, capture_output=True, text=True
        )
        if (len(listing.stdout.splitlines()) > 1) == connected:
            return
        time.sleep(0.05)
    pytest.fail(f"{port} never was {'' if connected else 'dis'}connected")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_another_player_goes_on_where_one_died(performer, receiver, number, caplog):
    end = 24 * 480
    performer.send(melody(range(0, end, 240), 230), end)
    performer.start(0, TEMPO, 0.05)
    performer.finish(end)
    wait_until_played(performer, 12 * 480)  # 3 s
    player_of().send_signal(number)
    wait_until_ended(performer)
    assert performer.report() is not None
    assert "another one carries on" in caplog.text
    messages = receiver.messages()
    assert not sounding(messages)
    played = [m[1] - 40 for _, m in messages if m[0] == 0x90]
    assert set(played) == set(range(48)) and played[:24] == list(range(24))
    assert len(played) <= 48 + 4  # what sounded since the dead one's last word comes twice


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_player_that_only_dies_is_given_up_and_leaves_no_note_on(
    performer, receiver, number, monkeypatch
):
    monkeypatch.setattr("livedshl.live.supervisor.MOST_YOUNG_DEATHS", 1)
    events = melody(range(0, 9600, 480), 900)
    performer.send(events, 9600)
    performer.start(0, TEMPO, 0.05)
    wait_until_played(performer, 700)
    player_of().send_signal(number)
    wait_until_ended(performer)
    performer.stop()
    assert (performer.report() is None) == (number == signal.SIGKILL)
    messages = receiver.messages()
    assert notes_on(messages) >= 2
    assert not sounding(messages)
    assert [m[1] for _, m in messages[-4:]] == [64, 121, 123, 120]


def test_a_player_that_hangs_is_ended_and_its_notes_with_it(performer, receiver, monkeypatch):
    monkeypatch.setattr("livedshl.live.supervisor.LEAVING_TIMEOUT_S", 1.0)
    performer.send(melody([0, 240], 9000), 9600)
    performer.start(0, TEMPO, 0.05)
    wait_until_played(performer, 480)
    player_of().send_signal(signal.SIGSTOP)
    performer.stop()
    messages = receiver.messages()
    assert notes_on(messages) == 2
    assert not sounding(messages)


def test_sigint_and_sighup_do_not_end_the_player(performer, receiver):
    performer.send(melody(range(0, 960, 120), 120), 960)
    performer.start(0, TEMPO, 0.05)
    wait_until_played(performer, 100)
    player_of().send_signal(signal.SIGINT)
    player_of().send_signal(signal.SIGHUP)
    performer.finish(960)
    wait_until_ended(performer)
    assert performer.report().notes == 8
    assert notes_on(receiver.messages()) == 8


@pytest.mark.unsteady("JACK gave one message twice and lost another in 2 of 98 runs")
def test_a_composer_that_stalls_lets_the_chord_ring_and_nothing_bursts(performer, receiver):
    events = melody(range(0, 4800, 120), 120)
    before, after = events[events[:, 0] < 960], events[events[:, 0] >= 960]
    performer.send(before, 960)
    performer.start(0, TEMPO, 0.05)
    wait_until_played(performer, 2000)
    performer.send(after, 4800)
    performer.finish(4800)
    wait_until_ended(performer)
    report = performer.report()
    messages = receiver.messages()
    assert not left_on(messages)
    assert report.underruns == 1
    # What lay between the stall's two ends, 960 and at least 2000, is left out and counted.
    assert report.dropped >= (2000 - 960) // 120 - 1
    assert report.dropped + report.notes == 40
    assert notes_on(messages) == report.notes
    # At the end of the stall the chord goes off, and not more than the newest note comes on.
    released = next(i for i, (_, m) in enumerate(messages) if m[:2] == [0x80, 47])
    assert messages[released - 1][1][:2] == [0x90, 47]
    pitches = [m[1] for _, m in messages if m[0] == 0x90]
    assert pitches[:8] == list(range(40, 48))
    assert pitches[8:] == list(range(80 - len(pitches[8:]), 80))


def test_a_change_of_tempo_loses_no_note(performer, receiver):
    performer.send(melody(range(0, 4800, 120), 120), 4800)
    performer.start(0, TEMPO, 0.05)
    performer.set_tempo(960, 120)
    wait_until_played(performer, 1100)
    performer.set_tempo(0, 400)  # late: from now on
    performer.finish(4800)
    wait_until_ended(performer)
    report = performer.report()
    assert (report.notes, report.dropped, report.underruns) == (40, 0, 0)
    assert notes_on(receiver.messages()) == 40


def test_a_main_process_that_reads_no_answers_does_not_hold_up_the_music(jack, receiver):
    read_answers, write_answers = os.pipe()
    fcntl.fcntl(write_answers, fcntl.F_SETPIPE_SZ, 4096)
    os.write(write_answers, bytes(4096))  # full before the first answer
    player = subprocess.Popen(
        [
            *livedshl()[:1], "-m", "livedshl.player.process",
            *player_arguments("port", receiver.port, ClockSettings(), TEMPO),
        ],
        env=jack, stdin=subprocess.PIPE, stdout=write_answers,
    )  # fmt: skip
    os.close(write_answers)
    commands = [
        RECORD.pack(tick, Instruction.EVENT, *message, 0)
        for tick, *message in melody(range(0, 1920, 120), 120).tolist()
    ]
    for tick, kind, value in [
        (1920, Instruction.HORIZON, 0),
        (0, Instruction.TEMPO, TEMPO * 1000),
        (0, Instruction.START, 50_000),
        (1920, Instruction.FINISH, 0),
    ]:
        commands.append(RECORD.pack(tick, kind, 0, 0, 0, value))
    player.stdin.write(b"".join(commands))
    player.stdin.flush()
    wait_until_connected(jack, receiver.port, True)
    wait_until_connected(jack, receiver.port, False)  # it has played, and waits to report
    messages = receiver.messages()
    os.close(read_answers)
    player.communicate()
    assert notes_on(messages) == 16
    assert not left_on(messages)
