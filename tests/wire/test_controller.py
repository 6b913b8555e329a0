"""`livedshl play` steered by a MIDI controller and by OSC, each in a process of its own."""

import os
import shutil
import socket
import subprocess
from threading import Thread

import pytest
from pythonosc.osc_packet import OscPacket
from support.surroundings import JackServer, Sender, livedshl, need

from livedshl.performance.command_text import text_of
from livedshl.performance.take_log import read_log

HOST = "127.0.0.1"


class Played:
    """A `livedshl play` that records, and that OSC steers and asks how things stand."""

    def __init__(self, folder, environment, *arguments):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind((HOST, 0))
            self.osc_port = free.getsockname()[1]
        self.folder = folder
        self.state, self.told = {}, []
        self._process = subprocess.Popen(
            livedshl(
                "play", "--seed", 4, "--tempo", 200, "--record", folder / "take.mid",
                "--osc-port", self.osc_port, *arguments,
            ),
            env={**environment, "XDG_CONFIG_HOME": str(folder)},
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        Thread(target=self.told.extend, args=(self._process.stderr,), daemon=True).start()
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._listener.bind((HOST, 0))
        self._listener.settimeout(0.05)
        self.wait_for(lambda: self.state)

    def wait_for(self, condition):
        """Listens to the feedback until something has happened."""
        hello = b"/livedshl/hello\0,\0\0\0"
        for _ in range(600):
            if not self.state:
                self._listener.sendto(hello, (HOST, self.osc_port))
            try:
                for timed in OscPacket(self._listener.recv(65536)).messages:
                    (self.state[timed.message.address],) = timed.message.params
            except TimeoutError:
                pass
            if condition():
                return
            if self._process.poll() is not None:
                break
        pytest.fail(f"it does not happen; {self.state}, {self.told}")

    def becomes(self, **state):
        """Waits until the feedback tells this."""
        wanted = {f"/livedshl/{name}".replace("__", "/"): v for name, v in state.items()}
        self.wait_for(lambda: wanted.items() <= self.state.items())

    def tells(self, text):
        """Waits until the user is told this."""
        self.wait_for(lambda: any(text in line for line in self.told))

    def type(self, line):
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def send(self, packet):
        self._listener.sendto(packet, (HOST, self.osc_port))

    def obeys(self, *controls):
        """Waits until these have acted."""
        self.wait_for(lambda: set(controls) <= set(self._acted()))

    def stop(self):
        """Stops it; the controls that acted."""
        self._process.terminate()
        assert self._process.wait(20) == 0, self.told
        assert not any("Traceback" in line for line in self.told)
        return self._acted()

    def _acted(self):
        return [
            text_of(change.command) for change in read_log(self.folder / "take.mid.take").changes
        ]

    def kill(self):
        self._listener.close()
        self._process.kill()
        self._process.wait()


@pytest.fixture
def play(jack, receiver, tmp_path):
    """Plays to the receiver."""
    started = []

    def start(*arguments):
        started.append(Played(tmp_path, jack, "--port", receiver.port, *arguments))
        return started[-1]

    yield start
    for played in started:
        played.kill()


@pytest.fixture
def controller(jack, request):
    controller = Sender(f"knobs{abs(hash(request.node.nodeid)) % 10**8}", jack)
    yield controller
    controller.leave()


def sweep(number, *positions):
    return [f"send 176 {number} {position}" for position in positions]


def test_knobs_and_pads_learn_what_to_do_and_do_it(play, controller):
    played = play("--control-port", controller.port)
    played.tells("(nothing mapped yet")
    played.type("learn louder")
    played.tells("unknown control 'louder'")
    for line, message in (
        ("adventure", "176 74 5"),
        ("mute bass", "153 36 100"),
        ("preset solo-piano", "192 3"),
        ("hold", "176 64 0"),
    ):
        played.type(f"learn {line}")
        played.tells(f" for {line}")
        controller.do("send 153 36 0", "send 248", f"send {message}")
        played.tells(f"now controls {line}")
    controller.do(*sweep(74, *range(128)))
    played.becomes(adventure=1.0)
    controller.do("send 153 36 70")
    played.becomes(mute__bass=1)
    controller.do("send 153 36 0", "send 153 36 70")
    played.becomes(mute__bass=0)
    controller.do(*sweep(64, 127))
    played.becomes(hold=1)
    controller.do(*sweep(64, 0))
    played.becomes(hold=0)
    controller.do("send 192 3")
    played.becomes(preset="solo-piano")
    # Of what changes back before the next bar, the latest stays.
    played.obeys("adventure 1", "mute Bass off", "hold off", "preset solo-piano")
    assert sum(control.startswith("adventure") for control in played.stop()) < 20


def test_what_was_learned_is_known_the_next_time_and_a_bad_file_stops_nothing(
    play, controller, tmp_path
):
    (tmp_path / "livedshl").mkdir()
    learned = tmp_path / "livedshl" / "controller.toml"
    learned.write_text('"cc 1 20" = "tempo"\n')
    played = play("--control-port", controller.port)
    played.tells("(1 control mapped)")
    controller.do(*sweep(20, 40))
    played.becomes(tempo=100.0)
    played.stop()
    learned.write_text('"cc 1 20" = "tempoo"\n')
    played = play("--control-port", controller.port)
    played.tells("controller.toml: cc 1 20: unknown control 'tempoo'")
    played.type("learn tempo")
    played.tells("Move a knob for tempo")
    controller.do(*sweep(20, 41), *sweep(20, 50))
    played.tells("until you quit")
    played.becomes(tempo=110.0)
    played.stop()
    assert "tempoo" in learned.read_text()


def test_a_controller_that_is_unplugged_is_taken_up_again(play, jack):
    controller = Sender("unplugged", jack)
    played = play("--control-port", "unplugged")
    played.type("learn adventure")
    played.tells("Move a knob")
    controller.do(*sweep(74, 1))
    played.tells("now controls adventure")
    controller.leave()
    played.tells("unplugged:out has gone")
    controller = Sender("unplugged", jack)
    played.tells("unplugged:out is back")
    controller.do(*sweep(74, 127))
    played.becomes(adventure=1.0)
    played.stop()
    controller.leave()


def test_without_a_name_a_virtual_input_is_made_and_only_then(play, controller, jack):
    ports = ["jack_lsp"]
    played = play()
    listed = subprocess.run(ports, env=jack, capture_output=True, text=True).stdout
    assert "livedshl-control" not in listed
    played.stop()
    played = play("--control-port")
    played.type("learn freeze")
    played.tells("Move a knob or press a pad for freeze")
    names = "livedshl-control:livedshl-control"
    subprocess.run(["jack_connect", controller.port, names], env=jack, check=True)
    controller.do(*sweep(1, 0), *sweep(1, 127))
    played.becomes(freeze=1)
    played.stop()


def test_osc_steers_from_another_process(play):
    played = play()
    played.send(b"no OSC")
    for arguments in (
        ("/livedshl/level/bass", 40), ("/livedshl/key", "E"), ("/livedshl/tempo/up",),
        ("/livedshl/hold", 1), ("/livedshl/re-roll",), ("/livedshl/key", "Am"),
    ):  # fmt: skip
        script = (
            "import sys; from pythonosc.udp_client import SimpleUDPClient; "
            f"SimpleUDPClient({HOST!r}, {played.osc_port}).send_message("
            f"{arguments[0]!r}, {list(arguments[1:])!r})"
        )
        subprocess.run([livedshl()[0], "-c", script], check=True)
    played.becomes(level__bass=40, key="E", tempo=202.0, hold=1)
    played.tells("not OSC")
    played.tells("key: Am is minor")
    played.obeys("level Bass 40", "key E", "tempo 202", "hold on", "re-roll")
    played.stop()


def test_learning_without_a_controller_makes_an_input_and_a_taken_osc_port_is_told(
    play, jack, receiver
):
    played = play()
    played.type("learn adventure")
    played.tells("Connect your controller to livedshl-control. Move a knob")
    second = subprocess.run(
        livedshl("play", "--port", receiver.port, "--osc-port", played.osc_port),
        env=jack, capture_output=True, text=True,
    )  # fmt: skip
    assert second.returncode == 1
    assert f"OSC port {played.osc_port}" in second.stderr
    played.stop()


@pytest.mark.slow
def test_a_controller_is_taken_up_again_when_jack_has_died(tmp_path):
    need(shutil.which("jackd") and shutil.which("jack_lsp"), "JACK (jackd2)")
    server = JackServer(f"livedshl-control-{os.getpid()}", tmp_path / "jackd.log")
    Sender("knobs", server.environment)
    played = Played(tmp_path, server.environment, "--control-port", "knobs")
    try:
        server.kill()
        played.tells("knobs:out has gone")
        server.start()
        controller = Sender("knobs", server.environment)
        played.tells("knobs:out is back")
        played.type("learn adventure")
        played.tells("Move a knob")
        controller.do(*sweep(74, 1), *sweep(74, 127))
        played.becomes(adventure=1.0)
        played.stop()
        controller.leave()
    finally:
        played.kill()
        server.stop()
