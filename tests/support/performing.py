"""A performer of its own, for tests of the clocks that it can follow."""

from contextlib import contextmanager

import numpy as np

from livedshl.live.performer import Performer
from livedshl.outputs.choice import Output, OutputKind
from livedshl.player.clock.source import ClockSettings

BEATS = 120


@contextmanager
def playing_beats(jack, monkeypatch, port, sync):
    """Ready to play along at 140 BPM: on each beat a note of its own."""
    for name in ("JACK_DEFAULT_SERVER", "JACK_NO_START_SERVER"):
        monkeypatch.setenv(name, jack[name])
    output = Output(OutputKind.PORT, port, "")
    with Performer(output, ClockSettings(sync), tempo_bpm=140) as performer:
        performer.wait_ready(30)
        events = []
        for beat in range(BEATS):
            events += [(480 * beat, 0x90, beat, 90), (480 * beat + 400, 0x80, beat, 0)]
        performer.send(np.array(events, np.int64), 480 * BEATS)
        performer.start(0, 140, 0.05)
        yield performer
