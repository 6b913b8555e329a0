"""Reads tunes from files into lead sheets, in parallel and cached."""
