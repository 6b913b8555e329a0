"""Packed codes, and exact search among them by Hamming distance. It needs only NumPy."""

from livedshl.index.codes import CodeIndex, CodeShape, Ring, hamming, pack, unpack

__all__ = ["CodeIndex", "CodeShape", "Ring", "hamming", "pack", "unpack"]
