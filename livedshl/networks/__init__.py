"""The trained networks at play time: inference in NumPy, without torch."""
