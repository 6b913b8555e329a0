"""Runs the command line: `livedshl`, and `python -m livedshl`."""

import os
import signal


def main() -> None:
    """Prepares the process, then loads and runs the command line."""
    # While it loads, Ctrl-C ends the process at once; Python would print where it was.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _fill_standard_descriptors()
    # To load NumPy with the threads of its linear algebra takes 30 ms more of the processor, and
    # what livedshl multiplies while it plays is too small for them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from livedshl.cli import main as run

    run()


def _fill_standard_descriptors() -> None:
    """Opens nothing where a launcher closed standard input, output or errors.

    A file or pipe opened later would get such a descriptor, and what belongs there.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)


if __name__ == "__main__":
    main()
