"""Renders events to a WAV file."""

import io
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from livedshl.files import write_beside
from livedshl.midi.events import TICK
from livedshl.midi.message import event_message
from livedshl.outputs.renderer import FRAME_BYTES, Renderer
from livedshl.outputs.soundfont import find_soundfont
from livedshl.units import bpm_to_tick_s

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAMPLE_RATE = 44_100


def render_wav(
    path: Path,
    events: "NDArray[np.int64]",
    tempo_bpm: float,
    tail_s: float,
    tempo_changes: Sequence[tuple[int, float]] = (),
) -> None:
    """Renders events, int64[n, 4] (tick, status, data 1, data 2), to a 16-bit stereo WAV file.

    tempo_bpm: the first tempo, in quarter notes a minute. tempo_changes: later ones, each from a
    tick on, ascending. Each event sounds from the block of 64 samples after its own; `tail_s`
    seconds follow the last. Raises MissingDependencyError, OutputError or OSError.
    """
    times_s = _seconds_of(events[:, TICK], tempo_bpm, tempo_changes)
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
        for time_s, (_, status, data1, data2) in zip(times_s, events.tolist(), strict=True):
            sample = round(time_s * SAMPLE_RATE)
            render(sample - done)
            done = max(done, sample)
            renderer.play(event_message(status, data1, data2))
        render(round(tail_s * SAMPLE_RATE))
    renderer.close()
    write_beside(path, content.getvalue())


def _seconds_of(
    ticks: "NDArray[np.int64]", tempo_bpm: float, tempo_changes: Sequence[tuple[int, float]]
) -> list[float]:
    """When each tick sounds."""
    import numpy as np  # late, as all else that loads with the synthesiser does without

    at, time_s, tick_s = 0, 0.0, bpm_to_tick_s(tempo_bpm)
    anchors = [(at, time_s)]
    for tick, bpm in tempo_changes:
        at, time_s, tick_s = tick, time_s + (tick - at) * tick_s, bpm_to_tick_s(bpm)
        anchors.append((at, time_s))
    last = max(at + 1, int(ticks.max(initial=0)))
    anchors.append((last, time_s + (last - at) * tick_s))
    known_ticks, known_s = zip(*anchors, strict=True)
    return [float(second) for second in np.interp(ticks, known_ticks, known_s)]
