"""The player process: it holds the clock and the output, and nothing else."""
