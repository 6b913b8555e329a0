"""JACK's timebase master: says bars, beats and tempo for everybody where nobody else does.

JACK asks for them in each block of audio, on a thread of its own that must not wait. So it is a
process apart from the player, whose clock holds the interpreter while it waits for a note.
"""

import gc
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from livedshl.outputs.midi_systems import CLIENT_NAME
from livedshl.player.processes import module_command, own_process_group
from livedshl.units import TICKS_PER_BEAT

if TYPE_CHECKING:
    from livedshl.player.clock.jack_transport import OwnTimebase

_TICKS_PER_JACK_BEAT = 1920.0
_TRY_PERIOD_S = 1.0  # another master may leave


class TimebaseMaster:
    """The process that is timebase master wherever there is no other."""

    def __init__(self, own: "OwnTimebase") -> None:
        self._process = subprocess.Popen(
            module_command("livedshl.player.clock.jack_master", []),
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            **own_process_group(),
        )  # fmt: skip
        self.lead(own)

    def lead(self, own: "OwnTimebase") -> None:
        """Changes tempo and bars from now on."""
        line = f"{own.bar_ticks} {own.tempo_bpm!r} {own.frame} {own.tick!r}\n"
        if self._process.stdin:
            with suppress(OSError):  # it has died, and nobody leads
                os.write(self._process.stdin.fileno(), line.encode())

    def close(self) -> None:
        """Leaves the lead to others."""
        self._process.kill()
        self._process.wait()


def main() -> None:
    """Leads as the lines on standard input say, until that ends."""
    import jack

    from livedshl.player.clock.jack_transport import OwnTimebase

    jack.set_error_function(lambda message: None)
    client = jack.Client(f"{CLIENT_NAME}-timebase", no_start_server=True)
    own = OwnTimebase(TICKS_PER_BEAT, 120.0)
    asked = [False]

    def fill(state: object, frames: int, position: Any, is_new: bool) -> None:
        asked[0] = True
        tick = max(0.0, own.tick_at(position.frame, position.frame_rate))
        bar, in_bar = divmod(tick, own.bar_ticks)
        beat, in_beat = divmod(in_bar, TICKS_PER_BEAT)
        position.valid = jack.POSITION_BBT
        position.bar, position.beat = int(bar) + 1, int(beat) + 1
        position.tick = int(in_beat / TICKS_PER_BEAT * _TICKS_PER_JACK_BEAT)
        position.beats_per_bar, position.beat_type = own.bar_ticks / TICKS_PER_BEAT, 4.0
        position.bar_start_tick = bar * own.bar_ticks / TICKS_PER_BEAT * _TICKS_PER_JACK_BEAT
        position.ticks_per_beat = _TICKS_PER_JACK_BEAT
        position.beats_per_minute = own.tempo_bpm

    def compete() -> None:
        while True:
            if not asked[0]:
                client.set_timebase_callback(fill, conditional=True)  # False: there is another
            asked[0] = False
            time.sleep(_TRY_PERIOD_S)

    client.activate()
    threading.Thread(target=compete, daemon=True).start()
    gc.freeze()
    gc.disable()
    for line in sys.stdin:
        bar_ticks, tempo_bpm, frame, tick = line.split()
        own = OwnTimebase(int(bar_ticks), float(tempo_bpm), int(frame), float(tick))
    client.close()


if __name__ == "__main__":
    main()
