"""What the player's ports are called: another program may rename them while it plays."""

from dataclasses import dataclass


@dataclass(slots=True)
class PortNames:
    """The names of the output and of the clock's input, for whenever they are opened again."""

    output: str = ""
    clock: str = ""
    _told: bytes = b""  # the parts of a name so far

    def take(self, is_clock: bool, part: bytes, is_last: bool) -> None:
        """Takes in the next part of a name."""
        self._told += part
        if not is_last:
            return
        name, self._told = self._told.decode(errors="surrogateescape"), b""
        if is_clock:
            self.clock = name
        else:
            self.output = name
