"""Replays a take into a MIDI file."""

from pathlib import Path

from livedshl.bundle import Bundle
from livedshl.errors import OutputError
from livedshl.index import CodeIndex
from livedshl.midi.file import write_midi
from livedshl.performance.replay import replayed
from livedshl.performance.take_log import TakeLog


def play_again(log: TakeLog, bundle: Bundle, index: CodeIndex, path: Path) -> None:
    """Replays a take into a MIDI file, byte for byte. Raises TakeError, OutputError."""
    take, settings = replayed(log, bundle, index), log.settings
    try:
        write_midi(
            path, take.events, settings.tempo_bpm, settings.grid, take.tracks, take.tempi_bpm
        )
    except OSError as error:
        raise OutputError(f"cannot be written ({error.strerror})", where=str(path)) from error
