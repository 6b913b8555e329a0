"""A `livedshl play` that something is done to, judged by what a user would notice."""

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from itertools import count

import psutil
from pythonosc.osc_message_builder import OscMessageBuilder

from support.processes import helpers_of
from support.surroundings import Receiver, livedshl, notes_on, sounding

HOST = "127.0.0.1"
_LEAVING_S = 8  # a second is meant; the rest is for a busy machine
_GOING_ON_S = 10
_MARK = "LIVEDSHL_TRIAL"  # the variable by which a trial knows its processes
_numbers = count()


def wait_for(condition, what, timeout_s=20):
    """Waits until `condition()` is true, and returns what it is."""
    deadline_s = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline_s, what
        time.sleep(0.02)
    return found


def osc_message(address, *values):
    """The packet of a message."""
    message = OscMessageBuilder(address)
    for value in values:
        message.add_arg(value)
    return message.build().dgram


class Trial:
    """`livedshl play` to a receiver of its own; a context manager that leaves nothing behind.

    environment: with a JACK server. folder: for the take and what it says. variables: more of the
    environment. takes: another folder for the take. process: goes to `Popen`.
    """

    def __init__(
        self, environment, folder, *arguments, tempo=240, variables=None, takes=None, **process
    ):
        number = f"{os.getpid()}-{next(_numbers)}"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind((HOST, 0))
            self.osc_port = free.getsockname()[1]
        self.take = (takes or folder) / f"{number}.mid"
        self._errors = folder / f"{number}.txt"
        self._environment = environment
        self._name = f"rx{number}"
        self._receiver = Receiver(self._name, environment)
        self._mark = number
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(0.2)
        tempo_option = () if tempo is None else ("--tempo", tempo)
        with self._errors.open("wb") as errors:
            output = {"stdin": subprocess.DEVNULL, "stdout": errors, "stderr": errors}
            self.main = subprocess.Popen(
                livedshl(
                    "play", "--port", self._receiver.port, "--seed", 7, *tempo_option,
                    "--osc-port", self.osc_port, "--record", self.take, *arguments,
                ),
                env=environment | {_MARK: number} | (variables or {}),
                start_new_session=True, **(output | process),
            )  # fmt: skip

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.main.wait()
        with suppress(Exception):
            self._receiver.kill()
        self._socket.close()

    @property
    def told(self):
        """What it has said so far."""
        return self._errors.read_text(errors="replace")

    def processes(self):
        """Every process of this trial that lives."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.status() != psutil.STATUS_ZOMBIE:
                    found += [process] * (process.environ().get(_MARK) == self._mark)
        return found

    def helper(self, module):
        """The process that runs this module, once there is one."""
        return wait_for(lambda: helpers_of(self.main.pid).get(module), f"no {module}: {self.told}")

    def begins(self):
        """Waits for the first note."""
        wait_for(self._heard, f"no music: {self.told}")
        return self

    def goes_on(self):
        """Waits for a few more notes."""
        before = self._heard()
        wait_for(lambda: self._heard() > before + 3, f"the music stops: {self.told}", _GOING_ON_S)

    def listen_again(self, away_s=0.0):
        """Lets the receiver vanish without a word, and another come back under its name."""
        self._receiver.kill()
        time.sleep(away_s)
        self._receiver = Receiver(self._name, self._environment)

    def send(self, packet):
        """Sends a packet to its OSC port."""
        self._socket.sendto(packet, (HOST, self.osc_port))

    def answers_osc(self):
        """Waits until it answers a hello."""

        def answer():
            self.send(osc_message("/livedshl/hello"))
            with suppress(TimeoutError):
                return self._socket.recv(1 << 16)

        return wait_for(answer, f"OSC is dead: {self.told}")

    def ends(self, number=signal.SIGTERM, status=0, within_s=_LEAVING_S):
        """Sends a signal to the main process, if any, and judges how all ends."""
        if number:
            self.main.send_signal(number)
        return self.ended(status, within_s)

    def ended(self, status=0, within_s=_LEAVING_S):
        """Waits for its end, and judges it. status: one, or several that are right.

        Returns what was heard.
        """
        try:
            self.main.wait(within_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"hung: {self.told}") from None
        wait_for(lambda: not self.processes(), f"left behind: {self.processes()}", _LEAVING_S)
        messages = self._receiver.messages()
        assert not sounding(messages), f"notes left on: {sounding(messages)}"
        assert "Traceback" not in self.told, self.told
        right = status if isinstance(status, tuple) else (status,)
        assert self.main.returncode in right, f"exit {self.main.returncode}: {self.told}"
        return messages

    def _heard(self):
        return notes_on(self._receiver.so_far())
