"""Control surfaces: what shows a performance, and steers it while it plays.

Keys, knobs, pads and messages become gestures; the desk turns those into controls of the session.
"""
