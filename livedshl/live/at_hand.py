"""The charts and the models that a performance may change to while it plays."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from livedshl.bundle.catalogue import find_bundle
from livedshl.bundle.model import list_models
from livedshl.errors import BundleError, CommandError, LivedshlError, SettingsError, did_you_mean
from livedshl.files import is_file
from livedshl.live.opening import Opening
from livedshl.live.snapshot import Snapshot
from livedshl.performance.chart_choice import ChosenChart, chart_in_file, chart_in_text
from livedshl.performance.material import NO_CHART_NAME, FollowedChart, NamedModel
from livedshl.performance.preset import load_preset, preset_names
from livedshl.performance.settings import Settings
from livedshl.text import shown

LINE_END = "⏎"  # between the lines of a chart that comes as one
_ENDINGS = frozenset(
    {".txt", ".cho", ".crd", ".chopro", ".chordpro", ".pro", ".musicxml", ".mxl", ".xml"}
)
_PATIENCE_S = 2.0
_MOST_ENTRIES = 2000  # of a folder
_MOST_FILES = 64  # charts of all folders
_MOST_BYTES = 256 << 10  # of a chart that is listed

_MOST_LISTED = 128  # charts


@dataclass(frozen=True, slots=True)
class _Typed:
    """A chart that somebody typed."""

    text: str


_Source = FollowedChart | _Typed | Path | str  # a chart itself, its file, or the preset that has it


def chart_folders(*given: str | Path | None) -> list[Path]:
    """The folders to look for charts in: the working folder, and those of given files."""
    files = (Path(file) for file in given if file)
    folders = [Path(), *(file.parent for file in files if is_file(file))]
    return list(dict.fromkeys(folder.resolve() for folder in folders))


class AtHand:
    """What there is to choose from: charts of the settings, of presets and of folders, and models.

    charts, model_names: what there is, each replaced whole; complete once `look` is done. models:
    opens them.
    """

    def __init__(self, settings: Settings, folders: Iterable[Path], models: Opening) -> None:
        self.charts: tuple[str, ...] = (NO_CHART_NAME,)
        self.model_names: tuple[str, ...] = (settings.steering.model.name,)
        self.models = models
        self._settings = settings
        self._folders = tuple(folders)
        self._sources: Mapping[str, _Source] = {}

    def start(self) -> None:
        """Looks around a little later, on a thread of its own: the first bars come first."""
        looking = threading.Timer(_PATIENCE_S, self.look)
        looking.name, looking.daemon = "at hand", True
        looking.start()

    def look(self) -> None:
        """Finds out what there is."""
        self.model_names = (self.model_names[0], *self._other_models())
        sources: dict[str, _Source] = {}
        for name, source in self._found():
            sources.setdefault(" ".join(shown(name).split()), source)
        self._list({**sources, **self._sources})

    def listed_in(self, snapshot: Snapshot) -> Snapshot:
        """A snapshot with what there is to choose from."""
        return replace(snapshot, charts=self.charts, models=self.model_names)

    def chart(self, text: str, playing: FollowedChart) -> FollowedChart:
        """The chart that a text means: one at hand by its name, else the chords that it says.

        playing: what is followed now; numbers count from its key. Raises SettingsError.
        """
        if text == NO_CHART_NAME:
            return FollowedChart(NO_CHART_NAME, playing.key)
        if source := self._sources.get(text):
            return self._read(source, playing)
        typed = _Typed(text.replace(LINE_END, "\n"))
        try:
            chart = self._read(typed, playing)
        except SettingsError as error:
            remedy = did_you_mean(text, self._sources) or error.remedy
            raise SettingsError(error.what, where=error.where, remedy=remedy) from None
        self._list({**self._sources, chart.name: typed})
        return chart

    def model(self, name: str) -> NamedModel:
        """The model of this name, if it has tunes to play. Raises CommandError or BundleError."""
        own = self._settings.steering.model
        if name == own.name:
            return own
        known = list_models()
        if name not in known:  # never a path: a surface takes it from anywhere
            remedy = did_you_mean(name, known) or f"Choose from {', '.join(known)}"
            raise CommandError(f"there is no model {name!r}", where="model", remedy=remedy)
        from livedshl.performance.take_log import manifest_digest  # few change the model

        folder = find_bundle(name, str(self._settings.grid), self._settings.key.mode)
        return NamedModel(name, folder.resolve(), manifest_digest(folder))

    def _list(self, sources: Mapping[str, _Source]) -> None:
        """Lists charts by name."""
        named = {name: source for name, source in sources.items() if name != NO_CHART_NAME}
        self._sources = dict(islice(named.items(), _MOST_LISTED))
        self.charts = (NO_CHART_NAME, *self._sources)

    def _other_models(self) -> Iterator[str]:
        for name in list_models():
            with suppress(BundleError):  # damaged, or without tunes in this metre and mode
                find_bundle(name, str(self._settings.grid), self._settings.key.mode)
                if name != self.model_names[0]:
                    yield name

    def _found(self) -> Iterator[tuple[str, _Source]]:
        """The charts that can be played, by name."""
        settings = self._settings
        of_songs = [settings.song(number) for number in range(1, len(settings.songs) + 1)]
        for given in (settings, *of_songs):
            if given.chart:
                followed = given.steering.chart
                yield followed.name, followed
        others: list[_Source] = [*_files_in(self._folders), *preset_names()]
        for source in others:
            with suppress(LivedshlError):
                yield self._read(source, settings.steering.chart).name, source

    def _read(self, source: _Source, playing: FollowedChart) -> FollowedChart:
        """A chart at hand. Raises SettingsError or PresetError."""
        settings = self._settings
        match source:
            case FollowedChart():
                return source
            case _Typed(text):
                return self._played(chart_in_text(text, "chart"), playing)
            case Path():
                return self._played(chart_in_file(source), playing)
        preset = load_preset(source)
        if not preset.chords or preset.key.mode is not settings.key.mode:
            raise SettingsError("it has no chart in this mode", where=source)
        chosen = chart_in_text(preset.chords, source, source)
        return self._played(chosen, FollowedChart(source, preset.key))

    def _played(self, chosen: ChosenChart, playing: FollowedChart) -> FollowedChart:
        grid, mode = self._settings.grid, self._settings.key.mode
        if chosen.metre not in (None, str(grid)):
            raise SettingsError(
                f"the chart is in {chosen.metre}, the music is in {grid}",
                where=chosen.where,
                remedy="Start again with the chart, or with its metre",
            )
        chart, key, remarks = chosen.played(grid, None, playing.key, {mode})
        if key.mode is not mode:
            raise SettingsError(
                f"the chart is in {key}, the tunes that play are {mode.value}",
                where=chosen.where,
                remedy="Start again with the chart, or with its key",
            )
        return FollowedChart(chosen.name, key, chart.transposed(-key.shift), remarks)


def _files_in(folders: Sequence[Path]) -> Iterator[Path]:
    """The files in some folders that may be charts, by their names."""
    found: list[Path] = []
    for folder in folders:
        with suppress(OSError):
            entries = list(islice(folder.iterdir(), _MOST_ENTRIES))
            found += sorted(entry for entry in entries if _may_be_chart(entry))
    yield from found[:_MOST_FILES]


def _may_be_chart(path: Path) -> bool:
    try:
        may_be = path.suffix.lower() in _ENDINGS and path.is_file()
        return may_be and path.stat().st_size <= _MOST_BYTES
    except OSError:
        return False
