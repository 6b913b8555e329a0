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
from livedshl.midi.general_midi import DRUM_CHANNEL
from livedshl.midi.sounding import NOTE_CHANNEL, NOTE_END, NOTE_PITCH, NOTE_START, notes_of
from livedshl.music import TICKS_PER_STEP
from livedshl.music.chords import NOTE_NAMES
from livedshl.performance.chunk import Chunk
from livedshl.player.clock.source import Sync
from livedshl.surfaces.chord_view import chord_names
from livedshl.surfaces.pointing import of_part, turned_by_wheel
from livedshl.surfaces.present import bends

_COMING_STEPS = 36  # columns for what is composed ahead
_PART_COLOURS = ("#ffb454", "#59c2ff", "#95e6cb", "#d2a6ff", "#f07178", "#c2d94c")
_NOW = Style(bgcolor="#3a4150")
_DIM, _BOLD = Style(color="#8a919e"), Style(bold=True)
_DIFFERS = Style(color="#1a1a1a", bgcolor="#f07178", bold=True)
_SAME = Style(color="#95e6cb")
_RELEASE_TICKS = 240  # a meter falls this long after its note

Notes = NDArray[np.int64]


def clock_line(snapshot: Snapshot) -> Text:
    """Position, tempo, metre, key, clock source, and how late notes went out."""
    grid = snapshot.grid
    bar, ticks = divmod(snapshot.tick, grid.bar_ticks)
    beat = ticks // grid.beat_ticks
    beat_bpm = grid.beat_bpm(snapshot.quarter_bpm)
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append("▶ " if snapshot.running else "■ ", Style(color="#95e6cb"))
    text.append(f"{bar + 1:>3}.{beat + 1}", _BOLD)
    if snapshot.running:
        text.append(f"  {beat_bpm:5.1f} bpm")
    else:
        text.append(f"  {'PAUSED' if snapshot.paused else 'waiting':>9}", _BOLD)
    text.append(f"  {grid} {snapshot.steering.key!s:<3}", _BOLD)
    text.append(f" {_sync(snapshot)}  ", _DIM)
    lateness = snapshot.lateness
    figures = (lateness.quantile_ms(0.5), lateness.quantile_ms(0.99), lateness.worst_ms)
    late = "/".join(f"{ms:.2f}" for ms in figures)
    text.append(f"late {late} ms", Style(color="#f07178") if lateness.worst_ms > 1 else _DIM)
    if snapshot.latency_ms:
        text.append(f"  early {snapshot.latency_ms:g} ms", _DIM)
    text.stylize(turned_by_wheel("tempo"))
    return text


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
            text.append(letter, Style(reverse=True, bold=True) if played else _DIM)
        is_named = place.section in (INTRO, TAG)
        section = f"the {place.section.lower()}" if is_named else f"section {place.section}"
        if place.from_tune:
            section += f" from tune {place.from_tune}"
        text.append(f"  bar {place.bar} of {section}", _DIM)
        if chunk.provenance.wish:
            text.append(f", {_told(chunk.provenance.wish)}", Style(color="#ffb454"))
    else:
        text.append("free run", _DIM)
    text.append(f"   {steering.band.preset}  adventure {steering.adventure:.2f}", _DIM)
    text.append(bends(steering), _DIM)
    for word, on in (
        ("HOLD", steering.hold), ("FREEZE", steering.freeze), ("ENDING", steering.ending),
    ):  # fmt: skip
        if on:
            text.append(f"  {word}", Style(color="#1a1a1a", bgcolor="#ffb454", bold=True))
    return text


def song_of_set(snapshot: Snapshot) -> Text:
    """Which song of a set plays; empty without a set."""
    number, songs = snapshot.steering.song, snapshot.songs
    if not 0 < number <= len(songs):
        return Text()
    return Text(f"   song {number}/{len(songs)}: {songs[number - 1]}", _BOLD)


def _told(wish: str) -> str:
    """A wish of the form as a musician calls it: "turn to full close" heads for the cadence."""
    if wish.startswith(("to ", "turn to ")):
        return "heading for the end" if wish.endswith("end") else "heading for the cadence"
    return wish.replace("close", "cadence")


def roll(snapshot: Snapshot, width: int, height: int) -> list[Text]:
    """The notes around the present, two pitches a line and a step a column; chords below.

    What sounded is on the left, what comes on the right.
    """
    first_step = snapshot.tick // TICKS_PER_STEP - max(width // 3, width - _COMING_STEPS)
    now = snapshot.tick // TICKS_PER_STEP - first_step
    parts = {part.channel: number for number, part in enumerate(snapshot.steering.band.parts)}
    cells = np.full((2 * height, width), -1, np.int64)
    notes = chunk_notes(snapshot.chunks)
    notes = notes[notes[:, NOTE_CHANNEL] != DRUM_CHANNEL]
    if len(notes):
        lowest, highest = int(notes[:, NOTE_PITCH].min()), int(notes[:, NOTE_PITCH].max())
        pitches_a_row = max(1.0, (highest - lowest + 1) / (2 * height))
        # The melody, which comes first of the parts, is drawn last, over the others.
        order = np.argsort(
            [-parts.get(int(channel), 99) for channel in notes[:, NOTE_CHANNEL]], kind="stable"
        )
        for start, end, channel, pitch in notes[order].tolist():
            left = round(start / TICKS_PER_STEP) - first_step
            right = max(left + 1, round(end / TICKS_PER_STEP) - first_step)
            row = 2 * height - 1 - int((pitch - lowest) / pitches_a_row)
            cells[row, max(0, left) : max(0, right)] = parts.get(channel, len(parts))
    lines = [_roll_line(cells[2 * row], cells[2 * row + 1], now) for row in range(height)]
    return [*lines, chord_names(snapshot, first_step, width)]


