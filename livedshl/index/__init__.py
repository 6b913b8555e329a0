"""Packed codes, and exact search among them by Hamming distance. Needs NumPy only."""

from livedshl.index.codes import CodeIndex, CodeShape, Ring, hamming, pack, unpack

__all__ = ["CodeIndex", "CodeShape", "Ring", "hamming", "pack", "unpack"]
