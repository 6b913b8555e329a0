"""What a band plays: the notes of each part, and the sections they belong to."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger import Part, Role
from livedshl.bundle.model import Model
from livedshl.midi.events import Events, kinds_of
from livedshl.midi.message import CONTROL, PITCH_BEND, channel_of, is_note_off, is_note_on
from livedshl.music import TICKS_PER_STEP, Chord, ChordVocabulary, Grid
from livedshl.music.segments import CHORD
from livedshl.performance.chunk import Chunk
from livedshl.performance.composition import Composition
from livedshl.performance.settings import Settings

BARS = 64  # of every piece
START, END, PITCH, VELOCITY = range(4)  # the columns of notes

Notes = NDArray[np.int64]
"""Notes of one part, int64[n, 4]: start and end in ticks, pitch, velocity, by start."""

SETUP_CONTROLLERS = (7, 10, 91)  # volume, pan, reverb: they set a part up and express nothing


@dataclass(frozen=True, slots=True)
class PlayedSection:
    """A section that was played: its tune and letter, which time, and its first bar from 0."""

    tune: int
    letter: str
    time: int
    bar: int


@dataclass(frozen=True, slots=True, eq=False)
class BandPiece:
    """A piece as a band played it.

    notes: by part, in the order of `parts`. tick_s: seconds of a tick. gestures: messages that are
    neither notes nor set a part up, such as pedals and swells. chords: as they sound, at each step.
    """

    grid: Grid
    parts: tuple[Part, ...]
    notes: tuple[Notes, ...]
    sections: tuple[PlayedSection, ...]
    tick_s: float
    gestures: int
    bars: int = BARS
    chords: tuple[Chord | None, ...] = ()

    def of_role(self, *roles: Role) -> list[Notes]:
        """The notes of each part that has one of the roles and plays at all."""
        pairs = zip(self.parts, self.notes, strict=True)
        return [notes for part, notes in pairs if part.role in roles and len(notes)]

    @property
    def accompaniment(self) -> list[Notes]:
        """The notes of each part but the melody's."""
        return self.of_role(*(role for role in Role if role is not Role.MELODY))

    @property
    def melody(self) -> Notes:
        """The notes of the melody; none if the band has no melody part."""
        return next(iter(self.of_role(Role.MELODY)), np.empty((0, 4), np.int64))

    def bar_of(self, notes: Notes) -> NDArray[np.int64]:
        """The bar, from 0, in which each note starts; half a step early still belongs to it."""
        bars: NDArray[np.int64] = (notes[:, START] + TICKS_PER_STEP // 2) // self.grid.bar_ticks
        return bars

    def step_of(self, notes: Notes) -> NDArray[np.int64]:
        """The step of its bar on which each note starts."""
        within = (notes[:, START] + TICKS_PER_STEP // 2) % self.grid.bar_ticks
        steps: NDArray[np.int64] = within // TICKS_PER_STEP
        return steps


def band_piece(model: Model, settings: Settings) -> BandPiece:
    """The piece that the settings compose."""
    composition = Composition(model.bundle, model.index, settings)
    chunks = list(composition)
    events = np.concatenate([chunk.events for chunk in chunks])
    is_gesture = np.isin(kinds_of(events), (CONTROL, PITCH_BEND))
    expressive = events[is_gesture & ~np.isin(events[:, 2], SETUP_CONTROLLERS)]
    by_channel = notes_by_channel(events)
    none = np.empty((0, 4), np.int64)
    return BandPiece(
        grid=settings.grid,
        parts=settings.parts,
        notes=tuple(by_channel.get(part.channel, none) for part in settings.parts),
        sections=_sections(chunks, settings.grid),
        tick_s=60 / settings.tempo_bpm / settings.grid.beat_ticks,
        gestures=len(expressive),
        bars=settings.bars or BARS,
        chords=_chords(chunks, composition.chords),
    )


def notes_by_channel(events: Events) -> dict[int, Notes]:
    """The notes of each channel that plays any."""
    open_: defaultdict[tuple[int, int], deque[tuple[int, int]]] = defaultdict(deque)
    notes: defaultdict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
    for tick, status, pitch, velocity in events.tolist():
        key = channel_of(status), pitch
        if is_note_on(status, velocity):
            open_[key].append((tick, velocity))
        elif is_note_off(status, velocity) and open_[key]:
            start, struck = open_[key].popleft()
            notes[key[0]].append((start, tick, pitch, struck))
    return {channel: np.array(sorted(found), np.int64) for channel, found in notes.items()}


def _chords(chunks: Sequence[Chunk], vocabulary: ChordVocabulary) -> tuple[Chord | None, ...]:
    return tuple(
        vocabulary.classes[number].transposed(chunk.key.shift) if number >= 0 else None
        for chunk in chunks
        for number in chunk.steps[:, CHORD].tolist()
    )


def _sections(chunks: Sequence[Chunk], grid: Grid) -> tuple[PlayedSection, ...]:
    sections: dict[tuple[int, str, int], PlayedSection] = {}
    for chunk in chunks:
        place = chunk.provenance.place
        if place:
            bar = chunk.start_tick // grid.bar_ticks - (place.bar - 1)
            section = PlayedSection(place.tune, place.section, place.time, bar)
            sections.setdefault((place.tune, place.section, place.time), section)
    return tuple(sections.values())
