"""The parts of the screen as text: pure functions of a `Snapshot`."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rich.style import Style
from rich.text import Text

from livedshl.improviser.passage import INTRO, TAG
from livedshl.live.snapshot import Snapshot
from livedshl.midi.events import NO_EVENTS
from livedshl.midi.sounding import NOTE_CHANNEL, NOTE_END, NOTE_START, notes_of
from livedshl.performance.chunk import Chunk
from livedshl.player.clock.source import Sync
from livedshl.surfaces.look import (
    BOLD,
    DIM,
    GOOD,
    TROUBLE,
    YOURS,
    YOURS_BADGE,
    part_colour,
)
from livedshl.surfaces.present import bends

_DIFFERS = Style(reverse=True, bold=True)
_RELEASE_TICKS = 240  # a meter falls this long after its note

Notes = NDArray[np.int64]


def clock_line(snapshot: Snapshot) -> Text:
    """Position, tempo, metre, key, clock source, and how late notes went out."""
    grid = snapshot.grid
    bar, ticks = divmod(snapshot.tick, grid.bar_ticks)
    beat = ticks // grid.beat_ticks
    beat_bpm = grid.beat_bpm(snapshot.quarter_bpm)
    text = Text()
    text.append("▶ " if snapshot.running else "■ ", GOOD)
    text.append(f"{bar + 1:>3}.{beat + 1}", BOLD)
    if snapshot.running:
        text.append(f"  {beat_bpm:5.1f} bpm")
    else:
        text.append(f"  {'PAUSED' if snapshot.paused else 'waiting':>9}", BOLD)
    text.append(f"  {grid} {snapshot.steering.key!s:<3}", BOLD)
    text.append(f" {_sync(snapshot)}  ", DIM)
    if snapshot.latency_ms:
        text.append(f"early {snapshot.latency_ms:g} ms  ", DIM)
    lateness = snapshot.lateness
    late = f"late {lateness.quantile_ms(0.5):.2f}, worst {lateness.worst_ms:.2f} ms"
    return text.append(late, TROUBLE if lateness.worst_ms > 1 else DIM)


def _sync(snapshot: Snapshot) -> str:
    if snapshot.sync is Sync.INTERNAL:
        return "internal clock"
    return f"{snapshot.sync.value} {'locked' if snapshot.running else 'lost'}"


def form_line(snapshot: Snapshot) -> Text:
    """The tune, its form with the playing section marked, and the settings that were changed."""
    steering, chunk = snapshot.steering, chunk_at(snapshot.chunks, snapshot.tick)
    text = Text()
    place = chunk.provenance.place if chunk else None
    if chunk and place:
        text.append(f"tune {place.tune}  ")
        for number, letter in enumerate(place.plan):
            played = number == place.number
            text.append(letter, Style(reverse=True, bold=True) if played else DIM)
        is_named = place.section in (INTRO, TAG)
        section = f"the {place.section.lower()}" if is_named else f"section {place.section}"
        if place.from_tune:
            section += f" from tune {place.from_tune}"
        text.append(f"  bar {place.bar} of {section}", DIM)
        if chunk.provenance.wish:
            text.append(f", {_told(chunk.provenance.wish)}")
    else:
        text.append("free run", DIM)
    text.append(f"   {steering.band.preset}  adventure {steering.adventure:.2f}", DIM)
    text.append(bends(steering), DIM)
    for word, on in (
        ("HOLD", steering.hold), ("FREEZE", steering.freeze), ("ENDING", steering.ending),
    ):  # fmt: skip
        if on:
            text.append("  ").append(f" {word} ", YOURS_BADGE)
    return text


def song_of_set(snapshot: Snapshot) -> Text:
    """Which song of a set plays; empty without a set."""
    number, songs = snapshot.steering.song, snapshot.songs
    if not 0 < number <= len(songs):
        return Text()
    return Text(f"   song {number}/{len(songs)}: {songs[number - 1]}", BOLD)


def _told(wish: str) -> str:
    """A wish of the form as a musician calls it: "turn to full close" heads for the cadence."""
    if wish.startswith(("to ", "turn to ")):
        return "heading for the end" if wish.endswith("end") else "heading for the cadence"
    return wish.replace("close", "cadence")


def song_lines(snapshot: Snapshot, codes: bool) -> list[Text]:
    """The songs that play now and next; with `codes` how near their codes are, and where they
    differ.
    """
    now = chunk_at(snapshot.chunks, snapshot.tick)
    if now is None:
        return []
    coming = coming_after(now, snapshot.chunks)
    lines = [_song("now ", now)]
    if codes:
        lines.append(_code("fwd ", now.provenance.forward_code, None))
    if coming:
        text = _song("next", coming)
        if coming.provenance.planned:
            text.append("  section repeats")
        elif codes and coming.provenance.hamming is not None:
            text.append(
                f"  Hamming {coming.provenance.hamming} (nearest {coming.provenance.nearest}, "
                f"{coming.provenance.ties:,} ties)",
                DIM,
            )
        lines.append(text)
        if codes:
            backward, forward = coming.provenance.backward_code, now.provenance.forward_code
            lines.append(_code("bwd ", backward, forward))
    return lines


def _song(label: str, chunk: Chunk) -> Text:
    text = Text().append(f"{label} ", DIM)
    text.append(chunk.provenance.song, BOLD)
    text.append(f", beat {chunk.provenance.song_beat}", DIM)
    for borrowed in chunk.provenance.accompaniment:
        text.append(f", accompanied by {borrowed.in_words()}", DIM)
    return text


def _code(label: str, code: Sequence[int], beside: Sequence[int] | None) -> Text:
    """A code, a digit per symbol; symbols that differ from `beside` are marked."""
    text = Text().append(f"{label} ", DIM)
    for place, symbol in enumerate(code):
        same = beside is None or beside[place] == symbol
        text.append(_digit(symbol), DIM if same else _DIFFERS)
    return text


def _digit(symbol: int) -> str:
    return "0123456789abcdefghijklmnopqrstuvwxyz"[symbol] if symbol < 36 else "+"


def part_line(snapshot: Snapshot, number: int, selected: bool) -> Text:
    """A part of the band, counted from 0: its meter, level, mute, solo and lock."""
    steering = snapshot.steering
    part, notes = steering.band.parts[number], chunk_notes(snapshot.chunks)
    mine = notes[(notes[:, NOTE_CHANNEL] == part.channel) & (notes[:, NOTE_START] <= snapshot.tick)]
    recent = mine[mine[:, NOTE_END] + _RELEASE_TICKS > snapshot.tick]
    sounding = int((recent[:, NOTE_END] > snapshot.tick).sum()) + (len(recent) > 0)
    bar = "" if part.channel in steering.silent else "▮" * min(5, sounding)
    colour = Style(color=part_colour(number))
    text = Text("▸" if selected else " ")
    text.append(f"{part.name:<13.13}", colour + BOLD if selected else colour)
    text.append(f" {bar:<5}", colour)
    text.append(f" {steering.levels.get(part.name, part.volume):>3}", DIM)
    text.append(" M" if part.name in steering.muted else "  ", TROUBLE + BOLD)
    text.append("S" if part.name in steering.soloed else " ", YOURS + BOLD)
    text.append("L" if part.name in steering.locked else " ", GOOD + BOLD)
    return text


def chunk_at(chunks: Sequence[Chunk], tick: int) -> Chunk | None:
    """The chunk that sounds at a tick, or the first if none does yet; None without chunks."""
    number = bisect_right(chunks, tick, key=lambda chunk: chunk.start_tick)
    return chunks[max(0, number - 1)] if chunks else None


def coming_after(now: Chunk, chunks: Sequence[Chunk]) -> Chunk | None:
    """The chunk that brings the next segment. One segment can have several chunks."""
    later = (chunk for chunk in chunks if chunk.start_tick >= now.end_tick)
    playing = now.provenance.segment
    return next((chunk for chunk in later if chunk.provenance.segment != playing), None)


@lru_cache(maxsize=2)
def chunk_notes(chunks: tuple[Chunk, ...]) -> Notes:
    """The notes of some chunks, int64[n, 4]: start and end in ticks, channel, pitch.

    Kept for the next frame: chunks change only once a hop.
    """
    if not chunks:
        return notes_of(NO_EVENTS)
    events = np.concatenate([chunk.events for chunk in chunks])
    return notes_of(events, chunks[-1].end_tick)
