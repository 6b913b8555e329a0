"""What the parts that play by code play, beside the songs that such accompaniment comes from."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np

from livedshl.bundle.catalogue import find_bundle
from livedshl.bundle.model import open_model
from livedshl.errors import PresetError
from livedshl.evaluation.accompaniment.figures import (
    BarFigures,
    SoundingBar,
    figures_of,
    ground_of,
    ground_of_bar,
)
from livedshl.evaluation.music.band.comparison import band_settings
from livedshl.evaluation.music.band.played import BARS, END, PITCH, START, BandPiece, band_piece
from livedshl.evaluation.music.comparison import Spread, spread_of
from livedshl.learning.accompaniment.reading import AccompaniedSongs, read_accompanied
from livedshl.music.accompaniment import UPPER
from livedshl.music.segments import REST
from livedshl.performance.preset import load_preset, preset_names
from livedshl.progress import Progress
from livedshl.units import TICKS_PER_STEP

LEAST_BARS = 16  # of a song, to stand beside pieces


@dataclass(frozen=True, slots=True)
class PlayedByCode:
    """The figures of a preset's pieces, by name, and of songs in its metre.

    songs: how many songs; their figures are empty without any.
    """

    metre: str
    pieces: Mapping[str, Spread]
    songs: int
    of_songs: Mapping[str, Spread]


@dataclass(frozen=True, slots=True)
class ByCodeComparison:
    """What presets play by code, by the name of the preset. pieces: of each."""

    pieces: int
    presets: Mapping[str, PlayedByCode]

    def as_json(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {"bars": BARS} | asdict(self)


def presets_by_code() -> list[str]:
    """The names of the shipped presets in which a part plays by code."""
    return [
        name
        for name in preset_names()
        if any(part.plays_by_code for part in load_preset(name).parts)
    ]


def compare_by_code(
    model: str,
    presets: Sequence[str],
    paths: Sequence[str],
    n_pieces: int,
    seed: int,
    progress: Progress,
) -> ByCodeComparison:
    """Measures `n_pieces` of each preset, with the seeds from `seed` on, and the songs in `paths`.

    Raises PresetError for a preset in which no part plays by code, CorpusError if no song has an
    accompaniment, and BundleError if the model has no tunes in a preset's metre and mode.
    """
    of_presets = {}
    for name in presets:
        settings = band_settings(name, model)
        if not any(part.plays_by_code for part in settings.parts):
            raise PresetError(
                "no part of the preset plays by code",
                where=name,
                remedy=f"Choose {' or '.join(presets_by_code())}",
            )
        of_presets[name] = settings
    songs = _song_figures(read_accompanied(paths, progress)) if paths else {}
    found = {}
    for number, (name, settings) in enumerate(of_presets.items()):
        metre = str(settings.grid)
        opened = open_model(find_bundle(model, metre, settings.key.mode))
        pieces = []
        for at in range(n_pieces):
            progress(f"Playing: {name}", (number + at / n_pieces) / len(of_presets))
            piece = band_piece(opened, replace(settings, seed=seed + at))
            pieces.append(figures_of(_bars_played(piece)))
        of_songs = songs.get(metre, [])
        found[name] = PlayedByCode(metre, _spreads(pieces), len(of_songs), _spreads(of_songs))
    progress("Playing", 1.0)
    return ByCodeComparison(n_pieces, found)


def _spreads(all_figures: Sequence[BarFigures]) -> dict[str, Spread]:
    """The spread of each figure; empty if nothing was measured."""
    if not all_figures:
        return {}
    return {
        field.name: spread_of(np.array([getattr(one, field.name) for one in all_figures]))
        for field in fields(BarFigures)
    }


def _bars_played(piece: BandPiece) -> Iterator[SoundingBar]:
    """The bars in which the parts that play by code sound."""
    grid = piece.grid
    pairs = zip(piece.parts, piece.notes, strict=True)
    notes = np.concatenate([notes for part, notes in pairs if part.plays_by_code])
    bars, steps = piece.bar_of(notes), piece.step_of(notes)
    lengths = np.maximum(1, (notes[:, END] - notes[:, START]) // TICKS_PER_STEP)
    hands = np.full(len(notes), UPPER)
    rows = np.stack([steps, lengths, notes[:, PITCH], hands], axis=1).astype(np.int16)
    melody = _melody_at_steps(piece)
    before = None
    for bar in range(piece.bars):
        here = slice(bar * grid.bar_steps, (bar + 1) * grid.bar_steps)
        struck = rows[bars == bar]
        if len(struck):
            yield SoundingBar(struck, ground_of(piece.chords[here], melody[here]), before)
        before = struck if len(struck) else None


def _melody_at_steps(piece: BandPiece) -> list[int]:
    """The pitch of the melody at each step; `REST` where it is silent."""
    melody = np.full(piece.bars * piece.grid.bar_steps, REST)
    for start, end, pitch, _ in piece.melody.tolist():
        melody[round(start / TICKS_PER_STEP) : round(end / TICKS_PER_STEP)] = pitch
    return melody.tolist()


def _song_figures(songs: AccompaniedSongs) -> dict[str, list[BarFigures]]:
    """The figures of all songs that are long enough in a metre, by metre."""
    bars: defaultdict[tuple[str, int], list[SoundingBar]] = defaultdict(list)
    for song, number in zip(songs.accompaniments, songs.songs, strict=True):
        for bar in np.flatnonzero(song.used).tolist():
            follows = bar > 0 and song.joined[bar] and song.used[bar - 1]
            before = song.bar(bar - 1) if follows else None
            sounding = SoundingBar(song.bar(bar), ground_of_bar(song, bar), before)
            bars[str(song.grid), number].append(sounding)
    figures: defaultdict[str, list[BarFigures]] = defaultdict(list)
    for (metre, _), of_song in bars.items():
        if len(of_song) >= LEAST_BARS:
            figures[metre].append(figures_of(of_song))
    return figures
