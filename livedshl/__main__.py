"""Runs the command line as `python -m livedshl`."""

from livedshl.cli import main

if __name__ == "__main__":
    main()
