"""Plays: the clock's own process, and the threads that keep it supplied."""
