"""Listens to somebody who plays along, on a MIDI input, and asks the music for answers."""

import threading
import time
from collections.abc import Callable
from math import ceil

import numpy as np

from livedshl.errors import LivedshlError
from livedshl.live.delivery import CHANGING_S
from livedshl.live.port_watcher import PortWatcher
from livedshl.live.session import Session
from livedshl.live.snapshot import Snapshot
from livedshl.live.watched_input import WatchedInput
from livedshl.midi.message import NOTE_ON, channel_of, is_note_off, is_note_on
from livedshl.music import Chord
from livedshl.music.segments import CHORD
from livedshl.outputs.midi_systems import CLIENT_NAME
from livedshl.performance.commands import Answer, FollowChord, Listen
from livedshl.performance.phrase import Phrase, PhraseListener
from livedshl.units import TICKS_PER_STEP, seconds_to_ticks

_OWN_NAME = f"{CLIENT_NAME}-listen"
_PERIOD_S = 0.01
_SILENCE_BEATS = 0.5  # without any melody key down, at most, after which a phrase is over
_REACTION_S = CHANGING_S + 2 * _PERIOD_S  # from then until an answer can begin
_ECHO_S = 0.08  # so near to a note of one's own an equal one is its echo


class Listener:
    """Hears a MIDI input on a thread of its own until it is left; a context manager.

    While a phrase is played, the music leaves its melody out; when it is over, an answer is asked
    for. A chord that is held is what the music follows until it is let go. What comes back of its
    own notes, from a port that loops, is not listened to. tell: shows the user a line. Raises
    OutputError if the port cannot be opened.
    """

    def __init__(
        self, port: str, session: Session, watcher: PortWatcher, tell: Callable[[str], None]
    ) -> None:
        self._session = session
        self._tell = tell
        self._input = WatchedInput(port, _OWN_NAME, watcher, tell)
        self._echoes: set[tuple[int, int]] = set()  # channel and pitch of echoes that are on
        self._accompanies = False  # whether the music has left out its melody
        self._chord: Chord | None = None  # that the music was told to follow
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)

    def __enter__(self) -> "Listener":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        self._thread.join()
        self._input.close()

    def _run(self) -> None:
        phrases: PhraseListener | None = None
        while not self._left.wait(_PERIOD_S):
            received = list(self._input.receive())
            snapshot = self._session.snapshot()
            if snapshot is None:
                continue
            phrases = phrases or PhraseListener(snapshot.grid)
            if self._input.went() or not snapshot.running:  # whatever is down, its end is not heard
                phrases.release_all(snapshot.tick)
                self._echoes.clear()
            if not snapshot.running:
                continue
            for message, time_s in received:
                if len(message) == 3:
                    self._take(phrases, snapshot, message, time_s)
            try:
                self._respond(phrases, snapshot)
            except LivedshlError as error:
                self._tell(str(error))

    def _take(
        self, phrases: PhraseListener, snapshot: Snapshot, message: bytes, time_s: float
    ) -> None:
        status, pitch, velocity = message
        channel = channel_of(status)
        tick = self._session.tick_at(time_s)
        if is_note_on(status, velocity):
            if _is_echo(snapshot, tick, channel, pitch):
                self._echoes.add((channel, pitch))
            else:
                phrases.strike(tick, pitch)
        elif is_note_off(status, velocity):
            if (channel, pitch) in self._echoes:
                self._echoes.discard((channel, pitch))
            else:
                phrases.release(tick, pitch)

    def _respond(self, phrases: PhraseListener, snapshot: Snapshot) -> None:
        """Asks of the music what the present state of the keys wants."""
        if phrases.chord != self._chord:
            self._chord = phrases.chord
            self._session.send(FollowChord(self._chord))
        tick = self._session.tick_at(time.perf_counter())
        if phrases.ended(tick, _silence(snapshot)):
            self._accompanies = False
            self._session.send(Answer(self._phrase(phrases, snapshot)))
        elif phrases.is_phrase and not self._accompanies:
            self._accompanies = True
            self._session.send(Listen(True))
        elif phrases.is_idle(tick):
            phrases.forget()
            if self._accompanies:
                self._accompanies = False
                self._session.send(Listen(False))

    def _phrase(self, phrases: PhraseListener, snapshot: Snapshot) -> Phrase:
        """The phrase that is over, in C, with the chords that accompanied it."""
        chords: list[int] = []
        for chunk in snapshot.chunks:
            chords += chunk.steps[:, CHORD].tolist()
        first_step = snapshot.chunks[0].start_tick // TICKS_PER_STEP
        key = snapshot.chunks[-1].key
        return phrases.take(key.shift, chords, first_step)


def _ticks(seconds: float, snapshot: Snapshot) -> int:
    return ceil(seconds_to_ticks(seconds, snapshot.quarter_bpm))


def _silence(snapshot: Snapshot) -> int:
    """Ticks after which a phrase is over: so few that its answer, on a step, is within a beat."""
    beat_ticks = snapshot.grid.beat_ticks
    rest = beat_ticks - TICKS_PER_STEP - _ticks(_REACTION_S, snapshot)
    return max(TICKS_PER_STEP // 2, min(rest, round(_SILENCE_BEATS * beat_ticks)))


def _is_echo(snapshot: Snapshot, tick: int, channel: int, pitch: int) -> bool:
    """Whether the music itself strikes this note about now, as early as it plays."""
    near = _ticks(_ECHO_S, snapshot)
    tick += round(seconds_to_ticks(snapshot.latency_ms / 1e3, snapshot.quarter_bpm))
    for chunk in snapshot.chunks:
        if chunk.start_tick - near <= tick <= chunk.end_tick + near:
            ticks, status, pitches, _ = chunk.events.T
            same = (status == NOTE_ON | channel) & (pitches == pitch)
            if bool((same & (np.abs(ticks - tick) <= near)).any()):
                return True
    return False
