"""`livedshl play --sync clock` on a real MIDI wire: a sender, livedshl and a receiver, processes.

The receiver hears the sender's clock and the music of livedshl by the same watch; a file of the
same music tells which note belongs to which tick.
"""

import signal
import subprocess
import time

import mido
import pytest
from support.processes import player_of
from support.surroundings import Receiver, Sender, left_on, livedshl

from livedshl.midi.file import read_events
from livedshl.player.midi_clock import TICKS_PER_PULSE
from livedshl.player.scheduler import LATE_TICKS
from livedshl.rendering import replay

PULSE, START, CONTINUE, STOP, POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2
CHOSEN = ("--seed", 7, "--preset", "solo-piano", "--bars", 40)
# In ticks: on the right sixteenth, however slow the machine is. A player that replaces another
# sends notes up to a 32nd late; the pulses that show where they are jitter by up to one.
NEAR = LATE_TICKS + TICKS_PER_PULSE


@pytest.fixture
def sender(jack, request):
    sender = Sender(f"tx{abs(hash(request.node.nodeid)) % 10**8}", jack)
    yield sender
    sender.leave()


@pytest.fixture
def following(jack, receiver, sender, tmp_path):
    """Starts a livedshl that follows the sender and is ready; what must be in its player's way."""
    started = []

    def start(*options):
        trace = tmp_path / "trace.jsonl"
        player = subprocess.Popen(
            livedshl(
                "play", "--port", receiver.port, "--sync", "clock", "--sync-port", sender.port,
                "--trace", trace, *CHOSEN, *options,
            ),
            env=jack, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(player)
        for _ in range(200):
            if player.poll() is not None:
                pytest.fail(player.stderr.read())
            if trace.exists() and trace.read_text():
                return player
            time.sleep(0.1)
        pytest.fail("livedshl does not get ready")

    yield start
    for player in started:
        player.kill()
        player.communicate()


@pytest.fixture
def written(tmp_path):
    """The music as a file: (tick, status, pitch) of every note-on."""
    path = tmp_path / "file.mid"
    subprocess.run(livedshl("generate", path, *CHOSEN), check=True, capture_output=True)
    return [
        (tick, status, pitch)
        for tick, status, pitch, velocity in read_events(path).tolist()
        if status & 0xF0 == 0x90 and velocity
    ]


def connect(environment, source, sink):
    subprocess.run(["jack_connect", source, sink], env=environment, check=True)


def end(player, number=signal.SIGTERM):
    player.send_signal(number)
    _, told = player.communicate()
    assert player.returncode == 0, told
    return told


def sections(messages, tempo=None):
    """What was heard from each start or continue on: [first pulse, notes, number of pulses].

    A note is (tick after the first pulse, status, pitch), its tick between pulses by their spacing.
    tempo: counts pulses by their times, in BPM; JACK loses some when a client dies.
    """
    found, position, running, pulses = [], 0, False, []
    for time_s, (status, *data) in messages:
        if status in (START, CONTINUE):
            position = 0 if status == START else position
            found.append([position, [], 0])
            running, pulses = True, []
        elif status == STOP:
            running = False
        elif status == POSITION:
            position = (data[0] | data[1] << 7) * 6
        elif status == PULSE and running:
            pulses.append(time_s)
            seen = len(pulses)
            found[-1][2] = round((time_s - pulses[0]) * tempo * 24 / 60) + 1 if tempo else seen
            position += 1
        elif status & 0xF0 == 0x90 and data[1]:
            assert running, "a note after the sender stopped"
            last = pulses[-12:]
            spacing_s = (last[-1] - last[0]) / (len(last) - 1) if len(last) > 1 else 0.02
            spacing_s = 60 / tempo / 24 if tempo else spacing_s
            passed = (time_s - last[-1]) / spacing_s if last else -1.0
            found[-1][1].append(((found[-1][2] - 1 + passed) * 20, status, data[0]))
    return found


def assert_in_step(section, written, first_tick, from_tick=0, whole=True):
    """The notes of a section are those of the music from `first_tick` on, each in its place."""
    _, notes, n_pulses = section
    last_tick = n_pulses * 20
    heard = [note for note in notes if note[0] >= from_tick - NEAR]
    for tick, *note in heard:
        assert any(
            abs(tick - (at - first_tick)) <= NEAR and note == [status, pitch]
            for at, status, pitch in written
        ), f"{note} at {tick} of {first_tick}"
    expected = [n for n in written if from_tick <= n[0] - first_tick < last_tick - 2 * NEAR]
    assert len(expected) > 5
    for at, *note in expected if whole else []:
        assert any(abs(tick - (at - first_tick)) <= NEAR and note == n for tick, *n in heard)


@pytest.mark.slow
def test_livedshl_starts_stops_and_goes_on_with_the_sender(
    jack, receiver, sender, following, written
):
    player = following()
    connect(jack, sender.port, receiver.port)
    sender.do("roll 48 120")  # pulses while it is stopped
    sender.do("start", "roll 192 120", "stop")  # two bars
    time.sleep(0.3)
    sender.do("position 8", "continue", "roll 192 120 180", "stop")  # from the third beat on
    time.sleep(0.3)
    sender.do("continue", "roll 96 180", "stop")
    time.sleep(0.3)
    sender.do("start", "roll 96 90")
    time.sleep(3)  # the sender falls silent without a stop; after two beats so does livedshl
    end(player, signal.SIGINT)  # while nothing plays, there is nothing to bring to an end
    messages = receiver.messages()
    assert not left_on(messages)
    first, second, third, fourth = sections(messages)
    assert [section[0] for section in (first, second, third, fourth)] == [0, 48, 240, 0]
    assert_in_step(first, written, 0)
    assert_in_step(second, written, 1920 * 2 + 960)
    assert_in_step(third, written, 1920 * 4 + 960)
    assert_in_step(fourth, written, 1920 * 6)
    for number, message in enumerate(messages):
        if message[1] == [STOP]:
            after = messages[number:]
            silence = next(i for i, (_, m) in enumerate(after) if m[0] == 0xB0 and m[1] == 120)
            assert not left_on(messages[: number + silence + 1])


@pytest.mark.slow
def test_active_sensing_and_sysex_on_the_port_of_the_clock_move_no_beat(
    jack, receiver, sender, following, written
):
    player = following()
    connect(jack, sender.port, receiver.port)
    identity_request = "send 240 126 127 6 1 247"
    sender.do("start")
    for extra in [*["send 254"] * 30, identity_request]:
        # Between two pulses: an interval from there to the next pulse was lost.
        sender.do("roll 6 120", "wait 0.015", extra)
    # A SysEx without end, as from a cable pulled out. It deafens the receiver, so not too early.
    sender.do("stop", "wait 0.3", "send 240 1", "wait 1")
    sender.do("send 247", "start", "roll 144 120", "stop")
    time.sleep(0.3)
    end(player)
    messages = receiver.messages()
    assert not left_on(messages)
    first, second = sections([m for m in messages if m[1][0] not in (0xF0, 0xF7, 0xFE)])
    assert_in_step(first, written, 0)
    assert len(second[1]) > 5


@pytest.mark.slow
def test_a_take_lasts_as_long_as_it_was_heard(sender, following, tmp_path):
    player = following("--record", tmp_path / "take.mid")
    sender.do("start", "roll 384 132", "stop")  # four bars; the preset is slower
    time.sleep(0.3)
    end(player, signal.SIGINT)
    file = mido.MidiFile(tmp_path / "take.mid")
    ticks = max(sum(message.time for message in track) for track in file.tracks)
    assert abs(file.length / (ticks / 480 * 60 / 132) - 1) < 0.01
    assert len([m for m in file.tracks[0] if m.type == "set_tempo"]) < 8
    assert replay(tmp_path / "take.mid").same


@pytest.mark.slow
def test_a_clock_whose_port_vanishes_is_followed_again_when_it_is_back(
    jack, receiver, sender, following
):
    player = following("--no-tui")
    sender.do("start", "roll 96 120")
    name = sender.port.partition(":")[0]
    sender.leave()
    time.sleep(2)  # two beats go on, then it waits
    again = Sender(name, jack)
    time.sleep(2)
    before = time.perf_counter()
    again.do("start", "roll 192 120")
    again.leave()
    told = end(player, signal.SIGTERM)
    assert f"{name}:out has gone" in told
    messages = receiver.messages()
    assert not left_on(messages)
    later = [m for at, m in messages if at > before and m[0] & 0xF0 == 0x90]
    assert len(later) > 10


@pytest.mark.slow
@pytest.mark.parametrize("tempo", [100, pytest.param(180, marks=pytest.mark.slow)])
def test_a_player_killed_while_it_follows_is_replaced_in_sync(
    jack, receiver, sender, following, written, tempo
):
    player = following()
    connect(jack, sender.port, receiver.port)
    sender.do("start", f"roll 144 {tempo}")
    player_of(player.pid).kill()
    sender.do(f"roll 288 {tempo}")
    end(player)
    messages = receiver.messages()
    assert not {note for note, count in left_on(messages).items() if count > 0}
    (section,) = sections(messages, tempo)
    assert_in_step(section, written, 0, whole=False)
    assert_in_step(section, written, 0, from_tick=(144 + 144) * 20)


@pytest.mark.slow
def test_a_player_killed_while_the_sender_stands_still_waits_with_it(
    jack, receiver, sender, following, written
):
    player = following()
    connect(jack, sender.port, receiver.port)
    sender.do("start", "roll 96 120", "stop", "roll 24 120")
    killed = player_of(player.pid)
    killed.kill()
    for _ in range(100):
        sender.do("roll 12 120")
        heir = player_of(player.pid)
        if heir and heir.pid != killed.pid:
            break
    sender.do("roll 48 120", "start", "roll 144 120", "stop")
    time.sleep(0.3)
    end(player)
    messages = receiver.messages()
    assert not {note for note, count in left_on(messages).items() if count > 0}
    first, second = sections(messages)
    assert_in_step(first, written, 0)
    assert_in_step(second, written, 1920)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("latency_ms", "resumed_tick"),
    # Played early, the beat of the stop has gone out already: the next one like it is a bar later.
    [
        (0, 2400),
        pytest.param(30, 4320, marks=pytest.mark.slow),
        pytest.param(-30, 2400, marks=pytest.mark.slow),
    ],
)
def test_a_second_receiver_is_led_to_where_the_music_is(
    jack, receiver, sender, following, written, latency_ms, resumed_tick
):
    """It hears livedshl's own clock, not the sender's."""
    second = Receiver(f"{receiver.port.removesuffix(':in')}b", jack)
    player = following("--send-clock", "--latency", latency_ms)
    for _ in range(100):
        listed = subprocess.run(["jack_lsp", "-c"], env=jack, capture_output=True, text=True).stdout
        outputs = [line for line in listed.splitlines() if line.startswith("livedshl")]
        if any(name.endswith(":out") for name in outputs):
            break
        time.sleep(0.1)
    (output,) = [name for name in outputs if name.endswith(":out")]
    connect(jack, output, second.port)
    sender.do("start", "roll 120 120", "stop")
    time.sleep(0.3)
    sender.do("position 4", "continue", "roll 192 120 150", "stop")
    time.sleep(0.3)
    end(player)
    receiver.messages()
    messages = second.messages()
    latency_ticks = latency_ms * 0.96  # at 120 BPM
    messages = [m for m in messages if m[1][0] >= 0xF0 or m[1][0] & 0xF0 in (0x80, 0x90)]
    assert not left_on(messages)
    first, again = sections(messages)
    assert (first[0], again[0]) == (0, resumed_tick // 20)
    assert 118 <= first[2] <= 122
    assert 190 <= again[2] <= 194
    for section, first_tick in ((first, 0), (again, resumed_tick)):
        shifted = [(tick + latency_ticks, *note) for tick, *note in section[1]]
        assert_in_step((0, shifted, section[2]), written, first_tick)
