"""What the main process says to the page, as plain values: pure functions of a `Snapshot`.

Times are ticks, 480 a quarter note. All text from outside has passed `text.shown`.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from livedshl.live.hearing import Hearing
from livedshl.live.snapshot import Snapshot
from livedshl.midi.sounding import NOTE_END
from livedshl.music.chords import NO_CHORD, NOTE_NAMES
from livedshl.music.segments import CHORD
from livedshl.performance.chunk import Chunk
from livedshl.performance.command_kinds import COMMANDS, CommandKind, ValueKind
from livedshl.surfaces.gesture import Move, move_called
from livedshl.surfaces.output_line import output_line
from livedshl.surfaces.present import choices, plain_name, present_value
from livedshl.surfaces.view import chunk_notes
from livedshl.text import shown
from livedshl.units import TICKS_PER_BEAT, TICKS_PER_STEP

Plain = dict[str, Any]  # what JSON can say

_PAST_BEATS = 8  # of what was heard, which the roll shows on its left
_LONGEST_TITLE = 120


def hello() -> Plain:
    """What never changes: the controls."""
    return {"kind": "hello", "controls": [_control(kind) for kind in COMMANDS.values()]}


def _control(kind: CommandKind) -> Plain:
    moves = [move.value for move in Move if move_called(move.value, kind.name)]
    return {
        "name": kind.name, "takes": kind.takes.value, "help": kind.help, "acts": kind.acts.value,
        "perPart": kind.per_part, "lowest": kind.lowest, "highest": kind.highest, "moves": moves,
        "whole": kind.field in ("level", "number"),
    }  # fmt: skip


def music(snapshot: Snapshot) -> Plain:
    """What sounds and what comes; it changes once a hop."""
    grid = snapshot.grid
    oldest_tick = snapshot.tick - _PAST_BEATS * grid.beat_ticks
    chunks = tuple(chunk for chunk in snapshot.chunks if chunk.end_tick > oldest_tick)
    return {
        "kind": "music",
        "barTicks": grid.bar_ticks,
        "beatTicks": grid.beat_ticks,
        "notes": _notes(snapshot, chunks),
        "chords": list(_chords(snapshot, chunks)),
        "sections": list(_sections(chunks)),
        "songs": list(_songs(chunks)),
        "accompaniment": list(_accompaniment(chunks)),
        "end": chunks[-1].end_tick if chunks else 0,
    }


def settings(snapshot: Snapshot) -> Plain:
    """How everything is set."""
    steering = snapshot.steering
    single = [kind for kind in COMMANDS.values() if not kind.per_part]
    return {
        "kind": "settings",
        "metre": str(snapshot.grid),
        "key": str(steering.key),
        "ending": steering.ending,
        "listening": steering.listening,
        "values": {kind.name: present_value(kind.name, None, snapshot) for kind in single},
        "choices": {
            kind.name: list(choices(kind.name, snapshot))
            for kind in single
            if kind.takes is ValueKind.NAME
        },
        "parts": list(_parts(snapshot)),
        "songs": [shown(title, _LONGEST_TITLE) for title in snapshot.songs],
        "openings": _openings(snapshot),
    }


def clock(snapshot: Snapshot) -> Plain:
    """Where the music is and how it fares: it is said a few times a second."""
    lateness = snapshot.lateness
    return {
        "kind": "clock",
        "tick": snapshot.tick,
        "ticksPerSecond": snapshot.quarter_bpm * TICKS_PER_BEAT / 60,
        "tempo": round(snapshot.grid.beat_bpm(snapshot.quarter_bpm), 1),
        "sync": snapshot.sync.value,
        "lateMs": [round(lateness.quantile_ms(0.99), 2), round(lateness.worst_ms, 2)],
        "output": _output(snapshot.hearing),
        "heard": snapshot.hearing.can_be_heard,
        "keys": [NOTE_NAMES[pitch % 12] for pitch in snapshot.keys],
    }


def told(line: str) -> Plain:
    """A line for the user."""
    return {"kind": "told", "line": shown(line)}


def saved(path: Path) -> Plain:
    """Where music was saved, for the server: it tells the pages an address instead."""
    return {"kind": "saved", "path": str(path)}


def _output(hearing: Hearing) -> str:
    return shown(output_line(hearing).plain)


def _parts(snapshot: Snapshot) -> Iterator[Plain]:
    kinds = [kind for kind in COMMANDS.values() if kind.per_part]
    for part in snapshot.steering.band.parts:
        yield {
            "name": shown(part.name),
            "plain": plain_name(part.name),
            "channel": part.channel,
            "silent": part.channel in snapshot.steering.silent,
            "values": {kind.name: present_value(kind.name, part.name, snapshot) for kind in kinds},
        }


def _notes(snapshot: Snapshot, chunks: tuple[Chunk, ...]) -> list[list[int]]:
    """Start, end, channel and pitch of each note that ends in these chunks."""
    notes = chunk_notes(snapshot.chunks)  # of all: a note may have begun before the first of these
    oldest_tick = chunks[0].start_tick if chunks else 0
    return [[int(value) for value in note] for note in notes[notes[:, NOTE_END] > oldest_tick]]


def _chords(snapshot: Snapshot, chunks: Iterable[Chunk]) -> Iterator[tuple[int, str]]:
    """Where each chord begins, and its name; "" where there is none."""
    before = None
    for chunk in chunks:
        for at in range(0, len(chunk.steps), snapshot.grid.beat_steps):
            number = int(chunk.steps[at, CHORD])
            chord = None if number == NO_CHORD else snapshot.chords.classes[number]
            name = str(chord.transposed(chunk.key.shift).name) if chord else ""
            if name != before:
                yield chunk.start_tick + at * TICKS_PER_STEP, name
            before = name


def _sections(chunks: Iterable[Chunk]) -> Iterator[Plain]:
    """Where each chunk stands in the form; nothing in a free run."""
    for chunk in chunks:
        place = chunk.provenance.place
        if place:
            yield {
                "tick": chunk.start_tick, "tune": place.tune, "plan": place.plan,
                "name": place.name, "number": place.number,
                "bar": place.bar, "bars": place.bars, "answers": place.wished == "answer",
            }  # fmt: skip


def _songs(chunks: Sequence[Chunk]) -> Iterator[tuple[int, str, int]]:
    """Where each tune begins to be quoted, its title, and the beat there, counted from 1."""
    if chunks:
        yield _song(chunks[0])
    for before, chunk in pairwise(chunks):
        if chunk.provenance.segment != before.provenance.segment:
            yield _song(chunk)


def _song(chunk: Chunk) -> tuple[int, str, int]:
    return chunk.start_tick, title_of_source(chunk), chunk.provenance.song_beat + 1


def _accompaniment(chunks: Iterable[Chunk]) -> Iterator[tuple[int, list[str]]]:
    """Where other bars begin to accompany, and the songs that they are from; [] for none."""
    before: list[str] | None = None
    for chunk in chunks:
        bars = [shown(bar.in_words(), _LONGEST_TITLE) for bar in chunk.provenance.accompaniment]
        if bars != before:
            yield chunk.start_tick, bars
        before = bars


def _openings(snapshot: Snapshot) -> Plain:
    """What may open the next section. chosen: the number of what somebody chose, or None."""
    choices = snapshot.choices
    segments = [choice.segment for choice in choices.tunes]
    wanted = snapshot.steering.opens_with
    return {
        "section": choices.section,
        "returns": choices.returns,
        "chosen": segments.index(wanted) + 1 if wanted in segments else None,
        "tunes": [
            {"song": shown(choice.song, _LONGEST_TITLE), "bar": choice.bar}
            for choice in choices.tunes
        ],
    }


def title_of_source(chunk: Chunk) -> str:
    """The tune that a chunk comes from."""
    return shown(chunk.provenance.song, _LONGEST_TITLE)
