"""Whatever breaks while livedshl plays: the music goes on where it can, and every note ends."""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import psutil
import pytest
from support.processes import PLAYER, WATCH, all_helpers, helpers_of, player_of
from support.surroundings import (
    JackServer,
    Receiver,
    Sender,
    all_played,
    left_on,
    livedshl,
    need,
    notes_on,
    rename_port,
    sounding,
)

from livedshl.live.performer import Performer
from livedshl.midi.file import read_events
from livedshl.outputs.choice import Output, OutputKind
from livedshl.outputs.port_news import PortKind, PortRequest
from livedshl.performance.commands import Answer
from livedshl.performance.take_log import read_log
from livedshl.player.clock.source import ClockSettings

TEMPO = 240
STEP = 240  # ticks; 125 ms at TEMPO
STEPS_PER_S = TEMPO / 60 * 480 / STEP
HELD, FIRST = 30, 36  # the pitch that sounds all the time, and the lowest of the others
ON_RETURN = [64, 121, 123, 120]  # the controllers that silence a channel


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A JACK server that may be killed, found by every process that the test starts.

    Clients that die or hang can break it; other tests had better not use it then.
    """
    need(shutil.which("jackd") and shutil.which("jack_lsp"), "JACK (jackd2)")
    server = JackServer(f"livedshl-fault-{os.getpid()}", tmp_path / "jackd.log")
    for name in ("JACK_DEFAULT_SERVER", "JACK_NO_START_SERVER"):
        monkeypatch.setenv(name, server.environment[name])
    yield server
    server.stop()


class Listener:
    """A receiver that dies and comes back under the same name, connected to an output."""

    def __init__(self, kind, environment):
        self.output = Output(kind, "rx:in" if kind is OutputKind.PORT else "livedshl", "")
        self._environment = environment
        self.come()

    def come(self):
        self._receiver = Receiver("rx", self._environment)
        self.came_s = time.monotonic()

    def connect(self):
        """Chooses the virtual port, as one does in a DAW."""
        command = ["jack_connect", "livedshl:livedshl", "rx:in"]
        if self.output.kind is OutputKind.VIRTUAL:
            wait_for(
                lambda: (
                    subprocess.run(command, env=self._environment, capture_output=True).returncode
                    == 0
                )
            )

    def die(self):
        return self._receiver.kill()

    def leave(self):
        return self._receiver.messages()


def scale(n_steps, step=STEP):
    """A program, a held note, and a note a step, which tells by its pitch which it is."""
    end = n_steps * step
    events = [(0, 0xC0, 24, 0), (0, 0x90, HELD, 90), (end, 0x80, HELD, 0)]
    for number in range(n_steps):
        pitch = FIRST + number % 90
        tick = number * step
        events += [(tick, 0x90, pitch, 90), (tick + step - step // 8, 0x80, pitch, 0)]
    return np.array(sorted(events, key=lambda event: (event[0], event[1])), np.int64)


def steps_heard(messages):
    return [m[1] - FIRST for _, m in messages if m[0] == 0x90 and m[1] != HELD]


def play_on(performer, n_steps):
    """Waits for so many steps more."""
    tick = performer.tick + n_steps * STEP
    wait_for(lambda: performer.tick > tick)


def wait_for(what, timeout_s=20):
    """Waits until `what()` is true, and returns what it is."""
    deadline = time.monotonic() + timeout_s
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def play(environment, *arguments, fault=None):
    """Starts `livedshl play`; fault: statements that run after the sixth hop has been composed."""
    command = livedshl("play", *arguments)
    if fault:
        script = (
            "import time\n"
            "from itertools import count\n"
            "from livedshl.performance.composer import Composer\n"
            "from livedshl.cli import main\n"
            "compose, numbers = Composer.compose, count()\n"
            "def faulty(composer):\n"
            "    if next(numbers) == 6:\n"
            f"        {fault}\n"
            "    return compose(composer)\n"
            "Composer.compose = faulty\n"
            "main()\n"
        )
        command[1:3] = ["-c", script]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_until_heard(player):
    """Waits until the music has begun; returns the processes that help."""
    return wait_for(lambda: len(helpers := helpers_of(player.pid)) == 2 and helpers)


def reported(told, what):
    return int(re.search(rf"([\d,]+) {what}", told)[1].replace(",", ""))


def most_within(times, width):
    """How many of the times fall within some window of that width, at most."""
    times = np.sort(np.asarray(times, float))
    return int((np.searchsorted(times, times + width, "right") - np.arange(len(times))).max())


def assert_no_burst(messages, events, tempo):
    """Nowhere come more notes within a 16th than the music has within an 8th."""
    times = [time_s for time_s, m in messages if m[0] & 0xF0 == 0x90]
    ticks = events[events[:, 1] & 0xF0 == 0x90, 0]
    assert most_within(times, 15 / tempo) <= most_within(ticks, 240)


@pytest.mark.parametrize(
    ("kind", "server_dies"),
    [
        pytest.param(OutputKind.PORT, True, id="port-server"),
        pytest.param(OutputKind.PORT, False, id="port-receiver", marks=pytest.mark.slow),
        pytest.param(OutputKind.VIRTUAL, True, id="virtual-server", marks=pytest.mark.slow),
        pytest.param(OutputKind.VIRTUAL, False, id="virtual-receiver", marks=pytest.mark.slow),
    ],
)
def test_a_vanished_port_is_taken_up_again_on_the_beat(server, kind, server_dies, caplog):
    listener = Listener(kind, server.environment)
    with Performer(listener.output) as performer:
        performer.wait_ready(20)
        listener.connect()
        performer.send(scale(80), 80 * STEP)
        performer.start(0, TEMPO, 0.05)
        play_on(performer, 6)
        if server_dies:
            server.kill()
        before = listener.die()
        play_on(performer, 3)
        if server_dies:
            server.start()
        listener.come()
        listener.connect()
        if reopens := server_dies or kind is OutputKind.PORT:
            wait_for(lambda: "is back" in caplog.text)
        play_on(performer, 8)
        performer.stop()
        report = performer.report()
    after = listener.leave()
    played = steps_heard(before)
    assert (0, HELD) in left_on(before) and played == list(range(len(played)))
    assert not sounding(after)
    assert (report.underruns, report.jumps) == (0, 0)
    # From its first note on it misses none, and that is the one whose time has come.
    first_s, heard = next(time_s for time_s, m in after if m[0] == 0x90), steps_heard(after)
    assert len(heard) >= 6 and heard == list(range(heard[0], heard[-1] + 1))
    passed = (first_s - before[0][0]) * STEPS_PER_S
    assert abs(heard[0] - passed) < 4
    assert (first_s - listener.came_s) * STEPS_PER_S < 16  # two bars
    print(f"reconnected after {after[0][0] - listener.came_s:.3f} s")
    if reopens:
        assert f"{listener.output.name} has gone; the music carries on" in caplog.text
    if kind is OutputKind.PORT:
        assert_restored(after, played)
    assert server.stop() == 0  # no client that left without a word has broken it


def assert_restored(messages, played):
    """A port that is back gets what releases all, its program, and then the music."""
    first = next(number for number, (_, m) in enumerate(messages) if m[0] == 0x90)
    *releasing, program = [m for _, m in messages[:first]]
    assert program == [0xC0, 24]
    assert [m[1] for m in releasing[-4:]] == ON_RETURN
    assert {HELD, *(FIRST + step for step in played)} <= {m[1] for m in releasing if m[0] == 0x80}


def test_a_port_that_is_away_for_a_moment_only_is_taken_up_again(server, caplog):
    receiver = Receiver("rx", server.environment)
    with Performer(Output(OutputKind.PORT, receiver.port, "")) as performer:
        performer.wait_ready(20)
        performer.send(scale(80), 80 * STEP)
        performer.start(0, TEMPO, 0.05)
        play_on(performer, 6)
        receiver.reopen()
        wait_for(lambda: "is back" in caplog.text)
        play_on(performer, 6)
        performer.stop()
    messages = receiver.messages()
    held = [number for number, (_, m) in enumerate(messages) if m[:2] == [0x80, HELD]]
    assert len(steps_heard(messages[held[0] :])) >= 4  # released on return, then music
    assert not sounding(messages)


@pytest.mark.slow
def test_a_port_that_is_renamed_is_played_to_and_found_again_under_its_first_name(server, caplog):
    listener = Listener(OutputKind.PORT, server.environment)
    with Performer(listener.output) as performer:
        performer.wait_ready(20)
        performer.send(scale(80), 80 * STEP)
        performer.start(0, TEMPO, 0.05)
        play_on(performer, 6)
        rename_port("rx:in", "drums", server.environment)
        wait_for(lambda: "rx:in is called rx:drums now" in caplog.text)
        assert performer.hearing.output.name == "rx:drums"
        play_on(performer, 6)
        before = listener.die()
        wait_for(lambda: "rx:drums has gone" in caplog.text)
        listener.come()
        wait_for(lambda: "rx:in is back" in caplog.text)
        play_on(performer, 6)
        performer.stop()
    after = listener.leave()
    played = steps_heard(before)
    assert len(played) >= 12 and played == list(range(len(played)))
    assert steps_heard(after) and not sounding(after)


@pytest.mark.slow
@pytest.mark.parametrize("most_files", [28, 24, 20])
def test_no_note_stays_on_where_few_files_may_be_open(server, most_files):
    receiver = Receiver("rx", server.environment)
    player = subprocess.Popen(
        livedshl("play", "--port", receiver.port, "--tempo", TEMPO),
        env=server.environment,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files)),
    )
    receiver.wait_for_a_note()
    time.sleep(2)  # by then the ports are watched, or cannot be
    player.send_signal(signal.SIGTERM)
    _, told = player.communicate(timeout=20)
    assert not sounding(receiver.messages())
    assert player.returncode == 0, told
    assert "has gone" not in told and "Traceback" not in told


@pytest.mark.slow
def test_a_dead_server_that_takes_no_messages_does_not_hold_up_the_player(server, caplog):
    clusters = [
        (tick + off * 24, 0x80 if off else 0x90, pitch, 90)
        for tick in range(0, 6000, 24) for off in (0, 1) for pitch in range(40, 60)
    ]  # fmt: skip
    receiver = Receiver("rx", server.environment)
    with Performer(Output(OutputKind.PORT, receiver.port, "")) as performer:
        performer.wait_ready(20)
        performer.send(np.array(sorted(clusters), np.int64), 6001)  # JACK buffers 0.7 s of it
        performer.start(0, TEMPO, 0.05)
        performer.finish(6000)
        wait_for(lambda: performer.tick > 480)
        server.kill()
        receiver.kill()
        wait_for(lambda: performer.ended)
        report = performer.report()
    assert "hangs" not in caplog.text and "died" not in caplog.text
    assert report.notes + report.dropped == len(clusters) / 2


@pytest.mark.slow
def test_a_server_may_die_again_and_again(server, caplog):
    listener = Listener(OutputKind.PORT, server.environment)
    end = 96
    with Performer(listener.output, ClockSettings(sends_clock=True)) as performer:
        performer.wait_ready(20)
        performer.send(scale(end), end * STEP)
        performer.finish(end * STEP)
        performer.start(0, TEMPO, 0.05)
        for death in range(1, 4):
            wait_for(lambda: performer.tick > death * 20 * STEP)  # noqa: B023
            server.kill()
            heard = listener.die()
            assert steps_heard(heard)
            server.start()
            listener.come()
        wait_for(lambda: performer.ended, 60)
        report = performer.report()
    after = listener.leave()
    assert not sounding(after)
    assert steps_heard(after)[-1] == (end - 1) % 90
    assert (report.underruns, report.jumps) == (0, 0)
    assert report.notes + report.dropped == end + 1
    assert "died" not in caplog.text


@pytest.mark.parametrize("fault", ["stop", pytest.param("kill", marks=pytest.mark.slow)])
def test_livedshl_leaves_at_once_while_the_server_is_dead(server, fault):
    listener = Listener(OutputKind.PORT, server.environment)
    player = play(server.environment, "--port", "rx:in", "--tempo", TEMPO)
    helpers = wait_until_heard(player)
    time.sleep(0.5)
    server.kill()
    listener.die()
    time.sleep(0.5)
    player.send_signal(signal.SIGTERM if fault == "stop" else signal.SIGKILL)
    _, told = player.communicate()
    assert not psutil.wait_procs(helpers.values(), 10)[1]
    assert "rx:in has gone" in told
    assert "Traceback" not in told
    if fault == "stop":
        assert player.returncode == 0, told
        assert "Played " in told


def test_one_process_watches_every_port(jack, receiver):
    senders = [Sender(f"{kind}{os.getpid()}", jack) for kind in ("clock", "knobs", "keys")]
    clock, knobs, keys = (sender.port for sender in senders)
    player = play(
        jack, "--port", receiver.port, "--sync", "clock", "--sync-port", clock,
        "--control-port", knobs, "--listen", keys,
    )  # fmt: skip
    wait_until_heard(player)
    time.sleep(4)  # by then the music is ready, and all ports are watched
    assert sorted(module for module, _ in all_helpers(player.pid)) == sorted([PLAYER, WATCH])
    for sender in senders:
        sender.leave()
    time.sleep(1)
    player.send_signal(signal.SIGTERM)
    _, told = player.communicate()
    assert player.returncode == 0, told
    for port in (clock, knobs, keys):
        assert f"{port} has gone" in told


@pytest.mark.slow
def test_inputs_that_are_renamed_stay_connected(jack, receiver, tmp_path):
    clock, keys = (Sender(f"{kind}{os.getpid()}", jack) for kind in ("clock", "keys"))
    take = tmp_path / "take.mid"
    player = play(
        jack, "--port", receiver.port, "--sync", "clock", "--sync-port", clock.port,
        "--listen", keys.port, "--record", take,
    )  # fmt: skip
    time.sleep(4)  # by then the music is ready, and all ports are watched
    clock.do("start", "roll 96 120")
    for sender in (clock, keys):
        rename_port(sender.port, "renamed", jack)
    before = notes_on(receiver.so_far())
    rolling = threading.Thread(target=clock.do, args=("roll 384 120", "stop"))
    rolling.start()
    for pitch in (72, 74, 76, 77):  # on channel 16, where no note is an echo of the music
        keys.do(f"send 159 {pitch} 90", "wait 0.2", f"send 143 {pitch} 0")
    rolling.join()
    time.sleep(0.5)
    player.send_signal(signal.SIGTERM)
    _, told = player.communicate()
    assert player.returncode == 0, told
    for sender in (clock, keys):
        assert f"is called {sender.port.partition(':')[0]}:renamed now" in told
        sender.leave()
    assert notes_on(receiver.messages()) > before + 8
    log = read_log(tmp_path / "take.mid.take")
    assert Answer in [type(change.command) for change in log.changes]


def test_the_watching_process_leaves_quietly_when_nobody_reads_its_news(jack, receiver):
    watching = subprocess.Popen(
        [sys.executable, "-P", "-m", WATCH],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=jack,
    )  # fmt: skip
    watching.stdout.close()
    request = PortRequest(0, PortKind.OUTPUT, receiver.port)
    _, told = watching.communicate(request.line(), timeout=20)
    assert (watching.returncode, told) == (0, b"")


@pytest.mark.slow
@pytest.mark.unsteady("a busy machine composes too late once more; JACK gave a message twice")
def test_a_composer_that_stalls_lets_the_chord_ring_and_returns_without_a_burst(
    jack, receiver, tmp_path
):
    chosen = (
        "-v",
        "--bars",
        9,
        "--tempo",
        300,
        "--preset",
        "hymn",
        "--record",
        tmp_path / "take.mid",
    )
    player = play(jack, "--port", receiver.port, *chosen, fault="time.sleep(3)")
    _, told = player.communicate()
    messages = receiver.messages()
    assert player.returncode == 0, told
    assert reported(told, "underruns") == 1
    assert reported(told, "notes dropped") > 0
    assert not left_on(messages)
    events = read_events(tmp_path / "take.mid")
    assert notes_on(messages) == reported(told, "notes, and left out")
    assert notes_on(messages) + reported(told, "notes dropped") == notes_on(
        (0, m) for _, *m in events.tolist()
    )
    assert_no_burst(messages, events, 300)
    times = [time_s for time_s, _ in messages]
    stall = int(np.argmax(np.diff(times)))
    assert sounding(messages[: stall + 1])  # while nothing comes


def test_a_composer_that_dies_is_told_of_in_a_line_and_leaves_no_note_on(jack, receiver):
    player = play(
        jack, "--port", receiver.port, "--tempo", 300, fault="raise RuntimeError('no idea')"
    )
    _, told = player.communicate()
    messages = receiver.messages()
    assert player.returncode == 1
    assert "Error: unexpected RuntimeError: no idea" in told.splitlines()[-1]
    assert "Traceback" not in told
    assert notes_on(messages)
    assert not left_on(messages)
    assert [m[1] for _, m in messages[-4:]] == ON_RETURN


@pytest.mark.parametrize(
    "hangs",
    [pytest.param(False, id="plays"), pytest.param(True, id="hangs", marks=pytest.mark.slow)],
)
def test_nothing_is_left_behind_where_the_main_process_is_killed(jack, receiver, hangs):
    player = play(jack, "--port", receiver.port, "--tempo", TEMPO)
    helpers = wait_until_heard(player)
    time.sleep(0.7)
    if hangs:
        player.send_signal(signal.SIGSTOP)
        time.sleep(0.5)
    player.kill()
    player.communicate()
    assert not psutil.wait_procs(helpers.values(), 10)[1]
    messages = receiver.messages()
    assert notes_on(messages)
    assert not left_on(messages)
    assert [m[1] for _, m in messages[-4:]] == ON_RETURN


def die_again_and_again(server, number, n_deaths, seed):
    """Lets the player die at random moments; what livedshl told."""
    rng = np.random.default_rng(seed)
    receiver = Receiver("rx", server.environment)
    player = play(server.environment, "--port", receiver.port, "--tempo", TEMPO, "--seed", seed)
    process = wait_until_heard(player)[PLAYER]
    deaths = []
    for _ in range(n_deaths):
        time.sleep(rng.uniform(0, 1.2))
        deaths.append(time.monotonic())
        process.send_signal(number)
        dead = process.pid
        process = wait_for(
            lambda: (new := player_of(player.pid)) and new.pid != dead and new  # noqa: B023
        )
    time.sleep(1)
    player.send_signal(signal.SIGTERM)
    _, told = player.communicate()
    assert player.returncode == 0, told
    messages = receiver.messages()
    assert told.count("the player process died; another one carries on") == n_deaths
    assert not sounding(messages)
    assert any(time_s > deaths[-1] + 0.1 and m[0] & 0xF0 == 0x90 for time_s, m in messages)
    return told


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, *(pytest.param(s, marks=pytest.mark.slow) for s in (2, 3, 4))])
def test_players_killed_at_random_moments_leave_no_note_on(server, seed):
    die_again_and_again(server, signal.SIGKILL, 3, seed)


@pytest.mark.slow
def test_a_player_that_hangs_is_told_of_in_a_line_and_replaced(server):
    told = die_again_and_again(server, signal.SIGSTOP, 1, 1)
    assert told.count("the player process hangs and is ended") == 1


@pytest.mark.slow
def test_players_that_hang_again_and_again_are_replaced(server):
    told = die_again_and_again(server, signal.SIGSTOP, 3, 2)
    assert told.count("the player process hangs and is ended") == 3


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [1.5, pytest.param(2.5, marks=pytest.mark.slow)])
def test_after_a_suspension_the_music_goes_on_where_it_was(server, tmp_path, seconds):
    receiver = Receiver("rx", server.environment)
    chosen = ("--bars", 2, "--tempo", TEMPO, "--record", tmp_path / "take.mid")
    player = play(server.environment, "--port", receiver.port, *chosen)
    helpers = wait_until_heard(player)
    time.sleep(0.5)
    processes = [psutil.Process(player.pid), helpers[WATCH], helpers[PLAYER]]
    for process in processes:
        process.suspend()
    time.sleep(seconds)
    for process in reversed(processes):
        process.resume()
    _, told = player.communicate()
    messages = receiver.messages()
    assert player.returncode == 0, told
    assert "The clock stood still once" in told
    assert "hangs" not in told
    assert all_played(told), told
    events = read_events(tmp_path / "take.mid")
    assert notes_on(messages) == notes_on((0, m) for _, *m in events.tolist())
    assert not left_on(messages)
    assert_no_burst(messages, events, TEMPO)


@pytest.mark.slow
@pytest.mark.unsteady("JACK gave messages again and lost others in 1 of 9 runs")
def test_a_main_process_that_stands_still_is_not_heard(jack, receiver, tmp_path):
    chosen = (
        "--bars",
        3,
        "--tempo",
        160,
        "--record",
        tmp_path / "take.mid",
    )  # it is two bars ahead: 3 s
    player = play(jack, "--port", receiver.port, *chosen)
    wait_until_heard(player)
    time.sleep(0.5)
    player.send_signal(signal.SIGSTOP)
    time.sleep(1.5)
    player.send_signal(signal.SIGCONT)
    _, told = player.communicate()
    messages = receiver.messages()
    assert player.returncode == 0, told
    assert all_played(told), told
    assert "stood still" not in told and "hangs" not in told
    assert not left_on(messages)
    events = read_events(tmp_path / "take.mid")
    assert notes_on(messages) == notes_on((0, m) for _, *m in events.tolist())


def test_a_player_that_takes_no_commands_for_a_while_misses_none(jack, receiver, monkeypatch):
    for name in ("JACK_DEFAULT_SERVER", "JACK_NO_START_SERVER"):
        monkeypatch.setenv(name, jack[name])
    events = scale(9000)
    with Performer(Output(OutputKind.PORT, receiver.port, "")) as performer:
        performer.wait_ready(20)
        process = player_of()
        process.suspend()
        supply = threading.Thread(target=performer.send, args=(events, 9000 * STEP))
        supply.start()  # 280 kB, of which the pipe holds 64
        time.sleep(0.7)
        assert supply.is_alive()
        process.resume()
        supply.join()
        performer.start(0, TEMPO, 0.05)
        performer.finish(8 * STEP - 1)
        wait_for(lambda: performer.ended)
        report = performer.report()
    messages = receiver.messages()
    assert (report.notes, report.underruns, report.dropped) == (9, 0, 0)
    assert steps_heard(messages) == list(range(8))
    assert not left_on(messages)


@pytest.mark.slow
def test_two_livedshl_on_one_port_leave_each_other_playing(jack, receiver):
    first, second = (
        play(jack, "--port", receiver.port, "--tempo", TEMPO, "--seed", seed) for seed in (1, 2)
    )
    for player in (first, second):
        wait_until_heard(player)
    time.sleep(0.7)
    first.send_signal(signal.SIGTERM)
    _, told_first = first.communicate()
    left_s = time.monotonic()
    time.sleep(1)
    second.send_signal(signal.SIGTERM)
    _, told_second = second.communicate()
    messages = receiver.messages()
    assert first.returncode == second.returncode == 0
    notes = [reported(told, "notes") for told in (told_first, told_second)]
    assert min(notes) > 0 and notes_on(messages) == sum(notes)
    assert notes_on((time_s, m) for time_s, m in messages if time_s > left_s)
    assert not sounding(messages)
