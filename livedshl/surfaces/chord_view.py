"""The chords of the screen: which sounds, which come, and where they lie under the roll."""

from collections.abc import Iterator

from rich.style import Style
from rich.text import Text

from livedshl.live.snapshot import Snapshot
from livedshl.music import TICKS_PER_STEP
from livedshl.music.chords import NO_CHORD, NOTE_NAMES
from livedshl.music.segments import CHORD
from livedshl.surfaces.look import BOLD, DIM, GOOD_BADGE, YOURS, YOURS_BADGE
from livedshl.surfaces.view import chunk_at

_MOST_COMING = 3
_NO_CHORD = "N.C."


def chords_line(snapshot: Snapshot) -> Text:
    """The chord that sounds, those to come with the beats until then, and the bars left."""
    text = Text()
    changes = list(_changes(snapshot))
    sounding = [name for tick, name in changes if tick <= snapshot.tick]
    coming = [(tick, name) for tick, name in changes if tick > snapshot.tick]
    text.append(f" {sounding[-1] if sounding else _NO_CHORD} ", GOOD_BADGE)
    for number, (tick, name) in enumerate(coming[:_MOST_COMING]):
        beats = -(-(tick - snapshot.tick) // snapshot.grid.beat_ticks)
        text.append("  → " if number == 0 else "  ", DIM)
        text.append(name, BOLD)
        text.append(f" in {beats}", DIM)
    if coming:
        text.append(" beats", DIM)
    return text.append_text(_bars_left(snapshot))


def _bars_left(snapshot: Snapshot) -> Text:
    """How many bars of the section come after this one; empty in a free run."""
    chunk = chunk_at(snapshot.chunks, snapshot.tick)
    place = chunk.provenance.place if chunk else None
    if place is None or place.bars < place.bar:
        return Text()
    left = place.bars - place.bar
    told = f"{left} more bar{'s' if left > 1 else ''}" if left else "last bar"
    return Text().append(f"   {told} of section {place.section}", DIM if left else BOLD)


def heard_line(snapshot: Snapshot) -> Text:
    """What the player who is listened to does, and what the band makes of it; empty if nothing."""
    steering, text = snapshot.steering, Text()
    if snapshot.keys:
        names = " ".join(NOTE_NAMES[pitch % 12] for pitch in snapshot.keys)
        text.append(f"Your keys: {names}   ", YOURS)
    if steering.follows:
        text.append(f" YOU HOLD {steering.follows.name} ", YOURS_BADGE)
        text.append("   ")
    if steering.listening:
        text.append(" YOU PLAY ", YOURS_BADGE)
    elif _answers(snapshot):
        text.append(" ANSWERING YOU ", YOURS_BADGE)
    return text


def _answers(snapshot: Snapshot) -> bool:
    """Whether what sounds is the answer to a phrase."""
    chunk = chunk_at(snapshot.chunks, snapshot.tick)
    place = chunk.provenance.place if chunk else None
    return place is not None and place.wished == "answer"


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
    text.append("".join(line)[:width], DIM)
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
