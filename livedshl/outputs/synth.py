"""The built-in synthesiser: FluidSynth, live through its own audio driver or into a file."""

import ctypes
import importlib.util
import io
import os
import sys
import time
import wave
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from livedshl.errors import OutputError
from livedshl.files import write_beside
from livedshl.midi.message import CONTROL, PROGRAM, channel_of, is_note_off, is_note_on, kind_of
from livedshl.outputs.missing import missing
from livedshl.outputs.quiet import silenced_stderr
from livedshl.units import bpm_to_tick_s

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAMPLE_RATE = 44_100
_TAIL_S = 1.5  # shorter than the silence after which a player counts as hanging
_GAIN = 0.6  # of FluidSynth's 0 to 10: a small band stays below clipping
_SOUNDFONT_FOLDERS = (
    "/usr/share/sounds/sf2",
    "/usr/share/sounds/sf3",
    "/usr/share/soundfonts",
    "/opt/homebrew/share/soundfonts",
    "/usr/local/share/soundfonts",
    "/usr/local/share/fluidsynth",
    "C:/ProgramData/soundfonts",
)
_DRIVERS = {
    "darwin": ("coreaudio",),
    "win32": ("wasapi", "dsound"),
    "linux": ("jack", "pipewire", "pulseaudio", "alsa"),
}


class Synth:
    """A synthesiser that plays through the system's audio.

    Raises MissingDependencyError without FluidSynth, OutputError without an audio device or with
    a soundfont that cannot be loaded.
    """

    def __init__(self, soundfont: Path) -> None:
        self._synth = _new_synth(soundfont)
        fluidsynth = _fluidsynth()
        # Otherwise FluidSynth starts a JACK server if none is running.
        os.environ["JACK_NO_START_SERVER"] = "1"
        for driver in _DRIVERS.get(sys.platform, _DRIVERS["linux"]):
            with silenced_stderr():
                self._synth.setting("audio.driver", driver)
                if driver == "jack":
                    self._synth.setting("audio.jack.autoconnect", 1)
                    self._synth.setting("audio.jack.id", "livedshl-speakers")
                # Not Synth.start: that opens MIDI inputs as well, and hides a failure.
                self._synth.audio_driver = fluidsynth.new_fluid_audio_driver(
                    self._synth.settings, self._synth.synth
                )
            if self._synth.audio_driver:
                return
        self._synth.delete()
        raise OutputError(
            "no audio output works here",
            remedy="Choose a MIDI port, or write a file with `livedshl generate OUT.wav`",
        )

    def send(self, message: bytes) -> None:
        """Plays one channel message now; ignores others, such as a clock's."""
        if len(message) > 1:
            _play(self._synth, message[0], message[1], message[-1])

    def flush(self, rings: bool) -> None:
        """If the music rings out, waits until it has."""
        if rings:
            time.sleep(_TAIL_S)

    def close(self) -> None:
        """Stops the audio."""
        with silenced_stderr():
            self._synth.delete()


def find_soundfont() -> Path:
    """A General MIDI soundfont on this system. Raises MissingDependencyError if there is none.

    Looks in the system's folders, then in the package pretty_midi, which brings one.
    """
    for folder in map(Path, _SOUNDFONT_FOLDERS):
        fonts = sorted([*folder.glob("*.sf2"), *folder.glob("*.sf3")])
        if fonts:
            return fonts[0]
    package = importlib.util.find_spec("pretty_midi")
    for folder in map(Path, package.submodule_search_locations or () if package else ()):
        for font in sorted(folder.glob("*.sf2")):
            return font
    raise missing("a soundfont", "the synthesiser")


def fluidsynth_version() -> str:
    """The version of the FluidSynth library. Raises MissingDependencyError without it."""
    numbers = [ctypes.c_int() for _ in range(3)]
    _fluidsynth().fluid_version(*numbers)
    return ".".join(str(number.value) for number in numbers)


def audio_outputs() -> list[str]:
    """The audio outputs, the system's default first.

    Raises MissingDependencyError without PortAudio.
    """
    with silenced_stderr():
        sounddevice = _sounddevice()
        devices = [d for d in sounddevice.query_devices() if d["max_output_channels"] > 0]
        chosen = sounddevice.default.device[1]
    devices.sort(key=lambda device: device["index"] != chosen)
    return list(dict.fromkeys(device["name"] for device in devices))  # systems may list one twice


def check_synth() -> None:
    """Raises MissingDependencyError or OutputError if `Synth` could not be heard."""
    find_soundfont()
    _fluidsynth()
    with silenced_stderr():
        sounddevice = _sounddevice()
        try:
            sounddevice.query_devices(kind="output")
        except sounddevice.PortAudioError as error:
            raise OutputError(
                "there is no audio device",
                remedy="Connect one and switch it on; its sound server must be running",
            ) from error


def render_wav(path: Path, events: "NDArray[np.int64]", tempo_bpm: float, tail_s: float) -> None:
    """Renders events, int64[n, 4] (tick, status, data 1, data 2), to a 16-bit stereo WAV file.

    Each event sounds at its exact sample; `tail_s` seconds follow the last. Raises
    MissingDependencyError, OutputError or OSError.
    """

    samples_per_tick = bpm_to_tick_s(tempo_bpm) * SAMPLE_RATE
    synth = _new_synth(find_soundfont())
    content = io.BytesIO()
    with wave.open(content, "wb") as audio:
        audio.setnchannels(2)
        audio.setsampwidth(2)
        audio.setframerate(SAMPLE_RATE)
        done = 0
        for tick, status, data1, data2 in events.tolist():
            sample = round(tick * samples_per_tick)
            if sample > done:
                audio.writeframes(synth.get_samples(sample - done).tobytes())
                done = sample
            _play(synth, status, data1, data2)
        audio.writeframes(synth.get_samples(round(tail_s * SAMPLE_RATE)).tobytes())
    synth.delete()
    write_beside(path, content.getvalue())


def _new_synth(soundfont: Path) -> Any:
    fluidsynth = _fluidsynth()
    if not soundfont.is_file():
        raise OutputError("no such soundfont", where=str(soundfont))
    with silenced_stderr():
        synth = fluidsynth.Synth(gain=_GAIN, samplerate=SAMPLE_RATE, channels=16)
        loaded = synth.sfload(str(soundfont), update_midi_preset=1)
    if loaded < 0:
        synth.delete()
        raise OutputError("FluidSynth cannot load this soundfont", where=str(soundfont))
    return synth


def _fluidsynth() -> ModuleType:
    ci = os.environ.pop("CI", None)  # with CI set, pyfluidsynth prints where it found the library
    try:
        import fluidsynth
    except (ImportError, OSError) as error:
        raise missing("FluidSynth", "the built-in synthesiser") from error
    finally:
        if ci is not None:
            os.environ["CI"] = ci
    module: ModuleType = fluidsynth
    return module


def _sounddevice() -> ModuleType:
    try:
        import sounddevice
    except OSError as error:
        raise missing("PortAudio", "looking for an audio device") from error
    module: ModuleType = sounddevice
    return module


def _play(synth: Any, status: int, data1: int, data2: int) -> None:
    kind, channel = kind_of(status), channel_of(status)
    if is_note_on(status, data2):
        synth.noteon(channel, data1, data2)
    elif is_note_off(status, data2):
        synth.noteoff(channel, data1)
    elif kind == CONTROL:
        synth.cc(channel, data1, data2)
    elif kind == PROGRAM:
        synth.program_change(channel, data1)
