"""The built-in synthesiser: FluidSynth, played through the system's audio output."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event, Thread

from livedshl.errors import LivedshlError, MissingDependencyError, OutputError
from livedshl.midi.message import is_note_on
from livedshl.outputs.audio_clock import AudioClock
from livedshl.outputs.audio_device import (
    BUFFER_S,
    SAMPLE_RATE,
    AudioDevice,
    Render,
    audio_library,
    check_audio,
    light_imports,
    load_miniaudio,
    open_device,
)
from livedshl.outputs.fluidsynth_library import load_fluidsynth
from livedshl.outputs.missing import missing
from livedshl.outputs.renderer import FRAME_BYTES, Renderer
from livedshl.outputs.soundfont import find_soundfont

_TAIL_S = 1.5  # shorter than the silence after which a player counts as hanging
_LATE_NOTE_S = 0.2  # a note that would begin later than this is left out
_STALLED_S = 1.0  # a device that has asked for nothing so long is gone
_STARTING_S = 3.0  # or, at its start: PulseAudio's null sink takes 2 s
_CHECK_PERIOD_S = 0.5
_CLOSING_S = 0.5  # for the audio system to close a device; one that died may never do so


_loaded_ahead: dict[Path, Renderer] = {}


def load_ahead() -> None:
    """Loads FluidSynth, a soundfont and the audio library before it is known what will play.

    Raises MissingDependencyError without one of them, OutputError for a soundfont that cannot be
    loaded.
    """
    soundfont = find_soundfont()
    with light_imports():
        load_miniaudio()
    _loaded_ahead[soundfont] = Renderer(soundfont, SAMPLE_RATE)


class Synth:
    """A synthesiser that plays through the system's audio: a `Port`.

    told: called on another thread, with an error when the audio device vanishes, and without one
    when another plays. open_speakers: opens the audio device; tests give another.

    A message sounds a constant time after it is sent, about 10 to 30 ms, to within the 64 samples
    (1.3 ms) that FluidSynth computes at a time. A device that vanishes is replaced by what the
    system then plays through.

    Raises MissingDependencyError without FluidSynth, OutputError without an audio device or with
    a soundfont that cannot be loaded.
    """

    def __init__(
        self,
        soundfont: Path,
        told: Callable[[LivedshlError | None], None] = lambda error: None,
        open_speakers: Callable[[Render], AudioDevice] = open_device,
    ) -> None:
        ahead = _loaded_ahead.pop(soundfont, None)
        self._renderer = ahead or Renderer(soundfont, SAMPLE_RATE)
        # Appended to by the player's thread, taken from by the audio system's: both in one step.
        self._sent: deque[tuple[float, bytes]] = deque()
        self._clock = AudioClock(SAMPLE_RATE, BUFFER_S)
        self._asked_s = time.perf_counter()
        self._told = told
        self._closed = Event()
        self._opened = 0  # devices so far
        self._open_speakers = open_speakers
        try:
            with light_imports():
                self._device: AudioDevice | None = open_speakers(self._next_render())
        except LivedshlError:
            self._renderer.close()
            raise
        self._watch = Thread(target=self._keep_open, name="speakers", daemon=True)
        self._watch.start()

    @property
    def dropouts(self) -> int:
        """How often the sound was interrupted because a block came too late."""
        return self._clock.dropouts

    def send(self, message: bytes) -> None:
        """Plays one channel message now; ignores others, such as a clock's."""
        if len(message) > 1:
            self._sent.append((time.perf_counter(), message))

    def flush(self, rings: bool) -> None:
        """If the music rings out, waits until it has."""
        if rings and self._device:
            time.sleep(_TAIL_S)

    def close(self) -> None:
        """Stops the audio."""
        self._closed.set()
        self._watch.join(_CHECK_PERIOD_S)
        if not self._device or _close(self._device):
            self._renderer.close()

    def _next_render(self) -> Render:
        """What renders for the next device. The last one, should it still ask, gets silence."""
        self._opened += 1
        number = self._opened

        def render(frames: int) -> memoryview:
            if number != self._opened:
                return memoryview(bytes(frames * FRAME_BYTES))
            return self._render(frames)

        return render

    def _render(self, frames: int) -> memoryview:
        """The next block: rendered up to each message, which is then applied, and on from there."""
        now = self._asked_s = time.perf_counter()
        first = self._clock.begin_block(now, frames)
        if self._clock.runs_free:  # as ALSA's null device does
            time.sleep(frames / SAMPLE_RATE)
        sent, clock, renderer = self._sent, self._clock, self._renderer
        block = bytearray(frames * FRAME_BYTES)
        done = 0
        while sent:
            time_s, message = sent[0]
            at = clock.sample_at(time_s) - first
            if at >= frames:
                break
            sent.popleft()
            while done < at:
                done += self._add(block, done, at - done)
            if at > -_LATE_NOTE_S * SAMPLE_RATE or not is_note_on(message[0], message[-1]):
                renderer.play(message)
        while done < frames:
            done += self._add(block, done, frames - done)
        return memoryview(block)

    def _add(self, block: bytearray, done: int, frames: int) -> int:
        samples = self._renderer.render(frames)
        block[done * FRAME_BYTES : done * FRAME_BYTES + len(samples)] = samples
        return len(samples) // FRAME_BYTES

    def _keep_open(self) -> None:
        """Opens the audio output again when the one in use is gone, on a thread of its own."""
        stalled = False
        while not self._closed.wait(_CHECK_PERIOD_S):
            was_stalled, stalled = stalled, self._is_stalled()
            # Stalled once means little: the whole process may have been suspended.
            if self._device and not (stalled and was_stalled):
                continue
            if gone := self._device:
                self._device = None
                self._opened += 1  # so that it gets silence, should it ask again
                self._told(
                    OutputError(
                        "the audio device is gone", remedy="The sound comes back with the next one"
                    )
                )
                _close(gone)
            try:
                self._device = self._open_speakers(self._next_render())
            except LivedshlError:
                self._forget_old_notes()
            else:
                self._asked_s = time.perf_counter()
                self._told(None)

    def _is_stalled(self) -> bool:
        limit_s = _STALLED_S if self._clock.steady else _STARTING_S
        return time.perf_counter() - self._asked_s > limit_s

    def _forget_old_notes(self) -> None:
        """Applies what nobody asks to hear, so that it does not pile up."""
        while self._sent:
            _, message = self._sent.popleft()
            if not is_note_on(message[0], message[-1]):
                self._renderer.play(message)


def _close(device: AudioDevice) -> bool:
    """Closes a device; False if that takes too long, so that it may yet ask for sound."""
    closing = Thread(target=device.close, daemon=True)
    closing.start()
    closing.join(_CLOSING_S)
    return not closing.is_alive()


def check_synth() -> None:
    """Raises MissingDependencyError or OutputError if `Synth` could not be heard.

    It opens the audio output for a moment. If several parts are missing, the remedy installs all
    of them in one line.
    """
    _check({**_parts(), audio_library(): check_audio})


def check_parts() -> None:
    """The same, but leaves the audio output alone, which takes longer to open."""
    _check(_parts())


def _parts() -> dict[str, Callable[[], object]]:
    return {"FluidSynth": load_fluidsynth, "a soundfont": find_soundfont}


def _check(checks: Mapping[str, Callable[[], object]]) -> None:
    lacking, other = [], None
    for part, check in checks.items():
        try:
            check()
        except MissingDependencyError:
            lacking.append(part)
        except OutputError as error:
            other = error
    if lacking:
        raise missing(lacking, "the built-in synthesiser")
    if other is not None:
        raise other
