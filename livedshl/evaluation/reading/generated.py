"""livedshl's own pieces, written as MIDI files and read back."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger import Role
from livedshl.corpus.midi_file import read_midi
from livedshl.evaluation.reading.figures import ReadingFigure, Shares
from livedshl.midi.events import Events, are_note_ons, channels_of
from livedshl.midi.file import write_midi
from livedshl.midi.signs import Signs, joined
from livedshl.music import Chord, LeadSheet
from livedshl.music.chord_symbols import read_chord_symbol
from livedshl.music.segments import ARTICULATED, PITCH
from livedshl.performance.composition import Composition
from livedshl.performance.options import make_settings
from livedshl.performance.preset import preset_names
from livedshl.performance.settings import Settings, model_of
from livedshl.performance.steering import track_names
from livedshl.progress import Progress
from livedshl.units import TICKS_PER_STEP

_CORPUS = "own pieces"
_BARS = 32
_AS_WRITTEN = "chords, as their names are written"
_BY_NOTES = "chords, from the notes alone"
_BY_ROOT_AND_THIRD = "root and third, from the notes alone"
_THIRDS, _SEVENTHS = (3, 4, 5), (10, 11)


def measure_generated(seed: int, progress: Progress) -> list[ReadingFigure]:
    """How well a piece of each preset is read back."""
    everything, presets = Shares(), preset_names()
    figures = []
    for number, preset in enumerate(presets, start=1):
        shares = _shares_of(make_settings(preset, bars=_BARS, seed=seed))
        figures += _figures(f"{_CORPUS}, {preset}", shares, 1)
        for name, share in shares.of.items():
            everything.add(name, share.right, share.total)
        progress(_CORPUS, number / len(presets))
    return [*_figures(_CORPUS, everything, len(presets)), *figures]


def _figures(corpus: str, shares: Shares, count: int) -> list[ReadingFigure]:
    goals = {"melody": 0.99, _AS_WRITTEN: 0.95, _BY_NOTES: None, _BY_ROOT_AND_THIRD: None}
    return [
        ReadingFigure(corpus, name, shares.value(name), goal, count, "pieces")
        for name, goal in goals.items()
    ]


def _shares_of(settings: Settings) -> Shares:
    """How much of a piece's melody and chords is read as the band plays it."""
    model = model_of(settings)
    chunks = list(Composition(model.bundle, model.index, settings))
    events = np.concatenate([chunk.events for chunk in chunks])
    steps = np.concatenate([chunk.steps for chunk in chunks])
    signs = joined(chunk.signs for chunk in chunks)
    written = _read_back(events, settings, signs)
    bare = _read_back(events, settings, replace(signs, chords=()))
    shares = Shares()
    up = settings.key.shift
    channels = [part.channel for part in settings.parts if part.role is Role.MELODY]
    read = {(onset // TICKS_PER_STEP, pitch % 12) for onset, _, pitch in written.notes.tolist()
            if onset % TICKS_PER_STEP == 0}  # fmt: skip
    for step in _played_steps(steps, events, channels, up):
        shares.add("melody", (step, (int(steps[step, PITCH]) + up) % 12) in read)
    for tick in range(0, chunks[-1].end_tick, TICKS_PER_STEP):
        if chord := _played_chord_at(signs, tick):
            by_notes = _heard_as(_chord_at(bare, tick))
            shares.add(_AS_WRITTEN, _heard_as(_chord_at(written, tick)) == _heard_as(chord))
            shares.add(_BY_NOTES, by_notes == _heard_as(chord))
            shares.add(_BY_ROOT_AND_THIRD, by_notes[:2] == _heard_as(chord)[:2])
    return shares


def _read_back(events: Events, settings: Settings, signs: Signs) -> LeadSheet:
    names = track_names(settings.parts)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "piece.mid"
        write_midi(path, events, settings.tempo_bpm, settings.grid, names, signs=signs)
        return read_midi(path, path.name)[0]


def _played_steps(
    steps: NDArray[np.int8], events: Events, channels: Sequence[int], up: int
) -> list[int]:
    """The steps at which the melody has a note that its part plays: a pad plays only some.

    up: the semitones by which the piece is transposed.
    """
    sounding = events[are_note_ons(events) & np.isin(channels_of(events), channels)]
    played = {(round(tick / TICKS_PER_STEP), pitch % 12) for tick, _, pitch, _ in sounding.tolist()}
    places = np.flatnonzero((steps[:, ARTICULATED] == 1) & (steps[:, PITCH] > 0)).tolist()
    return [place for place in places if (place, (int(steps[place, PITCH]) + up) % 12) in played]


def _played_chord_at(signs: Signs, tick: int) -> Chord | None:
    """The chord as the band voices it, as near as the reader's chords come to it."""
    place = bisect_right(signs.chords, tick, key=itemgetter(0)) - 1
    symbol = read_chord_symbol(signs.chords[place][1]) if place >= 0 else None
    return symbol.chord if symbol else None


def _chord_at(sheet: LeadSheet, tick: int) -> Chord | None:
    place = int(np.searchsorted(sheet.chords[:, 0], tick, side="right")) - 1
    if place < 0 or sheet.chords[place, 1] < 0:
        return None
    return Chord(int(sheet.chords[place, 1]), int(sheet.chords[place, 2]))


def _heard_as(chord: Chord | None) -> tuple[int, ...]:
    """What tells chords apart: root, third or what stands for it, and seventh; empty for none.

    C6, C6/9 and C are the same: the sixth is a colour of the triad.
    """
    if chord is None:
        return ()
    third = next((note for note in chord.intervals if note in _THIRDS), 0)
    seventh = next((note for note in chord.intervals if note in _SEVENTHS), 0)
    return chord.root, third, seventh
