"""Bundles on disk, which users call models: the format, its integrity, the catalogue, the tunes."""

from livedshl.bundle.bundle import Background, Bundle, CodedLibrary, open_bundle, write_bundle
from livedshl.bundle.library import SegmentLibrary, TuneInfo

__all__ = [
    "Background",
    "Bundle",
    "CodedLibrary",
    "SegmentLibrary",
    "TuneInfo",
    "open_bundle",
    "write_bundle",
]
