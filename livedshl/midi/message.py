"""MIDI channel messages: their kinds, their bytes, and what they set; imports nothing."""

# The upper half of the status byte.
NOTE_OFF = 0x80
NOTE_ON = 0x90
CONTROL = 0xB0
PROGRAM = 0xC0
_ONE_DATA_BYTE = range(PROGRAM, 0xE0)  # programs and channel pressure


def event_message(status: int, data1: int, data2: int) -> bytes:
    """The bytes of a channel message."""
    return bytes((status, data1) if status in _ONE_DATA_BYTE else (status, data1, data2))


def setting_of(status: int, data1: int) -> tuple[int, int] | None:
    """What a program or controller sets: a later message with the same takes its place.

    None for notes, which set nothing.
    """
    kind = status & 0xF0
    if kind in (NOTE_OFF, NOTE_ON):
        return None
    return status, data1 if kind == CONTROL else 0
