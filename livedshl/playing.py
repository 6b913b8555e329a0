"""A session for programs and notebooks: it plays on a thread of its own while you steer it."""

from concurrent.futures import Future
from threading import Thread
from types import TracebackType

from livedshl.live.performer import PlayerReport
from livedshl.live.session import Session

_POLL_S = 0.05


class BackgroundSession(Session):
    """Plays a performance while your program goes on. `livedshl.Session` is this class.

    >>> with Session(make_settings("jig"), port="IAC Bus") as session:
    ...     session.send(SetTempo(132))
    ...     input("Press Enter to end it")
    ...     session.end()

    settings: what `make_settings` returns.
    port: a MIDI port, by words of its name or its number. output: what `choose_output` returns.
    Without either it takes the best output there is: a virtual port called "livedshl", the
    built-in synthesiser, or nowhere.
    clock: a `ClockSettings`, to follow a MIDI clock or Ableton Link.
    record, trace: files to write. observe: called with each chunk when it is heard.

    The `with` block starts it, stops it when an error leaves the block, and else waits for the
    end: of `settings.bars`, after `end`, or at once after `stop`. A session plays once.
    """

    _outcome: "Future[PlayerReport | None] | None" = None

    def start(self) -> "BackgroundSession":
        """Starts playing, and returns when the music has begun. Raises what keeps it from that."""
        if self._outcome is not None:
            raise RuntimeError("a session plays once: make another")
        self._outcome = Future()
        Thread(target=self._play, args=(self._outcome,), name="session").start()
        while not self.has_begun and self.is_playing:
            try:
                self._outcome.exception(_POLL_S)
            except TimeoutError:
                continue
        if not self.is_playing:
            self.wait()
        return self

    @property
    def is_playing(self) -> bool:
        """Whether it plays, or is about to."""
        return self._outcome is not None and not self._outcome.done()

    def wait(self, timeout_s: float | None = None) -> PlayerReport | None:
        """Waits for the end. Returns how well the clock kept time, None without any music.

        Raises what ended the music, or TimeoutError if it goes on for longer than `timeout_s`.
        """
        return self._outcome.result(timeout_s) if self._outcome else None

    def __enter__(self) -> "BackgroundSession":
        return self.start()

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            try:
                self.wait()
                return
            except BaseException:
                self.stop()
                raise
        self.stop()
        if self._outcome:
            self._outcome.exception()

    def _play(self, outcome: "Future[PlayerReport | None]") -> None:
        try:
            outcome.set_result(self.run())
        except BaseException as error:  # `wait` raises it
            outcome.set_exception(error)
