"""Plays: the threads of the main process, and the handle on the player process."""
