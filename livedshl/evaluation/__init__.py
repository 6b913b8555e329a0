"""Measures codes beside other ways to retrieve, and music beside real tunes."""
