"""Finds out whether a program listens to livedshl's virtual port.

ALSA and JACK say so. CoreMIDI does not: a program that has connected to a virtual source is known
to nobody else.
"""

import re
import sys
from collections.abc import Iterable

from livedshl.outputs.midi_systems import CLIENT_NAME

_ALSA_CLIENTS = "/proc/asound/seq/clients"
_ALSA_LINE = re.compile(
    r'Client +(?P<client>\d+) : "(?P<name>.*)" \[|    Connecting To: (?P<addresses>.+)'
)
# They listen to every port, whether or not anybody listens to them.
_ALSA_BRIDGES = ("PipeWire", "a2j")
# JACK numbers a client whose name is taken; a bridge puts its own name in front.
_JACK_PORT = re.compile(rf"(?:^|:){CLIENT_NAME}(?:-\d+)?[: ]")


def are_known() -> bool:
    """Whether this system can say who listens."""
    return sys.platform.startswith("linux")


def alsa_has_listener(clients: str | None = None) -> bool | None:
    """Whether a program listens to livedshl's port in ALSA.

    None where that is unknown: where only a bridge to another MIDI system listens, or where ALSA
    has no such list. clients: the list of clients as the kernel writes it; read if None.
    """
    if clients is None:
        try:
            # Not by pathlib, which the watcher has no other need of.
            with open(_ALSA_CLIENTS, errors="replace") as file:  # noqa: PTH123
                clients = file.read()
        except OSError:
            return None
    names: dict[str, str] = {}
    listening: list[str] = []  # their numbers
    sender = ""
    for line in clients.splitlines():
        if not (found := _ALSA_LINE.match(line)):
            continue
        if found["addresses"] is None:
            sender = names[found["client"]] = found["name"]
        elif sender == CLIENT_NAME:
            listening += re.findall(r"(\d+):\d+", found["addresses"])
    listeners = [names.get(number, "") for number in listening]
    if any(not name.startswith(_ALSA_BRIDGES) for name in listeners):
        return True
    return None if listeners else False


def of_jack(names: Iterable[str]) -> list[str]:
    """Those of JACK's MIDI outputs that are livedshl's, here or through a bridge from ALSA."""
    return [name for name in names if _JACK_PORT.search(name)]
