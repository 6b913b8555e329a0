"""Audio devices for tests: they ask for sound and keep it."""

import time
from threading import Event, Thread

import numpy as np

from livedshl.outputs.audio_device import PERIOD_S, SAMPLE_RATE, MiniaudioDevice, load_miniaudio

FRAMES = round(PERIOD_S * SAMPLE_RATE)


class Ears:
    """Opens devices one after another, and keeps what they would have sounded.

    present: whether there is a device. device: the kind that is opened, from what renders.
    """

    def __init__(self, device):
        self.present = True
        self.opened = []
        self._device = device
        self._blocks = []

    def open(self, render):
        from livedshl.errors import OutputError

        if not self.present:
            raise OutputError("there is no audio device")

        def kept(frames):
            block = render(frames)
            self._blocks.append(bytes(block))
            return block

        device = self._device(kept)
        self.opened.append(device)
        return device

    def heard(self):
        """The sound so far: int16[n, 2]."""
        return np.frombuffer(b"".join(self._blocks), np.int16).reshape(-1, 2)


class SteadyDevice:
    """Asks at a steady pace, until it is closed or pulled out."""

    def __init__(self, render):
        self._render = render
        self._gone = Event()
        self._thread = Thread(target=self._ask, daemon=True)
        self._thread.start()

    def pull_out(self):
        self._gone.set()
        self._thread.join()

    close = pull_out

    def ask_once(self):
        """The next block, whether or not it was pulled out."""
        return self._render(FRAMES)

    def _ask(self):
        due_s = time.perf_counter()
        while not self._gone.is_set():
            self._render(FRAMES)
            due_s += PERIOD_S
            time.sleep(max(0.0, due_s - time.perf_counter()))


def null_device(render):
    """miniaudio's device without sound, which keeps time like a real one."""
    return MiniaudioDevice(load_miniaudio(), "NULL", render)
