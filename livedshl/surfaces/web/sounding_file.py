"""Writes the sound of a MIDI file of ours to standard output, as WAV.

The page's server runs it as `python -m livedshl.surfaces.web.sounding_file FILE.mid`, as a process
that takes only the time that nobody else wants.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

_LEAST_PRIORITY = 19
_RING_OUT_S = 2.0


def main() -> None:
    """Renders the file that the command line names."""
    with suppress(AttributeError, OSError):  # Windows has no such call
        os.nice(_LEAST_PRIORITY)
    from livedshl.errors import LivedshlError
    from livedshl.midi.file import read_events, tempi_in
    from livedshl.outputs.wav import render_wav

    path = Path(sys.argv[1])
    try:
        (_, tempo_bpm), *changes = tempi_in(path)
        with TemporaryDirectory() as folder:
            sound = Path(folder) / "sound.wav"
            render_wav(sound, read_events(path), tempo_bpm, _RING_OUT_S, changes)
            sys.stdout.buffer.write(sound.read_bytes())
    except (LivedshlError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
