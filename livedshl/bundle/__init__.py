"""Bundles on disk, which users call models: their format, their integrity, their tunes."""

from livedshl.bundle.bundle import Bundle, open_bundle, write_bundle
from livedshl.bundle.library import SegmentLibrary, TuneInfo

__all__ = ["Bundle", "SegmentLibrary", "TuneInfo", "open_bundle", "write_bundle"]
