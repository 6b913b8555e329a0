"""The account of what an output has been told: which notes sound, and how it is set up."""

from array import array
from collections.abc import Iterator

from livedshl.midi.message import (
    ALL_SOUND_OFF,
    CHANNEL_OF,
    CONTROL,
    DAMPING,
    NOTE_OFF,
    NOTE_ON,
    is_note_on,
    setting_of,
)

_SILENCING = (*DAMPING, ALL_SOUND_OFF)


class NoteAccount:
    """Every note by channel and pitch, and every program and controller.

    sent: how many notes have been switched on.
    """

    def __init__(self) -> None:
        self.sent = 0
        self._sounding = bytearray(16 * 128)
        self._played = bytearray(16 * 128)  # notes that have ever been switched on
        self._struck = array("q", [0]) * (16 * 128)  # the tick of the last note-on of each
        self._velocities = bytearray(16 * 128)  # and its velocity
        self._left_out = bytearray(16 * 128)
        self._channels: set[int] = set()
        self._instruments: dict[tuple[int, int], bytes] = {}  # programs and controllers, as set

    @property
    def sounding(self) -> int:
        """How many notes are on."""
        return sum(self._sounding)

    def admit(self, tick: int, message: bytes, leave_out: bool) -> bool:
        """Enters a message; whether it is to be sent.

        leave_out: drops a note-on, and with it the note-off that follows.
        """
        status = message[0]
        channel = CHANNEL_OF[status]
        self._channels.add(channel)
        if setting := setting_of(status, message[1]):
            self._instruments[setting] = message
            return True
        slot = channel * 128 + message[1]
        if is_note_on(status, message[2]):
            if leave_out:
                self._left_out[slot] += 1
                return False
            self._sounding[slot] += 1
            self._played[slot] = 1
            self._struck[slot] = tick
            self._velocities[slot] = message[2]
            self.sent += 1
            return True
        if self._left_out[slot]:
            self._left_out[slot] -= 1
            return False
        if self._sounding[slot]:
            self._sounding[slot] -= 1
            return True
        return False

    def adopt(self, message: bytes) -> None:
        """Takes over a note that was switched on before this account was opened."""
        channel = CHANNEL_OF[message[0]]
        self._channels.add(channel)
        self._sounding[channel * 128 + message[1]] += 1
        self._played[channel * 128 + message[1]] = 1

    def struck(self) -> dict[tuple[int, int], tuple[int, bytes]]:
        """The notes that are on, by channel and pitch: when each was struck, and its note-on."""
        return {
            divmod(slot, 128): (
                self._struck[slot],
                bytes((NOTE_ON | slot // 128, slot % 128, self._velocities[slot])),
            )
            for slot, count in enumerate(self._sounding)
            if count and self._velocities[slot]
        }

    def end_from(self, tick: int) -> Iterator[bytes]:
        """Yields note-offs for the notes struck at `tick` or later."""
        for slot, count in enumerate(self._sounding):
            if count and self._struck[slot] >= tick:
                self._sounding[slot] -= 1
                yield bytes((NOTE_OFF | slot // 128, slot % 128, 0))

    def release(self, ever_played: bool = False, rings: bool = False) -> Iterator[bytes]:
        """Yields what switches off everything: each note first, then whole channels.

        ever_played: repeats the note-off of every note so far, for an output that may have missed
        it. rings: lets releases and reverberation ring out.
        """
        for slot, count in enumerate(self._sounding):
            channel, note = divmod(slot, 128)
            for _ in range(max(count, self._played[slot] if ever_played else 0)):
                yield bytes((NOTE_OFF | channel, note, 0))
            self._sounding[slot] = 0
        for channel in sorted(self._channels):
            for controller in DAMPING if rings else _SILENCING:
                yield bytes((CONTROL | channel, controller, 0))

    def instruments(self) -> Iterator[bytes]:
        """Yields the programs and controllers in force, for a device that has forgotten them."""
        yield from self._instruments.values()
