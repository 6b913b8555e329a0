"""Plays a recorded take again into files."""

from dataclasses import dataclass
from pathlib import Path

from livedshl.bundle.model import open_model
from livedshl.errors import OutputError, SettingsError, TakeError
from livedshl.files import MIDI_ENDINGS, check_ending, first_free, reserved, write_beside
from livedshl.midi.file import midi_content
from livedshl.performance.replay import parts_of, replayed, tracks_of
from livedshl.performance.take_log import TakeLog, read_log, take_and_log
from livedshl.rendering.rendition import Rendition
from livedshl.rendering.writing import requested_files


@dataclass(frozen=True, slots=True)
class Replay:
    """A take that was played again.

    path: the file that was written. recorded: the recording it is compared with. same: whether the
    two are equal, byte for byte. Keys, sections and chord names may be missing in the recording.
    """

    path: Path
    recorded: Path
    same: bool


def replay(
    take: str | Path,
    path: str | Path | None = None,
    model: str | Path | None = None,
    overwrite: bool = False,
) -> Replay:
    """Plays a recorded take again from its log, into a MIDI file.

    take: the recording, or the .take file beside it. path: the file to write; by default the name
    of the take with "-replay", and a number if that is there already. model: the folder of the
    take's model, if it has moved. overwrite: replaces the file at `path`.

    Raises TakeError, BundleError or OutputError, OverwriteError if `path` is there already, and
    SettingsError if it is the recording.
    """
    recorded, log_file = take_and_log(Path(take))
    named = recorded.with_name(f"{recorded.stem}-replay.mid")
    out = Path(path) if path else first_free(named)
    check_ending(out, MIDI_ENDINGS, where="out")
    _spare(recorded, out)
    log = read_log(log_file)
    opened = open_model(_model_folder(log, model))
    with reserved([out], overwrite):
        again, grid = replayed(log, opened.bundle, opened.index), log.settings.grid
        music = again.events, again.tempo_bpm, grid, again.tracks, again.tempi_bpm
        content = midi_content(*music, signs=again.signs)
        try:
            write_beside(out, content)
        except OSError as error:
            raise OutputError(f"cannot be written ({error.strerror})", where=str(out)) from error
    # A recording of an older version says no keys, sections and chords.
    known = content, midi_content(*music)
    return Replay(out, recorded, recorded.is_file() and recorded.read_bytes() in known)


def render_take(
    take: str | Path,
    *paths: str | Path,
    stems: str | Path | None = None,
    trace: str | Path | None = None,
    roll: str | Path | None = None,
    model: str | Path | None = None,
    overwrite: bool = False,
) -> float:
    """Plays a recorded take again from its log, and writes it to files; returns its bars.

    A MIDI file is equal to the recording, byte for byte, like that of `replay`. take, model: as
    for `replay`; the rest as for `render`.

    Raises TakeError, BundleError, OutputError, OverwriteError and SettingsError.
    """
    files = requested_files(paths, stems, trace, roll)
    recorded, log_file = take_and_log(Path(take))
    log = read_log(log_file)
    tracks = tracks_of(log)
    for path in files.names(tracks):
        _spare(recorded, path)
        _spare(log_file, path)
    written: list[Rendition] = []

    def play() -> Rendition:
        written.append(_rendition_of(log, _model_folder(log, model)))
        return written[0]

    files.write(tracks, overwrite, play)
    return written[0].chunks[-1].end_tick / log.settings.grid.bar_ticks


def _rendition_of(log: TakeLog, folder: Path) -> Rendition:
    opened = open_model(folder)
    again = replayed(log, opened.bundle, opened.index, keeps_chunks=True)
    if not again.chunks:
        raise TakeError("holds no music", remedy="Nothing was played when it was recorded")
    return Rendition(
        log.settings,
        again.chords,
        again.chunks,
        again.events,
        again.tempo_bpm,
        again.tempi_bpm,
        again.tracks,
        parts_of(log),
        again.signs,
    )


def _model_folder(log: TakeLog, model: str | Path | None) -> Path:
    folder = Path(model) if model else log.bundle
    if not folder.is_dir():
        raise TakeError(
            "the model of the take is not there",
            where=str(folder),
            remedy="Say where its folder is now",
        )
    return folder


def _spare(recorded: Path, out: Path) -> None:
    """Raises SettingsError if a file of the take would be lost."""
    if out.resolve() == recorded.resolve():
        raise SettingsError(
            "is the recording itself, which would be lost",
            where=str(out),
            remedy="Choose another file",
        )
