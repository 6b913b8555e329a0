"""The units of musical time, which every layer shares; imports nothing.

Here a beat is a quarter note, a step a sixteenth; ticks divide both. What the beats of a metre are,
its grid says (`livedshl.music.grid`).
"""

LOWEST_TEMPO, HIGHEST_TEMPO = 20, 400  # BPM
MOST_LATENCY_MS = 1000.0  # early or late

TICKS_PER_BEAT = 480
STEPS_PER_BEAT = 4
TICKS_PER_STEP = TICKS_PER_BEAT // STEPS_PER_BEAT
TICKS_PER_BAR = TICKS_PER_BEAT * 4  # of 4/4
