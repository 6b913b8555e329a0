"""Opens the system's audio output and lists its devices.

miniaudio opens every audio system at run time, without a package of the system's, and follows the
user from device to device. PortAudio serves where miniaudio has no wheel: Linux on ARM.
"""

import os
import sys
from collections.abc import Callable, Generator
from ctypes.util import find_library
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from livedshl.errors import LivedshlError, OutputError
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
        for system in _systems():
            try:
                return _MiniaudioDevice(miniaudio, system, render)
            except miniaudio.MiniaudioError:
                continue
    raise no_audio()


def audio_outputs() -> list[str]:
    """The audio outputs, each once. Raises MissingDependencyError without a library for it."""
    with silenced_stderr():
        miniaudio = load_miniaudio()
        if miniaudio is None:
            return _portaudio_outputs(_load_sounddevice())
        for system in _systems():
            try:
                devices = miniaudio.Devices([getattr(miniaudio.Backend, system)])
                names = [str(device["name"]) for device in devices.get_playbacks()]
            except miniaudio.MiniaudioError:
                continue
            if names:
                return list(dict.fromkeys(names))
    return []


def check_audio() -> None:
    """Raises MissingDependencyError or OutputError if there is no audio output."""
    if not audio_outputs():
        raise no_audio()


def audio_library() -> str:
    """What of the system's the audio output needs, by its name in `missing`."""
    return "PortAudio" if load_miniaudio() is None else "an audio system"


def no_audio() -> LivedshlError:
    """The error that no audio system has an output here."""
    if _SOUND_CARDS.is_dir() and find_library("asound") is None:
        return missing("an audio system", "the speakers")
    return OutputError(
        "there is no audio device",
        remedy="Connect one and switch it on; its sound server must be running",
    )


def load_miniaudio() -> ModuleType | None:
    """miniaudio, if it is installed. Its NumPy, which takes 0.1 s to import, stays unloaded."""
    if (loaded := sys.modules.get("miniaudio")) is not None:
        return loaded
    # Otherwise JACK starts a server if none is running.
    os.environ["JACK_NO_START_SERVER"] = "1"
    hides_numpy = "numpy" not in sys.modules
    if hides_numpy:
        sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        import miniaudio
    except ImportError:
        return None
    finally:
        if hides_numpy:
            del sys.modules["numpy"]
    module: ModuleType = miniaudio
    return module


class _MiniaudioDevice:
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
            raise no_audio() from error

    def close(self) -> None:
        self._stream.close(ignore_errors=True)


def _portaudio_outputs(sounddevice: ModuleType) -> list[str]:
    devices = [d for d in sounddevice.query_devices() if d["max_output_channels"] > 0]
    chosen = sounddevice.default.device[1]
    devices.sort(key=lambda device: device["index"] != chosen)
    return list(dict.fromkeys(device["name"] for device in devices))  # systems may list one twice


def _load_sounddevice() -> ModuleType:
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        raise missing("PortAudio", "the speakers") from error
    module: ModuleType = sounddevice
    return module


def _systems() -> tuple[str, ...]:
    return _SYSTEMS.get(sys.platform, _SYSTEMS["linux"])
