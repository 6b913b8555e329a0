"""The paper's two tasks (section 4.5, Fig. 4): one start, the nearest and the farthest codes."""

from dataclasses import replace
from pathlib import Path

from livedshl.improviser import Retrieve
from livedshl.index import open_bundle
from livedshl.live.composer import Settings
from livedshl.live.preset import load_preset
from livedshl.live.rendering import render
from livedshl.music.segments import SEGMENT_BEATS
from livedshl.outputs.score import write_score
from livedshl.units import BEATS_PER_BAR

CONTINUATIONS = 8  # segments retrieved after the first, as in the paper
_PRESET = "solo-piano"  # a melody over chords, as the paper's scores have it
_TASKS = {"task1": Retrieve.MIN, "task2": Retrieve.MAX}


def write_tasks(folder: Path, out: Path, seed: int) -> list[Path]:
    """Plays both tasks from the bundle in `folder`; returns the files written into `out`.

    Of each task a .mid, a .musicxml, an .svg of the score, and a .jsonl that tells every segment
    and its Hamming distance. Raises LivedshlError.
    """
    out.mkdir(parents=True, exist_ok=True)
    beats = CONTINUATIONS * open_bundle(folder).follow_beats + SEGMENT_BEATS
    preset = load_preset(_PRESET)
    settings = Settings.of_preset(
        replace(preset, rules=replace(preset.rules, near=0)),
        tempo_bpm=None,
        tonic=0,
        retrieve=Retrieve.MIN,
        seed=seed,
        bars=beats // BEATS_PER_BAR,
    )
    written = []
    for name, retrieve in _TASKS.items():
        files = [out / f"{name}{ending}" for ending in (".mid", ".musicxml", ".svg", ".jsonl")]
        midi, musicxml, score, trace = files
        of_task = replace(settings, retrieve=retrieve)
        render(of_task, lambda progress: folder, midi, trace)
        render(of_task, lambda progress: folder, musicxml)
        write_score(musicxml, score)
        written += files
    return written
