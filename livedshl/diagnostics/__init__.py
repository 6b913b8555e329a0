"""Checks this machine, measures speed, and rehearses long performances."""
