"""The account of what an output has been told: which notes sound, and how it is set up."""

from collections import defaultdict
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

    A note that is struck twice takes two note-offs; the first ends the older one.
    sent: how many notes have been switched on.
    """

    def __init__(self) -> None:
        self.sent = 0
        # The ticks of the note-ons whose note-offs are still to come, by slot, oldest first.
        self._sounding: defaultdict[int, list[int]] = defaultdict(list)
        self._left_out: defaultdict[int, list[int]] = defaultdict(list)
        self._played = bytearray(16 * 128)  # notes that have ever been switched on
        self._velocities = bytearray(16 * 128)  # of the last note-on of each
        self._channels: set[int] = set()
        self._instruments: dict[tuple[int, int], bytes] = {}  # programs and controllers, as set

    @property
    def sounding(self) -> int:
        """How many notes are on."""
        return sum(map(len, self._sounding.values()))

    def admit(self, tick: int, message: bytes, leave_out: bool) -> bool:
        """Enters a message; whether it is to be sent.

        leave_out: drops a note-on, and with it its note-off.
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
                self._left_out[slot].append(tick)
                return False
            self._sounding[slot].append(tick)
            self._played[slot] = 1
            self._velocities[slot] = message[2]
            self.sent += 1
            return True
        sounding, left_out = self._sounding[slot], self._left_out[slot]
        if sounding and not (left_out and left_out[0] <= sounding[0]):
            del sounding[0]
            return True
        del left_out[:1]
        return False

    def adopt(self, message: bytes) -> None:
        """Takes over a note that was switched on before this account was opened."""
        channel = CHANNEL_OF[message[0]]
        self._channels.add(channel)
        self._sounding[channel * 128 + message[1]].append(0)
        self._played[channel * 128 + message[1]] = 1

    def struck(self) -> dict[tuple[int, int], tuple[int, bytes]]:
        """The notes that are on, by channel and pitch: when each was struck, and its note-on."""
        return {
            divmod(slot, 128): (
                ticks[-1],
                bytes((NOTE_ON | slot // 128, slot % 128, self._velocities[slot])),
            )
            for slot, ticks in sorted(self._sounding.items())
            if ticks and self._velocities[slot]
        }

    def end_from(self, tick: int) -> Iterator[bytes]:
        """Forgets the notes struck at `tick` or later, also those left out.

        Yields note-offs for those that sound.
        """
        for left_out in self._left_out.values():
            _take_from(tick, left_out)
        for slot, sounding in sorted(self._sounding.items()):
            for _ in range(_take_from(tick, sounding)):
                yield bytes((NOTE_OFF | slot // 128, slot % 128, 0))

    def release(self, ever_played: bool = False, rings: bool = False) -> Iterator[bytes]:
        """Yields what switches off everything: each note first, then whole channels.

        ever_played: repeats the note-off of every note so far, for an output that may have missed
        it. rings: lets releases and reverberation ring out.
        """
        for slot in [slot for slot, played in enumerate(self._played) if played]:
            channel, note = divmod(slot, 128)
            for _ in range(max(len(self._sounding[slot]), ever_played)):
                yield bytes((NOTE_OFF | channel, note, 0))
            self._sounding[slot].clear()
        for channel in sorted(self._channels):
            for controller in DAMPING if rings else _SILENCING:
                yield bytes((CONTROL | channel, controller, 0))

    def instruments(self) -> Iterator[bytes]:
        """Yields the programs and controllers in force, for a device that has forgotten them."""
        yield from self._instruments.values()


def _take_from(tick: int, ticks: list[int]) -> int:
    """Removes the ticks from `tick` on; returns how many there were."""
    before = len(ticks)
    ticks[:] = [at for at in ticks if at < tick]
    return before - len(ticks)
