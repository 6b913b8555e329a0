"""The networks as the instrument uses them: inference in NumPy, without torch."""
