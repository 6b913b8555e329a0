"""Replays a take from its log: the same commands, at the same ticks, give the same events."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from livedshl.arranger import Part
from livedshl.bundle import Bundle
from livedshl.bundle.integrity import MANIFEST
from livedshl.bundle.model import Model, open_model
from livedshl.errors import TakeError
from livedshl.index import CodeIndex
from livedshl.midi.events import NO_EVENTS, Events
from livedshl.midi.signs import Signs, joined
from livedshl.midi.sounding import cut_events
from livedshl.music import TICKS_PER_STEP, ChordVocabulary, Grid
from livedshl.performance.chunk import Chunk
from livedshl.performance.commands import OF_THE_CLOCK, OpenWith, SetTempo, UseModel
from livedshl.performance.composer import Change, Composer
from livedshl.performance.excerpt import ChannelSettings, excerpt
from livedshl.performance.steering import track_names
from livedshl.performance.succession import Succession
from livedshl.performance.take_log import NamedLibrary, TakeLog, manifest_digest
from livedshl.performance.tempo import Tempi, tempo_map


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """What a take sounded like.

    events: int64[n, 4]. tempo_bpm: the first tempo. tempi_bpm: (tick, BPM) of each change of tempo.
    tracks: the name of the track on each channel. signs: its keys, sections and chords.
    chunks: what was composed, from tick 0 up to the end, if it was asked for; chords: what the
    chord numbers in their steps stand for.
    """

    events: Events
    tempo_bpm: float
    tempi_bpm: Tempi
    tracks: dict[int, str]
    signs: Signs
    chunks: tuple[Chunk, ...]
    chords: ChordVocabulary


def replayed(
    log: TakeLog, bundle: Bundle, index: CodeIndex, keeps_chunks: bool = False
) -> Replayed:
    """Composes a take once more, as far as its log goes.

    Raises TakeError for another model, also where one that it changed to is not what it was, or for
    another library of accompaniment where one was played, and BundleError.

    keeps_chunks: hands out the chunks as well, which takes more memory.
    """
    if manifest_digest(bundle.folder) != log.manifest:
        raise TakeError(
            "not the model that the take was played from",
            where=str(bundle.folder),
            remedy="Choose the folder of that model",
        )
    _check_accompaniment(log, bundle)
    settings = log.settings
    library = bundle.library
    if settings.grid != library.grid or settings.key.mode is not bundle.mode:
        raise TakeError("its metre or mode is not the model's", remedy="The file may be damaged")
    openings = [settings.opening, *(song.opening for song in settings.songs)]
    if any(opening is not None and opening >= len(library.tunes) for opening in openings):
        raise TakeError("begins with a tune that the model lacks", remedy="The file may be damaged")
    models = models_of(log)
    most = max(len(each.bundle.library) for each in (Model(bundle, index), *models.values()))
    chosen = [c.command.segment for c in log.changes if isinstance(c.command, OpenWith)]
    if any(segment is not None and segment >= most for segment in chosen):
        raise TakeError("chose a tune that the model lacks", remedy="The file may be damaged")
    composer = Composer(Succession(bundle, index, settings, models), settings.grid.bar_ticks)
    for change in log.changes:
        if not isinstance(change.command, OF_THE_CLOCK):
            composer.change(change)
    end = log.heard if log.end is None else log.end
    before, kept, heard = ChannelSettings(), [], []
    slowing: list[tuple[int, float]] = []
    signs: list[Signs] = []
    for chunk in _chunks(composer, log.heard):
        slowing += chunk.slowing
        if log.start is not None and chunk.start_tick < log.start:
            before.hear([chunk])
            continue
        heard.append(chunk.events)
        signs.append(chunk.signs)
        if (keeps_chunks or log.start is not None) and chunk.start_tick < end:
            kept.append(chunk)
    tempi = tempi_of(log, slowing)
    if log.start is None:
        events, tempo_bpm = np.concatenate([NO_EVENTS, *heard]), settings.tempo_bpm
        heard_signs = joined(signs)
        if log.end is not None or not composer.over:
            events, heard_signs = cut_events(events, end), heard_signs.before(end)
    elif kept:
        part = excerpt(kept, before, end, settings.tempo_bpm, tempi)
        events, tempo_bpm, tempi = part.events, part.tempo_bpm, part.tempi_bpm
        heard_signs = part.signs
    else:
        raise TakeError("its log does not reach the bars that it says it holds")
    chunks = tuple(_from_zero(chunk, kept[0].start_tick, end, settings.grid) for chunk in kept)
    tracks = tracks_of(log)
    return Replayed(events, tempo_bpm, tempi, tracks, heard_signs, chunks, composer.chords)


def _check_accompaniment(log: TakeLog, bundle: Bundle) -> None:
    """Raises TakeError if parts that play by code would find bars of another library."""
    songs = (part for song in log.settings.songs for part in song.parts)
    if log.accompaniment is None or not any(p.plays_by_code for p in (*parts_of(log), *songs)):
        return
    library = NamedLibrary.of_model(bundle.folder)
    if library is None or library.manifest != log.accompaniment.manifest:
        raise TakeError(
            "not the accompaniment that the take was played with",
            where=str(library.folder if library else bundle.folder),
            remedy=f"Put back the library that was in {log.accompaniment.folder}",
        )


def models_of(log: TakeLog) -> dict[str, Model]:
    """The models that a take changed to, by their manifests. Raises TakeError or BundleError."""
    used = {c.command.model for c in log.changes if isinstance(c.command, UseModel)}
    models = {}
    for model in used:
        if not model.manifest or model.manifest in models:
            continue
        where = str(model.folder)
        if not (model.folder / MANIFEST).is_file():
            remedy = f"Install the model {model.name} there again"
            raise TakeError("a model of the take is not there", where=where, remedy=remedy)
        if manifest_digest(model.folder) != model.manifest:
            raise TakeError("not the model that the take was played from", where=where)
        opened = open_model(model.folder)
        if (opened.metre, opened.mode) != (str(log.settings.grid), log.settings.key.mode):
            raise TakeError("its metre or mode is not the take's", where=where)
        models[model.manifest] = opened
    return models


def parts_of(log: TakeLog) -> tuple[Part, ...]:
    """The parts of all bands of a take, those that began first."""
    bands = [log.settings.band, *(change.band for change in log.changes if change.band)]
    return tuple(part for band in bands for part in band.parts)


def tracks_of(log: TakeLog) -> dict[int, str]:
    """The name of the track on each channel: that of the first part there."""
    tracks = track_names(log.settings.parts)
    for change in log.changes:
        tracks = {**(track_names(change.band.parts) if change.band else {}), **tracks}
    return tracks


def _from_zero(chunk: Chunk, start: int, end: int, grid: Grid) -> Chunk:
    """A chunk up to `end` of a performance that begins at `start`, without its events."""
    steps = chunk.steps[: max(0, end - chunk.start_tick) // TICKS_PER_STEP]
    beat = chunk.provenance.beat - start // grid.beat_ticks
    return replace(
        chunk,
        start_tick=chunk.start_tick - start,
        end_tick=min(chunk.end_tick, end) - start,
        events=NO_EVENTS,
        steps=steps,
        provenance=replace(chunk.provenance, beat=beat),
    )


def _chunks(composer: Composer, heard: int) -> Iterator[Chunk]:
    """The chunks up to a tick. Nothing is kept to compose them again: hours would fill memory."""
    while not composer.over and composer.tick < heard:
        yield composer.compose()
        composer.keep_before(composer.tick)


def tempi_of(log: TakeLog, slowing: Tempi = ()) -> Tempi:
    """(tick, BPM) of each change of tempo, of which some come from `slowing`.

    Where a clock from outside set the tempo, it is the one that was heard.
    """
    return log.tempi_bpm or tempo_map(log.settings.tempo_bpm, tempi_asked_for(log.changes), slowing)


def tempi_asked_for(changes: Iterable[Change]) -> Tempi:
    """(tick, BPM) of each command that sets the tempo."""
    return tuple(
        (change.tick, change.command.bpm)
        for change in changes
        if isinstance(change.command, SetTempo)
    )
