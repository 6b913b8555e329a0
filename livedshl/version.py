"""Which version of livedshl this is."""

__version__ = "0.1.0"
