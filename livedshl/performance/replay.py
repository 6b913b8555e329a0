"""Replays a take from its log: the same commands, at the same ticks, give the same events."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from livedshl.bundle import Bundle
from livedshl.errors import TakeError
from livedshl.index import CodeIndex
from livedshl.midi.events import NO_EVENTS, Events
from livedshl.midi.sounding import cut_events
from livedshl.performance.chunk import Chunk
from livedshl.performance.commands import OF_THE_CLOCK, OpenWith, SetTempo
from livedshl.performance.composer import Change, Composer, music_of
from livedshl.performance.excerpt import ChannelSettings, excerpt
from livedshl.performance.steering import track_names
from livedshl.performance.take_log import TakeLog, manifest_digest
from livedshl.performance.tempo import Tempi, tempo_map


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
    openings = [settings.opening, *(song.opening for song in settings.songs)]
    if any(opening is not None and opening >= len(library.tunes) for opening in openings):
        raise TakeError("begins with a tune that the model lacks", remedy="The file may be damaged")
    chosen = [c.command.segment for c in log.changes if isinstance(c.command, OpenWith)]
    if any(segment is not None and segment >= len(library) for segment in chosen):
        raise TakeError("chose a tune that the model lacks", remedy="The file may be damaged")
    composer = Composer(music_of(bundle, index, settings), settings.grid.bar_ticks)
    for change in log.changes:
        if not isinstance(change.command, OF_THE_CLOCK):
            composer.change(change)
    tracks = track_names(settings.parts)
    for change in log.changes:
        tracks = {**(track_names(change.band.parts) if change.band else {}), **tracks}
    end = log.heard if log.end is None else log.end
    slowing: list[tuple[int, float]] = []
    if log.start is not None:
        before, kept = ChannelSettings(), []
        for chunk in _chunks(composer, log.heard):
            slowing += chunk.slowing
            if chunk.start_tick < log.start:
                before.hear([chunk])
            elif chunk.start_tick < end:
                kept.append(chunk)
        if not kept:
            raise TakeError("its log does not reach the bars that it says it holds")
        part = excerpt(kept, before, end, settings.tempo_bpm, tempi_of(log, slowing))
        return Replayed(part.events, part.tempo_bpm, part.tempi_bpm, tracks)
    heard = []
    for chunk in _chunks(composer, log.heard):
        slowing += chunk.slowing
        heard.append(chunk.events)
    events = np.concatenate([NO_EVENTS, *heard])
    if log.end is not None or not composer.over:
        events = cut_events(events, end)
    return Replayed(events, settings.tempo_bpm, tempi_of(log, slowing), tracks)


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
