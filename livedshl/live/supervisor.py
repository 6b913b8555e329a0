"""Replaces a player that dies or hangs by another, which goes on with the music."""

import logging
import subprocess
import threading
import time

from livedshl.live.player_handle import RESUME_DELAY_S, PlayerHandle
from livedshl.live.player_ports import PlayerPorts
from livedshl.live.replies import Replies
from livedshl.outputs.choice import OutputKind
from livedshl.player.ahead import PLAYER_MODULE
from livedshl.player.clock.source import ClockSettings, Sync
from livedshl.player.processes import module_command, own_process_group
from livedshl.player.protocol import Reply, player_arguments

LEAVING_TIMEOUT_S = 5.0
_UNREADY_TIMEOUT_S = 0.5  # for a player that has opened nothing yet, so nothing sounds
# If this many players in a row live shorter than that, the next one would only die too.
_LEAST_LIFE_S = 2.0
MOST_YOUNG_DEATHS = 5
# A player replies every 50 ms; one that is silent for this many checks hangs. We count checks, not
# seconds: a main process that was suspended itself must not blame the player.
_CHECK_PERIOD_S = 0.5
_SILENT_CHECKS = 4
_OPENING_CHECKS = 60  # for a player that has not opened its output yet
_RETRY_S = 0.5  # between players that cannot open the port

log = logging.getLogger(__name__)


class Supervisor:
    """Listens to the player on one thread, and on another checks that it does not hang."""

    def __init__(
        self, handle: PlayerHandle, replies: Replies, ports: PlayerPorts, clock: ClockSettings
    ) -> None:
        self._handle = handle
        self._replies = replies
        self._ports = ports
        self._clock = clock
        self._replacing = False
        self._young_deaths = 0
        self._all_done = threading.Event()
        self._reader = threading.Thread(target=self._attend, name="performer", daemon=True)
        self._reader.start()
        threading.Thread(target=self._guard, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """Lets the player leave, and waits until its last reply has been read."""
        self._handle.leave()
        self._handle.wait(LEAVING_TIMEOUT_S if self._replies.ready else _UNREADY_TIMEOUT_S)
        self._reader.join(LEAVING_TIMEOUT_S)

    def _attend(self) -> None:
        """Listens to the player, then to each that replaces it, until one leaves for good."""
        self._listen()
        while self._died() and self._replace():
            self._listen()
        self._all_done.set()
        self._replies.end()

    def _listen(self) -> None:
        for kind, tick, stamped, value, text in self._handle.replies():
            had_speakers = self._replies.speakers
            self._replies.take(kind, tick, stamped, value, text)
            if kind is Reply.POSITION:
                self._handle.forget_before(tick)
            elif kind is Reply.READY and self._replacing:
                self._resume()
            elif kind is Reply.LOST:
                log.warning("%s", text.decode())
            elif kind is Reply.SPEAKERS and text:
                log.warning("The speakers are silent: %s", text.decode())
            elif kind is Reply.SPEAKERS and had_speakers is False:
                log.warning("The speakers sound again")
            elif kind is Reply.REOPENED:
                log.warning("%s is back", self._ports.output.name)

    def _resume(self) -> None:
        """Lets the new player go on where the last one was.

        A clock from outside has gone on meanwhile, and may have left the tempo the user wanted.
        """
        position = self._replies.position
        if self._clock.sync is Sync.INTERNAL:
            self._handle.resume(position.tick, None, resuming=True)
        elif not position.running:
            self._handle.resume(position.tick, None, resuming=False)
        else:
            tick = position.tick_at(time.perf_counter() + RESUME_DELAY_S)
            self._handle.resume(tick, position.tempo_bpm, resuming=True)

    def _guard(self) -> None:
        """Kills a player that hangs, which frees any thread that waits to give it instructions."""
        count, silent = -1, 0
        while not self._all_done.wait(_CHECK_PERIOD_S):
            silent = silent + 1 if self._replies.count == count else 0
            count = self._replies.count
            if silent == (_SILENT_CHECKS if self._replies.ready else _OPENING_CHECKS):
                log.warning("the player process hangs and is ended")
                self._handle.kill()

    def _died(self) -> bool:
        """Whether the player left without being told to, or before it could report."""
        if not self._replies.ready:
            # The port may be away, and another player may find it again. The first says why it
            # cannot open it; if it said nothing, it was killed.
            return self._replacing or not self._replies.failed
        tick = self._replies.ended_tick
        if tick is None:
            return True
        finish_tick = self._handle.finish_tick
        return not (self._handle.leaving or (finish_tick is not None and tick >= finish_tick))

    def _replace(self) -> bool:
        """Starts another player; False if the music is over anyway, or if players keep dying."""
        self._handle.wait()
        if self._replies.failed:
            self._all_done.wait(_RETRY_S)
        else:
            young = time.monotonic() - self._handle.launched_s < _LEAST_LIFE_S
            self._young_deaths = self._young_deaths + 1 if young else 0
            if self._handle.leaving or self._young_deaths == MOST_YOUNG_DEATHS:
                self._release_left_over()
                return False
            log.warning("the player process died; another one carries on")
        try:
            if not self._handle.replace():
                return False
        except OSError as error:  # no room for a process, or for its pipes
            log.warning("no other player can start: %s", error.strerror)
            return False
        self._replacing = True
        self._replies.begin_next_player()
        return True

    def _release_left_over(self) -> None:
        """Switches off, through another player, what the last one may have left sounding.

        Only another program's port goes on sounding once the player has gone.
        """
        output = self._ports.output
        if output.kind is not OutputKind.PORT or self._replies.ended_tick is not None:
            return
        arguments = player_arguments(output.kind.value, output.name, ClockSettings(), 120.0)
        try:
            subprocess.run(
                module_command(PLAYER_MODULE, arguments),
                input=self._handle.releasing(),
                stdout=subprocess.DEVNULL,
                timeout=LEAVING_TIMEOUT_S,
                **own_process_group(),
            )
        except (OSError, subprocess.TimeoutExpired):
            log.warning("the player died, and the notes it left on could not be switched off")
