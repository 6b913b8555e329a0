"""The main process of a performance: its threads, and its end of the player process."""
