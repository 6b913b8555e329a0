"""Renders a performance into a file instead of playing it."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from livedshl.errors import OutputError
from livedshl.files import write_beside
from livedshl.live.composer import Chunk, Settings, chords_of, compose
from livedshl.live.loader import Progress, load_index
from livedshl.music import ChordVocabulary
from livedshl.outputs.midifile import write_midi
from livedshl.outputs.musicxml import write_musicxml

_ENDINGS = (".mid", ".midi", ".musicxml", ".wav")
_RING_OUT_S = 2.0  # after the last note, for the reverberation


def render(
    settings: Settings,
    prepare: Callable[[Progress], Path],
    path: Path,
    trace: Path | None = None,
) -> None:
    """Composes `settings.bars` bars and writes them to `path`, in the format its ending names.

    `trace` gets one JSON record a segment. Raises OutputError for another ending or a file that
    cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in _ENDINGS:
        raise OutputError(f"{path}: cannot write {ending or 'a file without ending'}; "
                          f"endings are {', '.join(_ENDINGS)}")  # fmt: skip
    loaded = load_index(prepare, lambda stage, share: None)
    chunks = list(compose(loaded.bundle, loaded.index, settings))
    try:
        if trace:
            lines = "".join(trace_line(chunk) for chunk in chunks)
            write_beside(trace, lines.encode())
        _write(path, ending, chunks, settings, chords_of(loaded.bundle, settings))
    except OSError as error:
        raise OutputError(
            f"{error.filename or path}: cannot be written ({error.strerror})"
        ) from error


def trace_line(chunk: Chunk) -> str:
    """A chunk's line of a trace file."""
    return json.dumps(chunk.trace, ensure_ascii=False) + "\n"


def _write(
    path: Path, ending: str, chunks: list[Chunk], settings: Settings, vocabulary: ChordVocabulary
) -> None:
    if ending == ".musicxml":
        steps = np.concatenate([chunk.steps for chunk in chunks])
        write_musicxml(
            path, steps, vocabulary.classes, settings.grid, settings.key, settings.tempo_bpm,
            title=f"livedshl, seed {settings.seed}",
            keys={chunk.start_tick // settings.grid.bar_ticks: chunk.key for chunk in chunks},
        )  # fmt: skip
        return
    events = np.concatenate([chunk.events for chunk in chunks])
    if ending == ".wav":
        from livedshl.outputs.synth import render_wav

        render_wav(path, events, settings.quarter_bpm, _RING_OUT_S)
        return
    track_names = {part.channel: part.name for part in settings.parts}
    write_midi(path, events, settings.tempo_bpm, settings.grid, track_names)
