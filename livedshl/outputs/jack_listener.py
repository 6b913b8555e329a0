"""Hears at once what happens in a JACK server, through JACK's own Python module."""

from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from queue import SimpleQueue
from typing import Any

from livedshl.outputs.listeners import of_jack
from livedshl.outputs.midi_systems import CLIENT_NAME
from livedshl.outputs.port_news import PortRequest


class Signal(Enum):
    """What happens beside ports being made and requests."""

    OTHER = "another port came or went, or two were connected or parted"
    DIED = "the JACK server died"
    LEAVE = "the main process is leaving"


@dataclass(frozen=True, slots=True)
class Made:
    """JACK has registered a port of this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """JACK has given a port another name. identity: as `JackListener.identity` gives it."""

    identity: int
    old: str
    new: str


Happening = Signal | Made | Renamed | PortRequest


class JackListener:
    """Reports at once what happens in a JACK server, if JACK's Python module is installed."""

    def __init__(self, happenings: SimpleQueue[Happening]) -> None:
        self._happenings = happenings
        self._client: Any = None
        self._tried = False

    def open(self) -> None:
        """Listens to the server, unless that was tried before."""
        if self._tried:
            return
        self._tried = True
        with suppress(ImportError, OSError):
            import jack  # optional

            with suppress(jack.JackError):
                client = jack.Client(f"{CLIENT_NAME}-watch", no_start_server=True)
                client.set_shutdown_callback(
                    lambda status, reason: self._happenings.put(Signal.DIED)
                )
                client.set_port_registration_callback(self._notice, only_available=False)
                client.set_port_connect_callback(
                    lambda one, other, connected: self._happenings.put(Signal.OTHER),
                    only_available=False,
                )
                # JACK 1 has none
                with suppress(AttributeError):
                    client.set_port_rename_callback(self._notice_name, only_available=False)
                client.activate()
                self._client = client

    @property
    def listens(self) -> bool:
        """Whether there is a server to listen to."""
        return self._client is not None

    def identity(self, name: str) -> int | None:
        """What stays the same when the port of this name is renamed; None where that is unknown."""
        if self._client is None:
            return None
        import jack

        with suppress(jack.JackError):
            return int(self._client.get_port_by_name(name).uuid)
        return None

    def has_listener(self) -> bool | None:
        """Whether a program listens to livedshl's port; None where there is no server to ask."""
        if self._client is None:
            return None
        import jack

        try:
            names = [port.name for port in self._client.get_ports(is_midi=True, is_output=True)]
            return any(self._client.get_all_connections(name) for name in of_jack(names))
        except jack.JackError:
            return None

    def close(self) -> None:
        """Leaves the server, which may have died."""
        client, self._client, self._tried = self._client, None, False
        if client is not None:
            client.close()

    def _notice(self, port: Any, made: bool) -> None:
        known = made and port is not None
        self._happenings.put(Made(port.name) if known else Signal.OTHER)

    def _notice_name(self, port: Any, old: str, new: str) -> None:
        if port is not None:
            self._happenings.put(Renamed(int(port.uuid), old, new))
