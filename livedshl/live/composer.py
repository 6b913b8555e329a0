"""Composes ahead of the clock: improvises and arranges, one hop at a time."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedshl.arranger import Arranger, Events, Groove, Part
from livedshl.improviser import (
    Chart,
    ContinuationRules,
    Form,
    Passage,
    Retrieve,
    perform,
    trace_record,
)
from livedshl.index import Bundle, CodeIndex
from livedshl.live.preset import Preset
from livedshl.music import ChordVocabulary, Grid
from livedshl.music.chords import NO_CHORD
from livedshl.music.leadsheet import Key
from livedshl.music.segments import CHORD


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides which notes are played; the same settings give the same notes.

    grid: how the music counts. tempo_bpm: its beats a minute. key: of the first tune. bars: how
    many to play, None for ever. chart: chords to follow, as they are to sound; all tunes are in one
    key then.
    """

    parts: tuple[Part, ...]
    groove: Groove
    grid: Grid
    tempo_bpm: float
    key: Key
    rules: ContinuationRules
    retrieve: Retrieve
    seed: int
    bars: int | None = None
    form: Form = Form.ANY
    chart: Chart | None = None

    @classmethod
    def of_preset(
        cls,
        preset: Preset,
        grid: Grid,
        *,
        tempo_bpm: float | None,
        key: Key | None,
        form: Form | None,
        retrieve: Retrieve,
        seed: int,
        bars: int | None,
        chart: Chart | None = None,
    ) -> "Settings":
        """The preset's settings, but for those given."""
        return cls(
            parts=preset.parts,
            groove=preset.groove,
            grid=grid,
            tempo_bpm=preset.tempo_bpm if tempo_bpm is None else tempo_bpm,
            key=preset.key if key is None else key,
            form=preset.form if form is None else form,
            rules=preset.rules,
            retrieve=retrieve,
            seed=seed,
            bars=bars,
            chart=chart,
        )

    @property
    def chart_in_c(self) -> Chart | None:
        """The chart where tunes are laid, in C major or A minor."""
        return self.chart and self.chart.transposed(-self.key.shift)

    @property
    def quarter_bpm(self) -> float:
        """The tempo in quarter notes a minute, as MIDI counts."""
        return self.grid.quarter_bpm(self.tempo_bpm)


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """What one hop adds to the performance.

    start_tick, end_tick: the stretch of time it fills, 480 ticks a beat.
    events: int64[n, 4] as `livedshl.arranger` makes them, none after end_tick.
    steps: int8[m, 3], the passage itself, in C. key: that it is played in.
    trace: where it came from.
    """

    start_tick: int
    end_tick: int
    events: Events
    steps: NDArray[np.int8]
    key: Key
    trace: dict[str, Any]


def chords_of(bundle: Bundle, settings: Settings) -> ChordVocabulary:
    """What the chord numbers in a performance's steps stand for: the chart may have more."""
    chart = settings.chart_in_c
    return chart.added_to(bundle.vocabulary) if chart else bundle.vocabulary


def compose(
    bundle: Bundle,
    index: CodeIndex,
    settings: Settings,
    is_ending: Callable[[], bool] = lambda: False,
) -> Iterator[Chunk]:
    """Yields the performance chunk by chunk, without a gap, from tick 0.

    With `settings.bars` it ends there, everything switched off at the last tick: on the tonic, but
    a free run in mid-air. is_ending: asked before each chunk; once it says so, the music ends on
    the tonic within four bars.
    """
    rng = np.random.default_rng(settings.seed)
    grid = settings.grid
    chart, chords = settings.chart_in_c, chords_of(bundle, settings)
    arranger = Arranger(
        settings.parts, chords, grid, settings.key.mode, settings.groove, settings.seed
    )
    key = settings.key
    last_beat = None if settings.bars is None else settings.bars * grid.bar_beats
    passages = perform(
        bundle,
        index,
        settings.rules,
        settings.retrieve,
        rng,
        settings.form,
        last_beat,
        is_ending,
        chart,
    )
    if chart:
        passages = _with_chart(passages, chart, chords, grid)
    for passage, following in _with_following(passages):
        steps = passage.steps
        if last_beat is not None:
            steps = steps[: (last_beat - passage.beat) * grid.beat_steps]
        end_beat = passage.beat + len(steps) // grid.beat_steps
        ends = passage.ends or end_beat == last_beat
        trace = trace_record(bundle, passage) | {"beats": end_beat - passage.beat}
        if passage.place and not chart:
            key = settings.key.transposed(passage.place.key_shift)
            trace["key"] = str(key)
        events = [arranger.setup()] if passage.beat == 0 else []
        if passage.ends:
            events.append(arranger.close(steps, passage.beat, key.shift))
        else:
            events.append(arranger.arrange(steps, passage.beat, key.shift, following))
            if ends:
                events.append(arranger.end(end_beat * grid.beat_ticks))
        yield Chunk(
            start_tick=passage.beat * grid.beat_ticks,
            end_tick=end_beat * grid.beat_ticks,
            events=np.concatenate(events),
            steps=steps,
            key=key,
            trace=trace,
        )
        if ends:
            return


def _with_chart(
    passages: Iterable[Passage], chart: Chart, chords: ChordVocabulary, grid: Grid
) -> Iterator[Passage]:
    """The passages with the chart's chords instead of their own."""
    for passage in passages:
        steps = chart.written_into(passage.steps, passage.beat, chords, grid.beat_steps)
        yield replace(passage, steps=steps)


def _with_following(passages: Iterable[Passage]) -> Iterator[tuple[Passage, int]]:
    """Each passage, and the chord class that the next begins with: basses walk towards it."""
    before: Passage | None = None
    for passage in passages:
        if before is not None:
            yield before, int(passage.steps[0, CHORD])
        before = passage
    if before is not None:
        yield before, NO_CHORD
