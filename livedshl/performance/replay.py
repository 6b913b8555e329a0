"""Replays a take from its log: the same commands, at the same ticks, give the same events."""

from dataclasses import dataclass

import numpy as np

from livedshl.bundle import Bundle
from livedshl.errors import TakeError
from livedshl.index import CodeIndex
from livedshl.midi.events import NO_EVENTS, Events
from livedshl.midi.sounding import cut_events
from livedshl.performance.commands import SetTempo
from livedshl.performance.composer import Composer
from livedshl.performance.composition import Composition
from livedshl.performance.excerpt import ChannelSettings, Tempi, excerpt
from livedshl.performance.steering import track_names
from livedshl.performance.take_log import TakeLog, manifest_digest


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """What a take sounded like.

    events: int64[n, 4]. tempo_bpm: the first tempo. tempi_bpm: (tick, BPM) of each change of tempo.
    tracks: the name of the track on each channel.
    """

    events: Events
    tempo_bpm: float
    tempi_bpm: Tempi
    tracks: dict[int, str]


def replayed(log: TakeLog, bundle: Bundle, index: CodeIndex) -> Replayed:
    """Composes a take once more, as far as its log goes. Raises TakeError for another model."""
    if manifest_digest(bundle.folder) != log.manifest:
        raise TakeError(
            "not the model that the take was played from",
            where=str(bundle.folder),
            remedy="Choose the folder of that model",
        )
    settings = log.settings
    library = bundle.library
    if settings.grid != library.grid or settings.key.mode is not bundle.mode:
        raise TakeError("its metre or mode is not the model's", remedy="The file may be damaged")
    if settings.opening is not None and settings.opening >= len(library.tunes):
        raise TakeError("begins with a tune that the model lacks", remedy="The file may be damaged")
    composer = Composer(Composition(bundle, index, settings), settings.grid.bar_ticks)
    for change in log.changes:
        if not isinstance(change.command, SetTempo):
            composer.change(change)
    chunks = []
    while not composer.over and composer.tick < log.heard:
        chunks.append(composer.compose())
    tracks = track_names(settings.parts)
    for change in log.changes:
        tracks = {**(track_names(change.band.parts) if change.band else {}), **tracks}
    tempi = tempi_of(log)
    end = log.heard if log.end is None else log.end
    if log.start is not None:
        before = ChannelSettings().hear(c for c in chunks if c.start_tick < log.start)
        kept = [chunk for chunk in chunks if log.start <= chunk.start_tick < end]
        if not kept:
            raise TakeError("its log does not reach the bars that it says it holds")
        part = excerpt(kept, before, end, settings.tempo_bpm, tempi)
        return Replayed(part.events, part.tempo_bpm, part.tempi_bpm, tracks)
    events = np.concatenate([chunk.events for chunk in chunks]) if chunks else NO_EVENTS
    if log.end is not None or not composer.over:
        events = cut_events(events, end)
    return Replayed(events, settings.tempo_bpm, tempi, tracks)


def tempi_of(log: TakeLog) -> Tempi:
    """(tick, BPM) of each change of tempo.

    Where a clock from outside set the tempo, it is the one that was heard.
    """
    return log.tempi_bpm or tuple(
        (change.tick, change.command.bpm)
        for change in log.changes
        if isinstance(change.command, SetTempo)
    )
