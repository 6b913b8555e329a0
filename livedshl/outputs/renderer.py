"""Turns MIDI messages into sound, block by block, with FluidSynth."""

import ctypes
from pathlib import Path
from typing import Any

from livedshl.errors import OutputError
from livedshl.midi.message import CONTROL, PROGRAM, channel_of, is_note_off, is_note_on, kind_of
from livedshl.outputs.fluidsynth_library import load_fluidsynth
from livedshl.outputs.quiet import silenced_stderr

FRAME_BYTES = 4  # two channels of 16 bits
_GAIN = 0.6  # of FluidSynth's 0 to 10: a small band stays below clipping
_FRAMES = 4096  # a longer block is rendered in several


class Renderer:
    """A General MIDI synthesiser that hands out samples: 16-bit stereo, interleaved.

    FluidSynth computes 64 samples at a time, and a message takes effect where the next 64 begin.
    Raises MissingDependencyError without FluidSynth, OutputError for a soundfont that it cannot
    load.
    """

    def __init__(self, soundfont: Path, sample_rate: int) -> None:
        self._synth = new_synth(soundfont, sample_rate)
        # pyfluidsynth's own `get_samples` copies twice and imports NumPy.
        self._write = load_fluidsynth().fluid_synth_write_s16
        self._samples = bytearray(_FRAMES * FRAME_BYTES)
        self._address = (ctypes.c_char * len(self._samples)).from_buffer(self._samples)

    def play(self, message: bytes) -> None:
        """Applies one channel message to what is rendered from here on; ignores others."""
        apply_message(self._synth, message)

    def render(self, frames: int) -> memoryview:
        """The next samples, at most `frames` of them; valid until the next call."""
        frames = min(frames, _FRAMES)
        at = self._address
        self._write(self._synth.synth, frames, at, 0, 2, at, 1, 2)
        return memoryview(self._samples)[: frames * FRAME_BYTES]

    def close(self) -> None:
        """Frees it. Nothing may be rendered any more."""
        with silenced_stderr():
            self._synth.delete()


def new_synth(soundfont: Path, sample_rate: int, **settings: int) -> Any:
    """A FluidSynth with this soundfont and these settings of its own.

    Raises MissingDependencyError without FluidSynth, OutputError for a soundfont that it cannot
    load.
    """
    fluidsynth = load_fluidsynth()
    if not soundfont.is_file():
        raise OutputError("no such soundfont", where=str(soundfont))
    with silenced_stderr():
        synth = fluidsynth.Synth(gain=_GAIN, samplerate=sample_rate, channels=16, **settings)
        if synth.sfload(str(soundfont), update_midi_preset=1) >= 0:
            return synth
        synth.delete()
    raise OutputError("FluidSynth cannot load this soundfont", where=str(soundfont))


def apply_message(synth: Any, message: bytes) -> None:
    """Lets a FluidSynth obey one channel message; ignores others."""
    if len(message) < 2:
        return
    status, data1, data2 = message[0], message[1], message[-1]
    kind, channel = kind_of(status), channel_of(status)
    if is_note_on(status, data2):
        synth.noteon(channel, data1, data2)
    elif is_note_off(status, data2):
        synth.noteoff(channel, data1)
    elif kind == CONTROL:
        synth.cc(channel, data1, data2)
    elif kind == PROGRAM:
        synth.program_change(channel, data1)
