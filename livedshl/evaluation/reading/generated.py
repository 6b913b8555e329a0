"""livedshl's own pieces, written as MIDI files and read back."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger import Role
from livedshl.corpus.midi_file import read_midi
from livedshl.evaluation.reading.figures import ReadingFigure, Shares
from livedshl.midi.events import Events, are_note_ons, channels_of
from livedshl.midi.file import write_midi
from livedshl.music import Chord, LeadSheet
from livedshl.music.segments import ARTICULATED, CHORD, PITCH
from livedshl.performance.composition import Composition
from livedshl.performance.options import make_settings
from livedshl.performance.preset import preset_names
from livedshl.performance.settings import Settings, chords_of, model_of
from livedshl.performance.steering import track_names
from livedshl.progress import Progress
from livedshl.units import TICKS_PER_STEP

_CORPUS = "own pieces"
_BARS = 32


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
    return [
        ReadingFigure(corpus, "melody", shares.value("melody"), 0.99, count, "pieces"),
        ReadingFigure(corpus, "chords", shares.value("chords"), 0.95, count, "pieces"),
    ]


def _shares_of(settings: Settings) -> Shares:
    """How much of a piece's melody and chords is read as it was composed."""
    model = model_of(settings)
    chunks = list(Composition(model.bundle, model.index, settings))
    events = np.concatenate([chunk.events for chunk in chunks])
    steps = np.concatenate([chunk.steps for chunk in chunks])
    vocabulary = chords_of(model.bundle, settings)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "piece.mid"
        write_midi(path, events, settings.tempo_bpm, settings.grid, track_names(settings.parts))
        sheet, _ = read_midi(path, path.name)
    shares = Shares()
    up = settings.key.shift
    channels = [part.channel for part in settings.parts if part.role is Role.MELODY]
    read = {(onset // TICKS_PER_STEP, pitch % 12) for onset, _, pitch in sheet.notes.tolist()
            if onset % TICKS_PER_STEP == 0}  # fmt: skip
    for step in _played_steps(steps, events, channels, up):
        shares.add("melody", (step, (int(steps[step, PITCH]) + up) % 12) in read)
    chords = [
        vocabulary.classes[number].transposed(up) if number >= 0 else None
        for number in steps[:, CHORD].tolist()
    ]
    for step, chord in enumerate(chords):
        if chord is not None:
            shares.add("chords", _chord_at(sheet, step * TICKS_PER_STEP) == chord)
    return shares


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


def _chord_at(sheet: LeadSheet, tick: int) -> Chord | None:
    place = int(np.searchsorted(sheet.chords[:, 0], tick, side="right")) - 1
    if place < 0 or sheet.chords[place, 1] < 0:
        return None
    return Chord(int(sheet.chords[place, 1]), int(sheet.chords[place, 2]))
