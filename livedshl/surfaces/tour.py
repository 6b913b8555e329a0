"""The tour that `livedshl demo` gives: what is said and done, bar by bar, while the music plays."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from livedshl.live.session import Session
from livedshl.live.snapshot import Snapshot
from livedshl.music.leadsheet import Key
from livedshl.performance.commands import (
    Answer,
    ChoosePreset,
    Command,
    End,
    Fill,
    Hold,
    PlaySong,
    SetIntensity,
    SetKey,
)
from livedshl.performance.options import make_settings
from livedshl.performance.phrase import Phrase
from livedshl.performance.settings import SetSong, Settings
from livedshl.text import shown
from livedshl.units import TICKS_PER_STEP

_POLL_S = 0.03
_ASKED_BARS = 2  # before it is composed, which is eight beats before it is heard
_SAID_BEATS = 2  # before it is heard
_PHRASE_BARS = 2
_CHORDS = "Dm7 | G7 | Cmaj7 | Am7"


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop of the tour.

    bar: counted from 1, where it is heard. says: in plain words. does: what is sent to the music.
    answers: whether the music answers its own last two bars, as it would a player's.
    names_tune: whether the tune that plays is named.
    """

    bar: int
    says: str
    does: tuple[Command, ...] = ()
    answers: bool = False
    names_tune: bool = False


TOUR: tuple[Stop, ...] = (
    Stop(1, "A folk session. Each phrase comes from a real tune; livedshl finds which can follow."),
    Stop(9, "It always knows where a bar comes from.", names_tune=True),
    Stop(17, "Another style: an indie band plays on from here (key p).",
         (ChoosePreset("indie-band"),)),
    Stop(25, "Strings, and another key: A (keys p and k).",
         (ChoosePreset("chamber-strings"), SetKey(Key.parse("A")))),
    Stop(33, f"Now over your chords, with a swing combo: {_CHORDS}.", (PlaySong(2),)),
    Stop(45, "Louder and fuller, with a fill (keys i and F).", (SetIntensity(0.9), Fill())),
    Stop(55, "Listen to the next two bars, as if you had played them."),
    Stop(57, "This is the answer to them. Connect a keyboard, and it answers you.",
         answers=True),
    Stop(67, "Hold: the last four bars go round, for a solo or a speech (key h).", (Hold(True),)),
    Stop(77, "Hold off: the music carries on.", (Hold(False), SetIntensity(0.5))),
    Stop(83, "The end, at the next cadence (key q). Your turn: livedshl play", (End(),)),
)  # fmt: skip


def tour_settings(seed: int | None = None) -> Settings:
    """The settings of the tour: a session, and a song over a chart. None draws a seed."""
    first = make_settings("session", tempo_bpm=120, key="D", seed=seed)
    second = make_settings(
        "swing-combo", metre="4/4", tempo_bpm=132, key="C", chords=_CHORDS, seed=first.seed
    )
    songs = (SetSong.of("A folk session", first), SetSong.of("Over your chords", second))
    return replace(first, songs=songs)


def lead(
    session: Session, stops: Sequence[Stop], tell: Callable[[str], None], left: Callable[[], bool]
) -> None:
    """Leads through the stops while the music plays. tell: shows the user a line.

    The commands of a stop are sent long before its bar, so that they act where it begins even on a
    busy machine: the same seed gives the same tour.
    left: whether the tour is over before its time.
    """
    to_ask, to_say = deque(stops), deque(stops)
    while (to_ask or to_say) and not left():
        snapshot = session.snapshot()
        if snapshot is not None:
            if to_ask and _can_be_asked(snapshot, to_ask[0]):
                _ask(session, snapshot, to_ask.popleft())
            if to_say and _is_due(snapshot, to_say[0]):
                tell(_said(snapshot, to_say.popleft()))
        time.sleep(_POLL_S)


def _can_be_asked(snapshot: Snapshot, stop: Stop) -> bool:
    """Whether it is time for the commands of a stop; an answer needs all music before it."""
    ahead = 0 if stop.answers else _ASKED_BARS * snapshot.grid.bar_ticks
    composed = snapshot.chunks[-1].end_tick if snapshot.chunks else 0
    return composed > 0 and composed >= _tick_of(snapshot, stop) - ahead


def _is_due(snapshot: Snapshot, stop: Stop) -> bool:
    """Whether it is time to say what a stop is about."""
    ahead = _SAID_BEATS * snapshot.grid.beat_ticks
    return snapshot.tick >= _tick_of(snapshot, stop) - ahead


def _tick_of(snapshot: Snapshot, stop: Stop) -> int:
    return (stop.bar - 1) * snapshot.grid.bar_ticks


def _ask(session: Session, snapshot: Snapshot, stop: Stop) -> None:
    """Sends the commands of a stop."""
    tick = _tick_of(snapshot, stop)
    for command in (*stop.does, *(_answers(snapshot, tick) if stop.answers else ())):
        session.send(command, tick)


def _said(snapshot: Snapshot, stop: Stop) -> str:
    """What a stop is about, with the bar in which it is said."""
    bar = max(0, snapshot.tick) // snapshot.grid.bar_ticks + 1
    return f"bar {bar:>3}  {stop.says}{_tune_in(snapshot) if stop.names_tune else ''}"


def _tune_in(snapshot: Snapshot) -> str:
    """The tune that sounds."""
    now = [c for c in snapshot.chunks if c.start_tick <= snapshot.tick < c.end_tick]
    return f" This one is from: {shown(now[0].provenance.song)}." if now else ""


def _answers(snapshot: Snapshot, tick: int) -> Iterator[Answer]:
    """An answer to the melody of the last bars before `tick`, unless they are forgotten."""
    end = tick // TICKS_PER_STEP
    chunks = [chunk for chunk in snapshot.chunks if chunk.start_tick < tick]
    if chunks:
        steps = np.concatenate([chunk.steps for chunk in chunks])
        oldest = chunks[0].start_tick // TICKS_PER_STEP
        first = max(oldest, end - _PHRASE_BARS * snapshot.grid.bar_steps)
        yield Answer(Phrase(first, steps[first - oldest : end - oldest]))
