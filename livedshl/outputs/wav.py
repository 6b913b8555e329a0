"""Renders events to WAV files: all of them to one, or each channel to its own."""

import wave
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from livedshl.files import written_beside
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
    with closing(Renderer(find_soundfont(), SAMPLE_RATE)) as renderer, _wav(path) as audio:

        def render(frames: int) -> int:
            block = renderer.render(frames)
            audio.writeframes(block)
            return len(block) // FRAME_BYTES

        _play(events, times_s, tail_s, renderer.play, render)


def render_stems(
    paths: Mapping[int, Path],
    events: "NDArray[np.int64]",
    tempo_bpm: float,
    tail_s: float,
    tempo_changes: Sequence[tuple[int, float]] = (),
) -> None:
    """Renders each channel to a file of its own; the files add up to that of `render_wav`.

    paths: by channel. The rest is as for `render_wav`.
    """
    from livedshl.outputs.stem_renderer import StemRenderer  # imports NumPy

    times_s = _seconds_of(events[:, TICK], tempo_bpm, tempo_changes)
    with ExitStack() as files:
        renderer = files.enter_context(closing(StemRenderer(find_soundfont(), SAMPLE_RATE)))
        audio = {channel: files.enter_context(_wav(path)) for channel, path in paths.items()}

        def render(frames: int) -> int:
            block = renderer.render(frames)
            for channel, file in audio.items():
                file.writeframes(block[channel].tobytes())
            return int(block.shape[1])

        _play(events, times_s, tail_s, renderer.play, render)


def _play(
    events: "NDArray[np.int64]",
    times_s: Sequence[float],
    tail_s: float,
    play: Callable[[bytes], None],
    render: Callable[[int], int],
) -> None:
    """Lets each event take effect at its time, and renders what lies between.

    render: renders so many frames or fewer; returns how many.
    """

    def render_all(frames: int) -> None:
        while frames > 0:
            frames -= render(frames)

    done = 0
    for time_s, (_, status, data1, data2) in zip(times_s, events.tolist(), strict=True):
        sample = round(time_s * SAMPLE_RATE)
        render_all(sample - done)
        done = max(done, sample)
        play(event_message(status, data1, data2))
    render_all(round(tail_s * SAMPLE_RATE))


@contextmanager
def _wav(path: Path) -> Iterator[wave.Wave_write]:
    """A WAV file to write, which replaces the one at `path` at the end."""
    with written_beside(path) as file, wave.open(file, "wb") as audio:
        audio.setnchannels(2)
        audio.setsampwidth(2)
        audio.setframerate(SAMPLE_RATE)
        yield audio


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
