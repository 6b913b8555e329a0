"""The player process: the clock and the output, and nothing else."""