def _roll_line(upper: Notes, lower: Notes, now: int) -> Text:
    text = Text()
    for column, (above, below) in enumerate(zip(upper.tolist(), lower.tolist(), strict=True)):
        text.append(*_cell(above, below, column == now))
    return text


@lru_cache(maxsize=512)
def _cell(above: int, below: int, is_now: bool) -> tuple[str, Style]:
    """The character for two cells, one above the other; each is a part's number or -1."""
    base = _NOW if is_now else Style()
    if above < 0 and below < 0:
        return ("│" if is_now else " "), base + _DIM
    if above < 0:
        return "▄", base + Style(color=_colour(below))
    if below < 0 or above == below:
        return ("▀" if below < 0 else "█"), base + Style(color=_colour(above))
    return "▀", Style(color=_colour(above), bgcolor=_colour(below))


def _colour(part: int) -> str:
    return _PART_COLOURS[part % len(_PART_COLOURS)]


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
            text.append("  section repeats", Style(color="#ffb454"))
        elif codes and coming.provenance.hamming is not None:
            text.append(
                f"  Hamming {coming.provenance.hamming} (nearest {coming.provenance.nearest}, "
                f"{coming.provenance.ties:,} ties)",
                _DIM,
            )
        lines.append(text)
        if codes:
            backward, forward = coming.provenance.backward_code, now.provenance.forward_code
            lines.append(_code("bwd ", backward, forward))
    return lines


def _song(label: str, chunk: Chunk) -> Text:
    text = Text(f"{label} ", _DIM, no_wrap=True, overflow="ellipsis")
    text.append(chunk.provenance.song, _BOLD)
    text.append(f", beat {chunk.provenance.song_beat}", _DIM)
    for borrowed in chunk.provenance.accompaniment:
        text.append(f", accompanied by {borrowed.in_words()}", _DIM)
    return text


def _code(label: str, code: Sequence[int], beside: Sequence[int] | None) -> Text:
    """A code, a digit per symbol; symbols that differ from `beside` are marked."""
    text = Text(f"{label} ", _DIM, no_wrap=True, overflow="ellipsis")
    for place, symbol in enumerate(code):
        same = beside is None or beside[place] == symbol
        text.append(_digit(symbol), _SAME if same else _DIFFERS)
    return text


def _digit(symbol: int) -> str:
    return "0123456789abcdefghijklmnopqrstuvwxyz"[symbol] if symbol < 36 else "+"


def keys_line(snapshot: Snapshot) -> Text:
    """The keys that are held down on the keyboard; empty if none is."""
    names = " ".join(NOTE_NAMES[pitch % 12] for pitch in snapshot.keys)
    return Text(f"Keys: {names}" if names else "", _DIM, no_wrap=True, overflow="ellipsis")


def part_lines(snapshot: Snapshot, selected: int) -> list[Text]:
    """Each part with its meter, level, mute and solo; the selected one is marked."""
    steering = snapshot.steering
    notes = chunk_notes(snapshot.chunks)
    lines = []
    for number, part in enumerate(steering.band.parts):
        mine = notes[
            (notes[:, NOTE_CHANNEL] == part.channel) & (notes[:, NOTE_START] <= snapshot.tick)
        ]
        recent = mine[mine[:, NOTE_END] + _RELEASE_TICKS > snapshot.tick]
        sounding = int((recent[:, NOTE_END] > snapshot.tick).sum()) + (len(recent) > 0)
        silent = part.channel in steering.silent
        level = steering.levels.get(part.name, part.volume)
        text = Text("▸" if number == selected else " ", no_wrap=True, overflow="ellipsis")
        text.append(f"{part.name:<13.13}", Style(color=_colour(number), bold=number == selected))
        bar = "" if silent else "▮" * min(5, sounding)
        text.append(f" {bar:<5}", Style(color=_colour(number)))
        text.append(f" {level:>3}", _DIM)
        text.append(
            " M" if part.name in steering.muted else "  ", Style(color="#f07178", bold=True)
        )
        text.append("S" if part.name in steering.soloed else " ", Style(color="#ffb454", bold=True))
        text.append("L" if part.name in steering.locked else " ", Style(color="#95e6cb", bold=True))
        text.stylize(of_part(number))
        lines.append(text)
    return lines


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
