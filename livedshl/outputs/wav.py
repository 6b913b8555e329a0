"""Renders events to a WAV file."""

import io
import wave
from pathlib import Path
from typing import TYPE_CHECKING

from livedshl.files import write_beside
from livedshl.midi.message import event_message
from livedshl.outputs.renderer import FRAME_BYTES, Renderer
from livedshl.outputs.soundfont import find_soundfont
from livedshl.units import bpm_to_tick_s

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAMPLE_RATE = 44_100


def render_wav(path: Path, events: "NDArray[np.int64]", tempo_bpm: float, tail_s: float) -> None:
    """Renders events, int64[n, 4] (tick, status, data 1, data 2), to a 16-bit stereo WAV file.

    Each event sounds from the block of 64 samples after its own; `tail_s` seconds follow the
    last. Raises MissingDependencyError, OutputError or OSError.
    """
    samples_per_tick = bpm_to_tick_s(tempo_bpm) * SAMPLE_RATE
    renderer = Renderer(find_soundfont(), SAMPLE_RATE)
    content = io.BytesIO()
    with wave.open(content, "wb") as audio:
        audio.setnchannels(2)
        audio.setsampwidth(2)
        audio.setframerate(SAMPLE_RATE)

        def render(frames: int) -> None:
            while frames > 0:
                block = renderer.render(frames)
                audio.writeframes(block)
                frames -= len(block) // FRAME_BYTES

        done = 0
        for tick, status, data1, data2 in events.tolist():
            sample = round(tick * samples_per_tick)
            render(sample - done)
            done = max(done, sample)
            renderer.play(event_message(status, data1, data2))
        render(round(tail_s * SAMPLE_RATE))
    renderer.close()
    write_beside(path, content.getvalue())
