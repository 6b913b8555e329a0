"""Composes a performance and writes it into files."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from livedshl.bundle.model import Model
from livedshl.errors import OutputError, SettingsError
from livedshl.files import MIDI_ENDINGS, TRACE_ENDINGS, check_ending, reserved
from livedshl.midi.signs import joined
from livedshl.performance.composition import Composition
from livedshl.performance.settings import Settings, chords_of, model_of
from livedshl.performance.steering import track_names
from livedshl.performance.tempo import tempo_map
from livedshl.progress import Progress, unseen
from livedshl.rendering.rendition import PICTURES, Rendition
from livedshl.rendering.stems import stem_files, stem_folder

log = logging.getLogger(__name__)

_ENDINGS = (*MIDI_ENDINGS, ".musicxml", ".wav", *PICTURES)


@dataclass(frozen=True, slots=True)
class RequestedFiles:
    """The files to write a performance into.

    files: in the format of their endings. stems: a folder for a MIDI and a WAV file of each part.
    trace: a .jsonl file that says where every segment came from. roll: a picture of the piano
    roll. Raises OutputError for an unknown ending.
    """

    files: tuple[Path, ...]
    stems: Path | None
    trace: Path | None
    roll: Path | None

    def __post_init__(self) -> None:
        for path in self.files:
            _check_ending(path, _ENDINGS)
        if self.roll:
            _check_ending(self.roll, PICTURES)
        if self.trace:
            check_ending(self.trace, TRACE_ENDINGS, where="trace")

    def names(self, tracks: Mapping[int, str]) -> list[Path]:
        """All the files. tracks: the name of the part on each channel."""
        others = [path for path in (self.trace, self.roll) if path]
        stems = [path for each in self._stems(tracks) for path in each.values()]
        return [*self.files, *stems, *others]

    def write(
        self, tracks: Mapping[int, str], overwrite: bool, play: Callable[[], Rendition]
    ) -> None:
        """Reserves the files, lets `play` make the rendition, and writes it.

        overwrite: replaces files that are there. Raises OverwriteError, OutputError and
        SettingsError.
        """
        with stem_folder(self.stems), reserved(self.names(tracks), overwrite):
            rendition = play()
            writers: list[tuple[Path, Callable[[Path], None]]] = []
            writers += [(path, rendition.write) for path in self.files]
            if self.stems:
                midi, audio = self._stems(tracks)
                writers.append((self.stems, lambda _: rendition.write_stems(midi, audio)))
            if self.trace:
                writers.append((self.trace, rendition.write_trace))
            if self.roll:
                writers.append((self.roll, rendition.draw_roll))
            for path, write in writers:
                try:
                    write(path)
                except OSError as error:
                    where = str(error.filename or path)
                    what = f"cannot be written ({error.strerror})"
                    raise OutputError(what, where=where) from error

    def _stems(self, tracks: Mapping[int, str]) -> tuple[dict[int, Path], dict[int, Path]]:
        """The MIDI files and the WAV files of the stems, by channel."""
        if self.stems is None:
            return {}, {}
        return stem_files(self.stems, tracks, ".mid"), stem_files(self.stems, tracks, ".wav")


def requested_files(
    paths: Sequence[str | Path],
    stems: str | Path | None,
    trace: str | Path | None,
    roll: str | Path | None,
) -> RequestedFiles:
    """The files of these names. Raises OutputError for an unknown ending."""
    folder, *others = (Path(path) if path else None for path in (stems, trace, roll))
    return RequestedFiles(tuple(Path(path) for path in paths), folder, *others)


def render(
    settings: Settings,
    *paths: str | Path,
    stems: str | Path | None = None,
    trace: str | Path | None = None,
    roll: str | Path | None = None,
    model: Model | None = None,
    overwrite: bool = False,
    progress: Progress = unseen,
) -> None:
    """Composes `settings.bars` bars and writes them to each path, in the format of its ending.

    >>> render(make_settings(bars=8, seed=1), "tune.mid", "tune.musicxml", stems="stems")

    paths: .mid or .wav for the sound, .musicxml for the lead sheet, .pdf, .png or .svg for a
        picture of it.
    stems: a folder for "01 Melody.mid", "01 Melody.wav" and so on, a file of each kind for each
        part; all are as long as the whole, and those of a kind add up to it.
    trace: a .jsonl file that says where every segment came from. roll: a picture of the piano roll.
    model: an open model to compose from; by default the one that the settings name.
    overwrite: replaces files that are there already. progress: hears how far the composing is.

    Raises SettingsError without a number of bars or for two names of one file, OverwriteError for
    a file that is there already, OutputError for an unknown ending or a file that cannot be
    written, and BundleError.
    """
    files = requested_files(paths, stems, trace, roll)
    if settings.bars is None:
        raise SettingsError("a file needs an end", where="bars", remedy="Say how many bars")
    tracks = track_names(settings.parts)
    files.write(tracks, overwrite, partial(_composed, settings, model, progress))


def _composed(settings: Settings, model: Model | None, progress: Progress) -> Rendition:
    model = model or model_of(settings)
    chunks = []
    slowing: list[tuple[int, float]] = []
    ticks = (settings.bars or 1) * settings.grid.bar_ticks
    for chunk in Composition(model.bundle, model.index, settings):
        progress("Composing", min(1.0, chunk.start_tick / ticks))
        if not chunk.continues:
            log.info(
                "bar %d: %s",
                chunk.start_tick // settings.grid.bar_ticks + 1,
                chunk.provenance.in_words(),
            )
        chunks.append(chunk)
        slowing += chunk.slowing
    progress("Composing", 1.0)
    return Rendition(
        settings,
        chords_of(model.bundle, settings),
        chunks,
        np.concatenate([chunk.events for chunk in chunks]),
        settings.tempo_bpm,
        tempo_map(settings.tempo_bpm, (), slowing),
        track_names(settings.parts),
        settings.parts,
        joined(chunk.signs for chunk in chunks),
    )


def _check_ending(path: Path, endings: Sequence[str]) -> None:
    ending = path.suffix.lower()
    if ending not in endings:
        raise OutputError(
            f"cannot write {ending or 'a file without an ending'}",
            where=str(path),
            remedy=f"Known endings are {', '.join(endings)}",
        )
