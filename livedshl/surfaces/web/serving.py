"""Where the page is served, as the main process and its server both know it."""

import json
from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class Serving:
    """An address of this machine and a port. token: what the page must name, "" if nothing."""

    host: str
    port: int
    token: str = ""

    def line(self) -> bytes:
        """A line that says so. It goes through a pipe: everybody can read a command line."""
        return json.dumps(astuple(self)).encode() + b"\n"

    @classmethod
    def of_line(cls, line: bytes) -> "Serving":
        """What a line says."""
        return cls(*json.loads(line))
