"""The units of musical time and the conversions between them, each named by both units.

A beat here is a quarter note, a step a sixteenth; ticks divide both. A metre's own beats are its
grid's business (`livedshl.music.grid`).
"""

LOWEST_TEMPO, HIGHEST_TEMPO = 20, 400  # BPM
MOST_LATENCY_MS = 1000.0  # by which notes can be sent early or late
MOST_COUNT_IN_BARS = 8
MOST_SONGS = 99  # of a set
MOST_VARIATIONS = 1_000_000  # of a part
MOST_CHOICES = 5  # of what may open the next section

TICKS_PER_BEAT = 480
STEPS_PER_BEAT = 4
TICKS_PER_STEP = TICKS_PER_BEAT // STEPS_PER_BEAT
TICKS_PER_BAR = TICKS_PER_BEAT * 4  # of 4/4


def seconds_to_beats(seconds: float, quarter_bpm: float) -> float:
    """Quarter notes that pass in some seconds."""
    return seconds * quarter_bpm / 60


def beats_to_seconds(beats: float, quarter_bpm: float) -> float:
    """Seconds that some quarter notes last."""
    return beats * 60 / quarter_bpm


def seconds_to_ticks(seconds: float, quarter_bpm: float) -> float:
    """Ticks that pass in some seconds; not rounded."""
    return seconds_to_beats(seconds, quarter_bpm) * TICKS_PER_BEAT


def bpm_to_tick_s(quarter_bpm: float) -> float:
    """Seconds that a tick lasts at so many quarter notes a minute."""
    return 60 / quarter_bpm / TICKS_PER_BEAT


def tick_s_to_bpm(tick_s: float) -> float:
    """Quarter notes a minute at which a tick lasts so many seconds."""
    return 60 / tick_s / TICKS_PER_BEAT
