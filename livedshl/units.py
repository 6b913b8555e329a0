"""The units of musical time, which every layer shares; imports nothing.

Here a beat is a quarter note, a step a sixteenth; ticks divide both. What the beats of a metre are,
its grid says (`livedshl.music.grid`).
"""

TICKS_PER_BEAT = 480
STEPS_PER_BEAT = 4
TICKS_PER_STEP = TICKS_PER_BEAT // STEPS_PER_BEAT
BEATS_PER_BAR = 4
TICKS_PER_BAR = TICKS_PER_BEAT * BEATS_PER_BAR
