"""OSC packets as they come from outside: checked before they are parsed."""

from collections.abc import Iterator
from typing import Any

from pythonosc.osc_message import OscMessage, ParseError

MOST_BYTES = 1 << 16  # more than UDP carries
_MOST_MESSAGES = 250
_MOST_MESSAGE_BYTES = (
    1024  # python-osc can read a long one, with wrong sizes in it, many times over
)
_MOST_DEPTH = 8
_BUNDLE = b"#bundle\0"
_HEAD = len(_BUNDLE) + 8  # with its time tag


class NotOscError(ValueError):
    """A packet that is not OSC 1.0, or larger than any surface sends."""


def messages_of(packet: bytes) -> list[tuple[str, list[Any]]]:
    """The address and the values of each message of a packet. Raises NotOscError.

    Time tags are ignored. python-osc sees single messages only: a bundle with a wrong size would
    keep it for ever.
    """
    messages: list[tuple[str, list[Any]]] = []
    for message in _elements(packet, _MOST_DEPTH):
        if len(messages) == _MOST_MESSAGES or len(message) > _MOST_MESSAGE_BYTES:
            raise NotOscError("too many messages, or too long")
        try:
            parsed = OscMessage(message)
        except (ParseError, ValueError, IndexError) as error:
            raise NotOscError(str(error)) from None
        messages.append((parsed.address, parsed.params))
    return messages


def _elements(packet: bytes, depth: int) -> Iterator[bytes]:
    """The bytes of each message, in order."""
    if packet.startswith(b"/"):
        yield packet
        return
    if not packet.startswith(_BUNDLE) or len(packet) < _HEAD or not depth:
        raise NotOscError("neither a message nor a bundle")
    at = _HEAD
    while at < len(packet):
        size = int.from_bytes(packet[at : at + 4], "big", signed=True)
        at += 4
        if not 0 < size <= len(packet) - at or size % 4:
            raise NotOscError("an element of a wrong size")
        yield from _elements(packet[at : at + size], depth - 1)
        at += size
