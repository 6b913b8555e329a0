"""Listens to a player on a MIDI input, and asks the music for answers."""

import threading
import time
from collections.abc import Callable
from functools import partial
from math import ceil

import numpy as np

from livedshl.errors import LivedshlError
from livedshl.live.delivery import CHANGING_S
from livedshl.live.port_watcher import PortWatcher
from livedshl.live.session import Session
from livedshl.live.snapshot import Snapshot
from livedshl.live.steady import LEAVING_S, run_steadily
from livedshl.live.watched_input import WatchedInput
from livedshl.midi.message import NOTE_ON, channel_of, is_note_off, is_note_on, lets_go
from livedshl.music import Chord
from livedshl.music.chords import NOTE_NAMES
from livedshl.music.segments import CHORD
from livedshl.outputs.midi_systems import CLIENT_NAME
from livedshl.performance.commands import Answer, FollowChord, Listen
from livedshl.performance.phrase import Phrase, PhraseListener
from livedshl.units import TICKS_PER_STEP, seconds_to_ticks

_OWN_NAME = f"{CLIENT_NAME}-listen"
_PERIOD_S = 0.01
_SILENCE_BEATS = 0.5  # a phrase is over once no melody key has been down for this long
_REACTION_S = CHANGING_S + 2 * _PERIOD_S  # from then until an answer can begin
_ECHO_S = 0.08  # an equal note this close to one of our own is its echo


class Listener:
    """Listens to a MIDI input on its own thread; a context manager.

    During a phrase the music leaves out its melody; after it, the music answers. The band follows
    a held chord until it is let go. A key is also up when its keyboard says so for all keys, goes
    or is reset, after a panic, and after eight bars: no lost note-off silences the melody for good.
    Echoes of the music's own notes, from a port that loops, are ignored. tell: shows the user a
    line. Raises OutputError if the port cannot be opened.
    """

    def __init__(
        self, port: str, session: Session, watcher: PortWatcher, tell: Callable[[str], None]
    ) -> None:
        self._session = session
        self._tell = tell
        self._input = WatchedInput(port, _OWN_NAME, watcher, tell)
        self._echoes: set[tuple[int, int]] = set()  # channel and pitch of echoes that are on
        self._accompanies = False  # whether the music leaves out its melody
        self._chord: Chord | None = None  # that the music was told to follow
        self._panics = 0  # of the music so far
        self._left = threading.Event()
        run = partial(run_steadily, self._run, self._left, "Listening", tell)
        self._thread = threading.Thread(target=run, name="listener", daemon=True)

    def __enter__(self) -> "Listener":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        self._thread.join(LEAVING_S)
        if not self._thread.is_alive():  # else its MIDI system hangs, and closing would too
            self._input.close()

    def _run(self) -> None:
        phrases: PhraseListener | None = None
        while not self._left.wait(_PERIOD_S):
            received = list(self._input.receive())
            snapshot = self._session.snapshot()
            if snapshot is None:
                continue
            phrases = phrases or PhraseListener(snapshot.grid)
            panicked, self._panics = snapshot.panics > self._panics, snapshot.panics
            # While the port is away or the clock stands still, we would not hear keys let go.
            if panicked or self._input.went() or not snapshot.running:
                self._release_all(phrases, snapshot.tick)
            if snapshot.running:
                for message, time_s in received:
                    self._take(phrases, snapshot, message, time_s)
                try:
                    self._respond(phrases, snapshot)
                except LivedshlError as error:
                    self._tell(str(error))
            self._session.show_keys(phrases.keys)

    def _take(
        self, phrases: PhraseListener, snapshot: Snapshot, message: bytes, time_s: float
    ) -> None:
        tick = self._session.tick_at(time_s)
        if lets_go(message):
            self._release_all(phrases, tick)
        if len(message) < 3:
            return
        status, pitch, velocity = message
        channel = channel_of(status)
        if is_note_on(status, velocity):
            if _is_echo(snapshot, tick, channel, pitch):
                self._echoes.add((channel, pitch))
            else:
                self._echoes.discard((channel, pitch))  # whose note-off was lost
                phrases.strike(tick, pitch)
        elif is_note_off(status, velocity):
            if (channel, pitch) in self._echoes:
                self._echoes.discard((channel, pitch))
            else:
                phrases.release(tick, pitch)

    def _release_all(self, phrases: PhraseListener, tick: int) -> None:
        phrases.release_all(tick)
        self._echoes.clear()

    def _respond(self, phrases: PhraseListener, snapshot: Snapshot) -> None:
        """Asks the music for what the keys that are down now call for."""
        tick = self._session.tick_at(time.perf_counter())
        if stuck := phrases.let_go_of_stuck(tick):
            names = " ".join(NOTE_NAMES[pitch % 12] for pitch in stuck)
            self._tell(f"Down for eight bars, so taken for let go: {names}")
        if phrases.chord != self._chord:
            self._chord = phrases.chord
            self._session.send(FollowChord(self._chord))
        if phrases.is_idle(tick):  # first, for a phrase that a stuck key kept from its end
            phrases.forget()
            if self._accompanies:
                self._accompanies = False
                self._session.send(Listen(False))
        elif phrases.ended(tick, _silence(snapshot)):
            self._accompanies = False
            self._session.send(Answer(self._phrase(phrases, snapshot)))
        elif phrases.is_phrase and not self._accompanies:
            self._accompanies = True
            self._session.send(Listen(True))

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
    """Ticks of silence after which a phrase is over; its answer, on a step, comes within a beat."""
    beat_ticks = snapshot.grid.beat_ticks
    rest = beat_ticks - TICKS_PER_STEP - _ticks(_REACTION_S, snapshot)
    return max(TICKS_PER_STEP // 2, min(rest, round(_SILENCE_BEATS * beat_ticks)))


def _is_echo(snapshot: Snapshot, tick: int, channel: int, pitch: int) -> bool:
    """Whether the music itself strikes this note about now, allowing for its latency."""
    near = _ticks(_ECHO_S, snapshot)
    tick += round(seconds_to_ticks(snapshot.latency_ms / 1e3, snapshot.quarter_bpm))
    for chunk in snapshot.chunks:
        if chunk.start_tick - near <= tick <= chunk.end_tick + near:
            ticks, status, pitches, _ = chunk.events.T
            same = (status == NOTE_ON | channel) & (pitches == pitch)
            if bool((same & (np.abs(ticks - tick) <= near)).any()):
                return True
    return False
