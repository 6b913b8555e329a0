"""The settings of a performance: everything that decides which notes are played."""

from dataclasses import dataclass, replace
from pathlib import Path

from livedshl.arranger import Groove, Part
from livedshl.bundle import Bundle
from livedshl.bundle.catalogue import find_bundle
from livedshl.bundle.model import Model, open_model
from livedshl.improviser import Chart, ContinuationRules, Form, Retrieve
from livedshl.improviser.harmony import harmony_vocabulary
from livedshl.music import ChordVocabulary, Grid
from livedshl.music.leadsheet import Key
from livedshl.performance.material import NO_CHART_NAME, FollowedChart, NamedModel
from livedshl.performance.preset import Preset
from livedshl.performance.steering import Band, Steering
from livedshl.progress import Progress, unseen

_LEAST_BARS_WITH_INTRO = 16  # bars of music that can wait for its form


@dataclass(frozen=True, slots=True)
class SetSong:
    """A song of a set: what it changes of the settings. title: for the eye."""

    title: str
    parts: tuple[Part, ...]
    groove: Groove
    preset: str
    tempo_bpm: float
    key: Key
    form: Form
    rules: ContinuationRules
    chart: Chart | None = None
    opening: int | None = None

    @classmethod
    def of(cls, title: str, settings: "Settings") -> "SetSong":
        """The song that settings begin with."""
        return cls(
            title, settings.parts, settings.groove, settings.preset, settings.tempo_bpm,
            settings.key, settings.form, settings.rules, settings.chart, settings.opening,
        )  # fmt: skip

    @property
    def band(self) -> Band:
        """The band that plays it."""
        return Band(self.preset, self.parts, self.groove)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides which notes are played. The same settings give the same notes.

    grid: metre and beats. tempo_bpm: beats per minute. key: the key of the first tune. bars: how
    many to play; None for endless. chart: chords to follow, as they sound; every tune stays in one
    key then. chart_name: what the chart is called. preset: name of the preset that the parts come
    from. opening: row, in the library, of the tune to begin with. model: name or folder of the
    model. songs: of a set that is played, of which the first is in the settings themselves.
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
    preset: str = ""
    opening: int | None = None
    model: str = "session"
    songs: tuple[SetSong, ...] = ()
    chart_name: str = "chart"

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
        chart_name: str = "chart",
        opening: int | None = None,
        model: str = "session",
    ) -> "Settings":
        """The settings of a preset, except for what is given."""
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
            chart_name=chart_name,
            preset=preset.name,
            opening=opening,
            model=model,
        )

    @property
    def band(self) -> Band:
        """The band that begins."""
        return Band(self.preset, self.parts, self.groove)

    def song(self, number: int) -> "Settings":
        """The settings of a song of the set, counted from 1. Each song draws from its own seed."""
        song = self.songs[number - 1]
        return replace(
            self, parts=song.parts, groove=song.groove, preset=song.preset,
            tempo_bpm=song.tempo_bpm, key=song.key, form=song.form, rules=song.rules,
            chart=song.chart, chart_name=song.title, opening=song.opening,
            seed=self.seed + number - 1, songs=(),
        )  # fmt: skip

    @property
    def intro_bars(self) -> int:
        """How many bars the band plays before the form begins."""
        is_short = self.bars is not None and self.bars < _LEAST_BARS_WITH_INTRO
        if is_short or self.opening is not None or self.form is Form.NONE:
            return 0  # what is asked for is heard at once
        return self.groove.intro

    @property
    def chart_in_c(self) -> Chart | None:
        """The chart in C major or A minor, the keys in which tunes are stored."""
        return self.chart and self.chart.transposed(-self.key.shift)

    @property
    def steering(self) -> Steering:
        """How the music is steered where it begins."""
        name = self.chart_name if self.chart else NO_CHART_NAME
        return Steering(
            self.tempo_bpm, self.key, self.rules.adventure, self.band,
            chart=FollowedChart(name, self.key, self.chart_in_c),
            model=NamedModel(Path(self.model).name),
        )  # fmt: skip

    @property
    def quarter_bpm(self) -> float:
        """The tempo in quarter notes per minute, as MIDI counts."""
        return self.grid.quarter_bpm(self.tempo_bpm)


def model_of(settings: Settings, progress: Progress = unseen) -> Model:
    """Opens the model of a performance. Raises BundleError."""
    folder = find_bundle(settings.model, str(settings.grid), settings.key.mode)
    return open_model(folder, progress)


def chords_of(bundle: Bundle, settings: Settings) -> ChordVocabulary:
    """What the chord numbers in steps stand for: those of model, harmoniser and chart."""
    known, chart = harmony_vocabulary(bundle.vocabulary), settings.chart_in_c
    return chart.added_to(known) if chart else known
