"""The paper's two tasks (section 4.5, Fig. 4): from one start, by nearest and farthest codes."""

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from livedshl.bundle import open_bundle
from livedshl.improviser import Form, Retrieve
from livedshl.music.leadsheet import Key, Mode
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import Settings

CONTINUATIONS = 8  # segments after the first, as in the paper
_PRESET = "solo-piano"  # a melody over chords, like the paper's scores
_TASKS = {"task1": Retrieve.MIN, "task2": Retrieve.MAX}


class Render(Protocol):
    """Writes a performance into files, as `livedshl.render` does."""

    def __call__(self, settings: Settings, /, *paths: Path, trace: Path) -> None:
        """Writes it to each of `paths`, and its trace to another file."""


def write_tasks(folder: Path, out: Path, seed: int, render: Render) -> list[Path]:
    """Composes both tasks from the bundle in `folder` and returns the files written into `out`.

    Each task gets a .mid, a .musicxml, an .svg of the score, and a .jsonl with every segment and
    its Hamming distance. Raises LivedshlError.
    """
    out.mkdir(parents=True, exist_ok=True)
    bundle = open_bundle(folder)
    grid = bundle.library.grid
    beats = CONTINUATIONS * bundle.follow_beats + grid.segment_beats
    preset = load_preset(_PRESET)
    settings = Settings.of_preset(
        replace(preset, rules=preset.rules.plain()),
        grid,
        tempo_bpm=None,
        key=Key(9 if bundle.mode is Mode.MINOR else 0, bundle.mode),
        form=Form.NONE,
        retrieve=Retrieve.MIN,
        seed=seed,
        bars=-(-beats // grid.bar_beats),
        model=str(folder),
    )
    written = []
    for name, retrieve in _TASKS.items():
        files = [out / f"{name}{ending}" for ending in (".mid", ".musicxml", ".svg", ".jsonl")]
        *music, trace = files
        render(replace(settings, retrieve=retrieve), *music, trace=trace)
        written += files
    return written
