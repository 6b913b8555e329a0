"""The music of a performance: compositions in turn, as songs, charts and models change."""

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from livedshl.bundle import Bundle
from livedshl.bundle.model import Model
from livedshl.improviser import Groundwork
from livedshl.index import CodeIndex
from livedshl.music import ChordVocabulary
from livedshl.music.chords import MOST_NUMBERED, NO_CHORD
from livedshl.music.segments import CHORD
from livedshl.performance.choices import NO_CHOICES, Choices
from livedshl.performance.chunk import Chunk
from livedshl.performance.commands import Answer, Command, Freeze, OpenWith, PlaySong
from livedshl.performance.composition import Composition
from livedshl.performance.phrase import Phrase
from livedshl.performance.settings import Settings
from livedshl.performance.steering import Band, Steering
from livedshl.units import TICKS_PER_STEP

NO_MODELS: Mapping[str, Model] = {}
NO_GROUNDWORK: Mapping[Bundle, Groundwork] = {}


class Succession(Iterator[Chunk]):
    """The music of some settings, and what commands begin in its place.

    `PlaySong` begins a song of the set at once. A chart or a model that is asked for begins where
    the next section would, in the key, with the band and everything else as they are then. Each
    composition begins from its own beat 0.

    models: those that `UseModel` may name, by their manifests. groundwork: of some of them, found
    beforehand. Both may grow meanwhile.
    """

    def __init__(
        self,
        bundle: Bundle,
        index: CodeIndex,
        settings: Settings,
        models: Mapping[str, Model] = NO_MODELS,
        groundwork: Mapping[Bundle, Groundwork] = NO_GROUNDWORK,
    ) -> None:
        self._models = _Models(Model(bundle, index), models, groundwork)
        self._settings = settings
        self._began_tick = 0
        self._n_begun = 1
        first = settings.song(1) if settings.songs else settings
        self._song = self._models.composition(self._models.own, first)
        if settings.songs:
            self._song.steering = replace(self._song.steering, song=1)
        self._plays = self._song.steering
        self._own_chords = self.chords = self._song.chords
        self._numbers: NDArray[np.int8] | None = None  # in `chords`; None if they are the song's

    def __next__(self) -> Chunk:
        if self._is_to_change and self._song.between_sections:
            self._begin_again()
        chunk = self._numbered(next(self._song))
        if not self._began_tick:
            return chunk
        beat = chunk.provenance.beat + self._began_beat
        slowing = tuple((tick + self._began_tick, share) for tick, share in chunk.slowing)
        provenance = replace(chunk.provenance, beat=beat)
        return replace(chunk.moved(self._began_tick), provenance=provenance, slowing=slowing)

    @property
    def tick(self) -> int:
        """The tick where the next chunk starts."""
        return self._began_tick + self._song.tick

    @property
    def steering(self) -> Steering:
        """The settings where the next chunk starts."""
        return self._song.steering

    @property
    def over(self) -> bool:
        """Whether the music has come to its end."""
        return self._song.over

    @property
    def next_beat(self) -> int:
        """Where the next section begins; in a free run, the next passage."""
        return self._began_beat + self._song.next_beat

    def choices(self) -> Choices | None:
        """What may open the next section; None while that is not known."""
        return NO_CHOICES if self._is_to_change else self._song.choices()

    def copy(self) -> "Succession":
        """Music that continues from here as this would."""
        other = copy(self)
        other._song = self._song.copy()
        return other

    def obey(self, command: Command, band: Band | None = None) -> None:
        """Obeys a command from the next chunk on. band: the band of a chosen preset."""
        match command:
            case PlaySong(number):
                self._follow_with(self._settings.song(number), self._models.own)
                self._song.steering = replace(self._song.steering, song=number)
                self._plays = self._song.steering
            case OpenWith(int(segment)) if segment >= len(self._model.bundle.library):
                pass  # it was chosen from a model that has gone meanwhile
            case Answer(phrase):
                self._song.obey(Answer(self._as_the_song_has(phrase)))
            case _:
                self._song.obey(command, band)

    @property
    def _began_beat(self) -> int:
        return self._began_tick // self._settings.grid.beat_ticks

    @property
    def _model(self) -> Model:
        """The model that plays."""
        return self._models.of(self._plays.model.manifest)

    @property
    def _is_to_change(self) -> bool:
        """Whether a chart or a model is asked for that does not play yet."""
        asked = self._song.steering
        has_other = (asked.chart.name, asked.chart.chart, asked.model) != (
            self._plays.chart.name, self._plays.chart.chart, self._plays.model,
        )  # fmt: skip
        return has_other or asked.chart.key != asked.key

    def _begin_again(self) -> None:
        """Begins a tune over the chart and of the model that are asked for."""
        before, model_before = self._song, self._model
        asked, settings = before.steering, before.settings
        self._plays = asked
        followed = asked.chart
        begun = replace(
            settings,
            parts=asked.band.parts,
            groove=replace(asked.band.groove, intro=0),  # it is in the middle of the music
            preset=asked.band.preset,
            key=followed.key,
            rules=replace(settings.rules, adventure=asked.adventure),
            chart=followed.sounding,
            chart_name=followed.name,
            opening=None,
            bars=before.bars_left,
            seed=self._settings.seed + self._n_begun,
        )
        self._follow_with(begun, self._model)
        self._song.steering = replace(
            self._song.steering,
            chart=followed,
            model=asked.model,
            song=asked.song,
            locked=asked.locked,
            conducting=asked.conducting,
        )
        if asked.freeze:
            self._song.obey(Freeze(True))
        if asked.opens_with is not None and self._model is model_before:
            self._song.obey(OpenWith(asked.opens_with))

    def _follow_with(self, settings: Settings, model: Model) -> None:
        """Lets another composition follow here."""
        before, self._began_tick = self._song, self.tick
        self._n_begun += 1
        self._song = self._models.composition(model, settings)
        self._song.take_over_from(before)

    def _as_the_song_has(self, phrase: Phrase) -> Phrase:
        """A phrase counted from the song's beginning, with its numbers of chords."""
        steps = phrase.steps.copy()
        if self._numbers is not None:
            numbers = np.array([*map(self._own_chords.index, self.chords.classes), NO_CHORD])
            steps[:, CHORD] = numbers[np.minimum(steps[:, CHORD], len(numbers) - 1)]
        return Phrase(phrase.start_step - self._began_tick // TICKS_PER_STEP, steps)

    def _numbered(self, chunk: Chunk) -> Chunk:
        """A chunk whose chords are numbered as those of all compositions so far."""
        if self._song.chords != self._own_chords:
            self._own_chords = self._song.chords
            own, known = self._own_chords.classes, self.chords.classes
            more = [chord for chord in own if chord not in known]
            if more:
                self.chords = ChordVocabulary((*known, *more)[:MOST_NUMBERED])
            is_same = self.chords.classes[: len(own)] == own
            numbers = np.array([*map(self.chords.index, own), NO_CHORD], np.int8)
            self._numbers = None if is_same else numbers
        if self._numbers is None:
            return chunk
        steps = chunk.steps.copy()
        steps[:, CHORD] = self._numbers[steps[:, CHORD]]  # no chord, -1, finds the last
        return replace(chunk, steps=steps)


class _Models:
    """The models that may play, and what was worked out about those that have played.

    own: the one of the performance. named: the others, by their manifests. found: the groundwork
    that is there already.
    """

    def __init__(
        self, own: Model, named: Mapping[str, Model], found: Mapping[Bundle, Groundwork]
    ) -> None:
        self.own = own
        self._named = named
        self._found = found
        self._groundwork: dict[Bundle, Groundwork] = {}

    def of(self, manifest: str) -> Model:
        """The model with this manifest; without one, that of the performance."""
        return self._named[manifest] if manifest else self.own

    def composition(self, model: Model, settings: Settings) -> Composition:
        """Music of a model, on the same groundwork as its music before."""
        bundle = model.bundle
        if bundle not in self._groundwork:
            self._groundwork[bundle] = self._found.get(bundle) or Groundwork(bundle)
        return Composition(bundle, model.index, settings, self._groundwork[bundle])
