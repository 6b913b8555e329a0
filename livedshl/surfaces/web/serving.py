"""Where the page is served, as the main process and its server both know it."""

import json
import socket
from dataclasses import astuple, dataclass

LOOPBACK = "127.0.0.1"
_EVERYWHERE = "0.0.0.0"
_ELSEWHERE = ("192.0.2.1", 9)  # an address for examples (RFC 5737); nothing is sent there


@dataclass(frozen=True, slots=True)
class Serving:
    """An address of this machine and a port. token: what the page must name, "" if nothing."""

    host: str
    port: int
    token: str = ""

    @property
    def address(self) -> str:
        """What to open in a browser. The secret stands where no browser sends it on its own."""
        host = _own_address() if self.host == _EVERYWHERE else self.host
        secret = f"#{self.token}" if self.token else ""
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/{secret}"

    def line(self) -> bytes:
        """A line that says so. It goes through a pipe: everybody can read a command line."""
        return json.dumps(astuple(self)).encode() + b"\n"

    @classmethod
    def of_line(cls, line: bytes) -> "Serving":
        """What a line says."""
        return cls(*json.loads(line))


def _own_address() -> str:
    """The address by which devices of this network reach this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(_ELSEWHERE)
        except OSError:  # no network
            return LOOPBACK
        address: str = asking.getsockname()[0]
        return address
