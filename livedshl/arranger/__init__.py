"""Turns merged segments into parts: voicings, patterns and registers, as timed MIDI events."""
