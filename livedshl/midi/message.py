"""Channel messages of MIDI 1.0: one table of their kinds, and what a status byte says.

A note-on of velocity 0 is a note-off, here and everywhere. Imports little: the player process
reads this table on the clock's path.
"""

from dataclasses import dataclass

NOTE_OFF = 0x80
NOTE_ON = 0x90
KEY_PRESSURE = 0xA0
CONTROL = 0xB0
PROGRAM = 0xC0
CHANNEL_PRESSURE = 0xD0
PITCH_BEND = 0xE0

MODULATION, EXPRESSION, SUSTAIN_PEDAL = 1, 11, 64
# The controllers that a part moves while it plays, and where they rest (MIDI RP-015).
AT_REST = {MODULATION: 0, EXPRESSION: 127, SUSTAIN_PEDAL: 0}
# Controllers that release the notes of a channel and undo swells, in the order they are sent in:
# sustain pedal up, all controllers reset (not volume, pan and reverb), all notes off.
DAMPING = (SUSTAIN_PEDAL, 121, 123)
ALL_SOUND_OFF = 120

SYSTEM_RESET = 0xFF
# All sound off, reset all controllers, all notes off, and the modes that switch notes off too.
_RELEASING = frozenset((ALL_SOUND_OFF, 121, *range(123, 128)))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of channel message. status: its status byte on the first channel."""

    status: int
    name: str
    data_bytes: int


KINDS = (
    Kind(NOTE_OFF, "note off", 2),
    Kind(NOTE_ON, "note on", 2),
    Kind(KEY_PRESSURE, "key pressure", 2),
    Kind(CONTROL, "control change", 2),
    Kind(PROGRAM, "program change", 1),
    Kind(CHANNEL_PRESSURE, "channel pressure", 1),
    Kind(PITCH_BEND, "pitch bend", 2),
)

# By status byte, 0 to 255. Indexing these is faster than calling the functions below.
SYSEX, END_OF_SYSEX = 0xF0, 0xF7
KIND_OF = bytes(status & 0xF0 for status in range(256))
CHANNEL_OF = bytes(status & 0x0F for status in range(256))
_DATA_BYTES = {kind.status: kind.data_bytes for kind in KINDS}


def kind_of(status: int) -> int:
    """The kind of a message: its status byte on the first channel, as `NOTE_ON`."""
    return KIND_OF[status]


def channel_of(status: int) -> int:
    """The channel of a message, 0 to 15."""
    return CHANNEL_OF[status]


def is_note_on(status: int, velocity: int) -> bool:
    """Whether a message strikes a note."""
    return KIND_OF[status] == NOTE_ON and velocity > 0


def is_note_off(status: int, velocity: int) -> bool:
    """Whether a message ends a note."""
    kind = KIND_OF[status]
    return kind == NOTE_OFF or (kind == NOTE_ON and velocity == 0)


def lets_go(message: bytes) -> bool:
    """Whether a message says that no key is down any more."""
    if len(message) == 3:
        return KIND_OF[message[0]] == CONTROL and message[1] in _RELEASING
    return message[0] == SYSTEM_RESET


def event_message(status: int, data1: int, data2: int) -> bytes:
    """The bytes of a channel message; `data2` is left out where the kind has one data byte."""
    return bytes((status, data1, data2)[: 1 + _DATA_BYTES[KIND_OF[status]]])


def setting_of(status: int, data1: int) -> tuple[int, int] | None:
    """The setting that a program or controller message changes; None for a note.

    A later message with the same setting replaces an earlier one.
    """
    kind = KIND_OF[status]
    if kind in (NOTE_OFF, NOTE_ON):
        return None
    return status, data1 if kind == CONTROL else 0
