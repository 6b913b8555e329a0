"""Measures speed, side by side in one run and as ratios; one module for each subject.

It may import every room. Only `livedshl bench` imports it.
"""

from livedshl.diagnostics.bench.measurement import Measurement

__all__ = ["Measurement"]
