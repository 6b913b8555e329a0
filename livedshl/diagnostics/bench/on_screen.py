"""Plays as `livedshl play` does, on its screen and steered, and writes how well it kept time.

`livedshl.diagnostics.bench.steered` runs it in a terminal of its own, as `python -m
livedshl.diagnostics.bench.on_screen REPORT TEMPO SEED`. A controller and a keyboard may connect to
its virtual ports meanwhile.
"""

import json
import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from livedshl.live.listener import Listener
from livedshl.live.port_watcher import PortWatcher
from livedshl.live.session import Session
from livedshl.outputs.choice import choose_output
from livedshl.performance.options import make_settings
from livedshl.surfaces.midi_control import MidiControl
from livedshl.surfaces.opening import play_under_screen


def main() -> None:
    """Plays until SIGTERM, then writes the player's report as JSON."""
    report_file, tempo_bpm, seed = sys.argv[1:]
    settings = make_settings(tempo_bpm=float(tempo_bpm), seed=int(seed))
    with ExitStack() as surfaces:
        watcher = surfaces.enter_context(PortWatcher())
        session = Session(settings, output=choose_output(virtual=True), watcher=watcher)
        control = surfaces.enter_context(MidiControl("", session, watcher, _unheard))
        surfaces.enter_context(Listener("", session, watcher, _unheard))
        report = play_under_screen(session, control.learn)
    if report:
        Path(report_file).write_text(json.dumps(asdict(report)), encoding="utf-8")


def _unheard(line: str) -> None:
    """Takes the place of the line on a terminal, which the screen covers."""


if __name__ == "__main__":
    main()
