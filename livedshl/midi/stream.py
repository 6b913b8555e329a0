"""Cuts what a MIDI input hands over into whole messages.

RtMidi joins everything that follows an unended SysEx to it: on ALSA the next message, on JACK all
messages until the next end of a SysEx.
"""

from collections.abc import Iterator

from livedshl.midi.message import KINDS

ACTIVE_SENSING = 0xFE
_REAL_TIME = 0xF8  # and above: single bytes that may come within any other message

_DATA_BYTES = {kind.status | channel: kind.data_bytes for kind in KINDS for channel in range(16)}
_DATA_BYTES |= {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0}


def whole_messages(received: bytes) -> Iterator[bytes]:
    """The messages that were received together, without SysEx and what is cut short.

    Data bytes without a status byte are left out.
    """
    message, data_bytes = bytearray(), -1  # none has begun
    for byte in received:
        if byte >= _REAL_TIME:
            yield bytes((byte,))
            continue
        if byte >= 0x80:
            message, data_bytes = bytearray((byte,)), _DATA_BYTES.get(byte, -1)
        elif data_bytes > 0:
            message.append(byte)
        if len(message) == data_bytes + 1 and message:
            yield bytes(message)
            message, data_bytes = bytearray(), -1
