"""What shows a performance and steers it while it plays: screen, page, keys, MIDI, OSC.

Keys, knobs, pads and messages become gestures; the desk turns gestures into commands.
"""
