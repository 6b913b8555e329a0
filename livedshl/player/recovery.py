"""An output that may disappear and come back while the clock runs."""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from livedshl.errors import LivedshlError, OutputError
from livedshl.outputs.opening import Nowhere, Port
from livedshl.player.clock.source import Follower
from livedshl.player.pipes import ReplyPipe
from livedshl.player.protocol import Reply

if TYPE_CHECKING:
    from livedshl.outputs.speakers import Speakers

_REOPEN_PERIOD_S = 0.2


class RecoveringOutput:
    """Sends to a port while it is there, and nowhere while it is not.

    open_port: opens the port again once it is back. speakers: a synthesiser beside it, which is
    sent the same, whatever becomes of the port.
    """

    def __init__(
        self,
        port: Port,
        open_port: Callable[[], Port],
        replies: ReplyPipe,
        speakers: "Speakers | None" = None,
    ) -> None:
        self._port = port
        self._open_port = open_port
        self._replies = replies
        self._speakers = speakers
        self._refused = False
        self._reopen_s: float | None = None
        self._system_died = False
        # Closing a JACK client whose server died holds up the clock for a second, and crashes
        # what has been opened since.
        self._dead_ports: list[Port] = []

    def send_all(self, messages: Iterable[bytes]) -> None:
        """Sends each message. Reports only the first that the port refuses; the clock goes on."""
        for message in messages:
            if self._speakers:
                self._speakers.send(message)
            try:
                self._port.send(message)
            except OutputError as error:
                if not self._refused:
                    self._refused = True
                    self._replies.send(Reply.LOST, text=str(error).encode())

    @property
    def dropouts(self) -> int:
        """How often the sound was interrupted; a MIDI port makes none."""
        beside = self._speakers.dropouts if self._speakers else 0
        return self._port.dropouts + beside

    def silence_speakers(self, silent: bool) -> None:
        """Silences the synthesiser beside the port, or lets it be heard again."""
        if self._speakers:
            self._speakers.silence(silent)

    def lose(self, releasing: Iterable[bytes]) -> None:
        """Sends nowhere until the port is back.

        releasing: what switches off every note. The port gets it first, for it may be there still,
        under another name.
        """
        self._reopen_s = None
        with suppress(OutputError):
            for message in releasing:
                self._port.send(message)
            self._port.flush(rings=False)
        self._port.close()
        self._port = Nowhere()

    def lose_system(self) -> None:
        """The same for every port of a MIDI system that died.

        RtMidi waits for ever if nobody takes a message.
        """
        self._reopen_s = None
        self._system_died = True
        self._dead_ports.append(self._port)
        self._port = Nowhere()

    def reopen_at(self, time_s: float) -> None:
        """Opens the port again from `time_s` on."""
        self._reopen_s = time_s

    def is_to_reopen(self, now: float) -> bool:
        """Whether it is time to try to open the port again."""
        return self._reopen_s is not None and now >= self._reopen_s

    def reopen(self, follower: Follower) -> bool:
        """Opens the port again, or plans another try; True if it is open.

        If the whole MIDI system died, the follower's input is opened again first.
        """
        self._reopen_s = None
        try:
            if self._system_died:
                follower.reopen()
                self._system_died = False
            port = self._open_port()
        except LivedshlError:
            self._reopen_s = time.perf_counter() + _REOPEN_PERIOD_S
            return False
        self._port.close()
        self._port = port
        self._refused = False
        return True

    def close(self, rings: bool) -> None:
        """Waits until everything has left, then closes. rings: let the music ring out.

        What makes a sound closes first: RtMidi keeps the interpreter to itself while it waits for
        a JACK server, which may be waiting for a block that only the interpreter can render.
        """
        self._port.flush(rings)
        if self._speakers:
            self._speakers.flush(rings)
            self._speakers.close()
        self._port.close()
