"""Turns MIDI messages into sound, block by block, each channel apart."""

import ctypes
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livedshl.outputs.fluidsynth_library import load_fluidsynth
from livedshl.outputs.quiet import silenced_stderr
from livedshl.outputs.renderer import apply_message, new_synth

_CHANNELS = 16
_SIDES = 2  # left and right
_EFFECTS = 2  # reverberation and chorus, each with two sides
_FRAMES = 4096  # a longer block is rendered in several
_FULL_SCALE = 32766  # what FluidSynth makes of 1.0 in 16 bits


class StemRenderer:
    """A General MIDI synthesiser that hands out the samples of each channel.

    One synthesiser plays all channels, and mixes each to itself, with an own reverberation and
    chorus. One for each channel would differ from the whole by up to 2 % of full scale for a
    millisecond: where FluidSynth takes up a voice that has ended, the new note's loudness begins
    where the old one's was. Raises MissingDependencyError and OutputError as `Renderer` does.
    """

    def __init__(self, soundfont: Path, sample_rate: int) -> None:
        self._synth = new_synth(
            soundfont,
            sample_rate,
            **{
                "synth.audio-channels": _CHANNELS,
                "synth.audio-groups": _CHANNELS,
                "synth.effects-groups": _CHANNELS,
            },
        )
        self._process = load_fluidsynth().cfunc(
            "fluid_synth_process", ctypes.c_int,
            ("synth", ctypes.c_void_p, 1), ("frames", ctypes.c_int, 1),
            ("n_effects", ctypes.c_int, 1), ("effects", ctypes.c_void_p, 1),
            ("n_outputs", ctypes.c_int, 1), ("outputs", ctypes.c_void_p, 1),
        )  # fmt: skip
        self._sound = np.zeros((_CHANNELS, _SIDES, _FRAMES), np.float32)
        first, step = self._sound.ctypes.data, self._sound.strides[1]
        sides = [first + step * number for number in range(_CHANNELS * _SIDES)]
        # Effects are added to the channel that they belong to.
        effects = [
            sides[_SIDES * channel + side]
            for channel in range(_CHANNELS)
            for _ in range(_EFFECTS)
            for side in range(_SIDES)
        ]
        self._outputs = (ctypes.c_void_p * len(sides))(*sides)
        self._effects = (ctypes.c_void_p * len(effects))(*effects)

    def play(self, message: bytes) -> None:
        """Applies one channel message to what is rendered from here on; ignores others."""
        apply_message(self._synth, message)

    def render(self, frames: int) -> NDArray[np.int16]:
        """The next samples, at most `frames` of them: int16[16 channels, frames, 2]."""
        frames = min(frames, _FRAMES)
        self._sound[:] = 0
        self._process(
            self._synth.synth, frames, len(self._effects), self._effects,
            len(self._outputs), self._outputs,
        )  # fmt: skip
        scaled = np.rint(self._sound[:, :, :frames] * _FULL_SCALE).clip(-32768, 32767)
        return np.ascontiguousarray(scaled.astype("<i2").transpose(0, 2, 1))

    def close(self) -> None:
        """Frees it. Nothing may be rendered any more."""
        with silenced_stderr():
            self._synth.delete()
