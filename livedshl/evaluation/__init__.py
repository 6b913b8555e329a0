"""Compares codes with other retrieval methods, and composed music with real tunes."""
