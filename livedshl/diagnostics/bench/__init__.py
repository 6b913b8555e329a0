"""Measures speed, as ratios and side by side in one run; one module a subject.

Knows every layer, as the command line does, and is known by `livedshl bench` alone.
"""

from livedshl.diagnostics.bench.measurement import Measurement

__all__ = ["Measurement"]
