"""Which segments may follow: packed codes, exact nearest search, and the bundle on disk.

Knows NumPy, not torch: of the networks only the forward one is read, for what somebody plays along.
"""

from livedshl.index.bundle import Bundle, open_bundle, write_bundle
from livedshl.index.codes import CodeIndex, CodeShape, Ring, hamming, pack, unpack
from livedshl.index.library import SegmentLibrary, TuneInfo

__all__ = [
    "Bundle",
    "CodeIndex",
    "CodeShape",
    "Ring",
    "SegmentLibrary",
    "TuneInfo",
    "hamming",
    "open_bundle",
    "pack",
    "unpack",
    "write_bundle",
]
