"""The built-in synthesiser beside a virtual port, for as long as nobody listens to that port."""

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from livedshl.errors import LivedshlError, OutputError
from livedshl.midi.message import CONTROL, DAMPING, is_note_on, setting_of

if TYPE_CHECKING:
    from livedshl.outputs.audio_device import AudioDevice, Render
    from livedshl.outputs.synth import Synth

_LONGEST_S = 30.0  # for the MIDI port to open


class Speakers:
    """A synthesiser that can be silenced and comes back; another `Port`.

    soundfont: what it plays with. told: called on another thread when it has been opened, or with
    what keeps it from that; then as a `Synth` calls it.

    It loads on a thread of its own while the MIDI port opens, and opens the audio output when
    `begin` is called. What is sent before it is open is not heard, but programs and controllers are
    kept for it.
    """

    def __init__(self, soundfont: str, told: Callable[[LivedshlError | None], None]) -> None:
        self._told = told
        self._synth: Synth | None = None
        self._settings: dict[tuple[int, int], bytes] = {}  # programs and controllers so far
        self._knows_settings = False
        self._silenced = False
        self._begun = Event()
        self._opening = Thread(target=self._open, args=(soundfont,), daemon=True)
        self._opening.start()

    def begin(self, timeout_s: float) -> None:
        """Lets it open the audio output, and waits until it has, but no longer than that."""
        self._begun.set()
        self._opening.join(timeout_s)

    def silence(self, silent: bool) -> None:
        """Releases every note and takes no others, or takes the next ones again."""
        if silent and not self._silenced and self._synth:
            for channel in range(16):
                for controller in DAMPING:
                    self._play(bytes((CONTROL | channel, controller, 0)))
        self._silenced = silent

    @property
    def dropouts(self) -> int:
        """How often the sound was interrupted."""
        return self._synth.dropouts if self._synth else 0

    def send(self, message: bytes) -> None:
        """Plays a message now, unless it begins a note while the synthesiser is to be silent.

        While the audio device is gone, nothing is heard; the synthesiser opens another.
        """
        if len(message) < 2:  # a clock's
            return
        if setting := setting_of(message[0], message[1]):
            self._settings[setting] = message
        synth = self._synth
        if synth is None:
            return
        if not self._knows_settings:
            self._knows_settings = True
            for earlier in self._settings.values():
                self._play(earlier)
        if not (self._silenced and is_note_on(message[0], message[-1])):
            self._play(message)

    def flush(self, rings: bool) -> None:
        """If the music rings out and is heard here, waits until it has."""
        if self._synth and not self._silenced:
            self._synth.flush(rings)

    def close(self) -> None:
        """Stops the audio."""
        if self._synth:
            self._synth.close()

    def _play(self, message: bytes) -> None:
        if self._synth:
            self._synth.send(message)

    def _open(self, soundfont: str) -> None:
        from livedshl.outputs.synth import Synth

        try:
            self._synth = Synth(Path(soundfont), self._told, self._open_audio)
        except LivedshlError as error:
            self._told(error)
        else:
            self._told(None)

    def _open_audio(self, render: "Render") -> "AudioDevice":
        from livedshl.outputs.audio_device import open_device

        if not self._begun.wait(_LONGEST_S):
            raise OutputError("the MIDI port does not open")
        return open_device(render)
