"""The chords of the screen: which sounds, which come, and where they lie under the roll."""

from collections.abc import Iterator

from rich.style import Style
from rich.text import Text

from livedshl.live.snapshot import Snapshot
from livedshl.music import TICKS_PER_STEP
from livedshl.music.chords import NO_CHORD
from livedshl.music.segments import CHORD

_DIM, _BOLD = Style(color="#8a919e"), Style(bold=True)
_NOW = Style(color="#1a1a1a", bgcolor="#95e6cb", bold=True)
_YOURS = Style(color="#1a1a1a", bgcolor="#ffb454", bold=True)
_MOST_COMING = 3
_NO_CHORD = "N.C."


def chords_line(snapshot: Snapshot) -> Text:
    """The chord that sounds, those to come with the beats until then, and what a player does."""
    text = Text(no_wrap=True, overflow="ellipsis")
    changes = list(_changes(snapshot))
    sounding = [name for tick, name in changes if tick <= snapshot.tick]
    coming = [(tick, name) for tick, name in changes if tick > snapshot.tick]
    text.append(f" {sounding[-1] if sounding else _NO_CHORD} ", _NOW)
    for number, (tick, name) in enumerate(coming[:_MOST_COMING]):
        beats = -(-(tick - snapshot.tick) // snapshot.grid.beat_ticks)
        text.append("  → " if number == 0 else "  ", _DIM)
        text.append(name, _BOLD)
        text.append(f" in {beats}", _DIM)
    if coming:
        text.append(" beats", _DIM)
    for told in _told_of_player(snapshot):
        text.append("   ")
        text.append(f" {told} ", _YOURS)
    return text


def _told_of_player(snapshot: Snapshot) -> Iterator[str]:
    """What the player who is listened to does, and what the band makes of it."""
    steering = snapshot.steering
    if steering.follows:
        yield f"YOU HOLD {steering.follows.name}"
    if steering.listening:
        yield "YOU PLAY"
    elif _answers(snapshot):
        yield "ANSWERING YOU"


def _answers(snapshot: Snapshot) -> bool:
    """Whether what sounds is the answer to a phrase."""
    now = [c for c in snapshot.chunks if c.start_tick <= snapshot.tick < c.end_tick]
    places = [chunk.provenance.place for chunk in now]
    return any(place is not None and place.wished == "answer" for place in places)


def chord_names(snapshot: Snapshot, first_step: int, width: int) -> Text:
    """Chord names under the roll, a column for each step, where the chords begin.

    The sounding one is bold.
    """
    line = [" "] * width
    text = Text()
    sounding = (0, 0)
    end = 0  # of the last name, which another must not touch
    for tick, name in _changes(snapshot):
        column = tick // TICKS_PER_STEP - first_step
        if name != _NO_CHORD and end <= column < width - len(name):
            line[column : column + len(name)] = name
            end = column + len(name) + 1
            if tick <= snapshot.tick:
                sounding = (column, end)
    text.append("".join(line)[:width], _DIM)
    text.stylize(Style(bold=True, color="#ffffff"), *sounding)
    return text


def _changes(snapshot: Snapshot) -> Iterator[tuple[int, str]]:
    """(tick, name) of each chord, where it begins."""
    before = None
    for chunk in snapshot.chunks:
        for at in range(0, len(chunk.steps), snapshot.grid.beat_steps):
            number = int(chunk.steps[at, CHORD])
            chord = None if number == NO_CHORD else snapshot.chords.classes[number]
            name = str(chord.transposed(chunk.key.shift).name) if chord else _NO_CHORD
            if name != before:
                yield chunk.start_tick + at * TICKS_PER_STEP, name
            before = name
