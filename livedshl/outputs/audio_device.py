"""Opens the system's audio output and lists its devices.

miniaudio opens every audio system at run time, without a package of the system's, and follows the
user from device to device. PortAudio serves where miniaudio has no wheel: Linux on ARM.
"""

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from ctypes.util import find_library
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from livedshl.errors import LivedshlError, MissingDependencyError, OutputError
from livedshl.outputs.missing import missing
from livedshl.outputs.quiet import silenced_stderr

SAMPLE_RATE = 48_000
PERIOD_S = 0.01
_PERIODS = 3  # that the audio system holds in stock
BUFFER_S = (_PERIODS - 1) * PERIOD_S
_CHANNELS = 2
# A client of its own name: the MIDI ports of JACK belong to "livedshl".
_JACK_CLIENT = "livedshl-speakers"
# miniaudio's names of the audio systems, the first that answers is used. A JACK server runs only
# where somebody has started one, to be played through.
_SYSTEMS = {
    "darwin": ("COREAUDIO",),
    "win32": ("WASAPI", "DSOUND", "WINMM"),
    "linux": ("JACK", "PULSEAUDIO", "ALSA"),
}
_SOUND_CARDS = Path("/dev/snd")  # Linux's

# Renders as many frames, at most, of 16-bit stereo.
Render = Callable[[int], memoryview]


class AudioDevice(Protocol):
    """An audio output that plays what it renders, on a thread of the audio system's."""

    def close(self) -> None:
        """Stops it."""


def open_device(render: Render) -> AudioDevice:
    """Opens the system's default output, at `SAMPLE_RATE`, and starts it.

    render: called on another thread for every block. Raises OutputError where no audio system
    has an output, MissingDependencyError without a library for it.
    """
    with silenced_stderr():
        miniaudio = load_miniaudio()
        if miniaudio is None:
            return _PortAudioDevice(_load_sounddevice(), render)
        for system in _SYSTEMS.get(sys.platform, _SYSTEMS["linux"]):
            try:
                return MiniaudioDevice(miniaudio, system, render)
            except miniaudio.MiniaudioError:
                continue
    raise _no_audio()


def check_audio() -> None:
    """Opens the output for a moment. Raises MissingDependencyError or OutputError if it cannot."""
    open_device(_silence).close()


def audio_outputs() -> list[str]:
    """The audio outputs, the system's default first.

    PortAudio lists them where it is there: miniaudio's list fails as a whole if one device is in
    use. Raises MissingDependencyError or OutputError if nothing can be opened either.
    """
    with silenced_stderr():
        names = _names_in_portaudio() or _names_in_miniaudio()
    if not names:
        check_audio()
        names = ["default"]
    return list(dict.fromkeys(names))  # systems may list one twice


def audio_library() -> str:
    """What of the system's the audio output needs, by its name in `missing`."""
    return "PortAudio" if load_miniaudio() is None else "an audio system"


def _no_audio() -> LivedshlError:
    """The error that no audio system has an output here."""
    if _SOUND_CARDS.is_dir() and find_library("asound") is None:
        return missing("an audio system", "the speakers")
    return OutputError(
        "there is no audio device",
        remedy="Connect one and switch it on; its sound server must be running",
    )


def load_miniaudio() -> ModuleType | None:
    """miniaudio, if it is installed."""
    # Otherwise JACK starts a server if none is running.
    os.environ["JACK_NO_START_SERVER"] = "1"
    try:
        import miniaudio
    except ImportError:
        return None
    module: ModuleType = miniaudio
    return module


@contextmanager
def light_imports() -> Iterator[None]:
    """Keeps miniaudio from importing what it needs for arrays and for radio stations.

    Without NumPy and urllib it takes 5 ms instead of 85, which the first note waits for. For the
    player process only: no other thread may import them meanwhile.
    """
    stand_ins = {"numpy": None, "urllib.request": ModuleType("urllib.request")}
    added = [name for name in stand_ins if name not in sys.modules]
    sys.modules.update({name: stand_ins[name] for name in added})  # type: ignore[misc]
    try:
        yield
    finally:
        for name in added:
            del sys.modules[name]


class MiniaudioDevice:
    """The default output of an audio system, by miniaudio's name; "NULL" makes no sound."""

    def __init__(self, miniaudio: ModuleType, system: str, render: Render) -> None:
        self._device = miniaudio.PlaybackDevice(
            nchannels=_CHANNELS,
            sample_rate=SAMPLE_RATE,
            buffersize_msec=round(PERIOD_S * 1000),
            callback_periods=_PERIODS,
            backends=[getattr(miniaudio.Backend, system)],
            thread_prio=miniaudio.ThreadPriority.REALTIME,
            app_name=_JACK_CLIENT if system == "JACK" else "livedshl",
        )
        blocks = _blocks(render)
        next(blocks)
        try:
            self._device.start(blocks)
        except miniaudio.MiniaudioError:
            self._device.close()
            raise

    def close(self) -> None:
        """Stops it."""
        with silenced_stderr():
            self._device.close()


def _blocks(render: Render) -> Generator[bytes | memoryview, int, None]:
    """What miniaudio asks, as a generator: it sends the number of frames."""
    frames = yield b""
    while True:
        block = render(frames)
        frames = yield block


class _PortAudioDevice:
    def __init__(self, sounddevice: ModuleType, render: Render) -> None:
        def fill(out: Any, frames: int, time_info: Any, status: Any) -> None:
            out[:] = render(frames)

        try:
            self._stream = sounddevice.RawOutputStream(
                SAMPLE_RATE, round(PERIOD_S * SAMPLE_RATE), channels=_CHANNELS, dtype="int16",
                latency=_PERIODS * PERIOD_S, callback=fill,
            )  # fmt: skip
            self._stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise _no_audio() from error

    def close(self) -> None:
        self._stream.close(ignore_errors=True)


def _names_in_portaudio() -> list[str]:
    try:
        sounddevice = _load_sounddevice()
    except MissingDependencyError:
        return []
    devices = [d for d in sounddevice.query_devices() if d["max_output_channels"] > 0]
    chosen = sounddevice.default.device[1]
    devices.sort(key=lambda device: device["index"] != chosen)
    return [device["name"] for device in devices]


def _names_in_miniaudio() -> list[str]:
    if (miniaudio := load_miniaudio()) is None:
        return []
    for system in _SYSTEMS.get(sys.platform, _SYSTEMS["linux"]):
        try:
            devices = miniaudio.Devices([getattr(miniaudio.Backend, system)]).get_playbacks()
        except miniaudio.MiniaudioError:
            continue
        return [device["name"] for device in devices]
    return []


def _silence(frames: int) -> memoryview:
    return memoryview(bytes(frames * _CHANNELS * 2))


def _load_sounddevice() -> ModuleType:
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        raise missing("PortAudio", "the speakers") from error
    module: ModuleType = sounddevice
    return module
