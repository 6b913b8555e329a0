"""The clicks of a count-in: General MIDI percussion, on every beat."""

from livedshl.midi.general_midi import DRUM_CHANNEL
from livedshl.midi.message import NOTE_OFF, NOTE_ON

_ON_THE_BAR, _ON_A_BEAT = 76, 77  # high and low wood block
_LOUD, _SOFT = 112, 88
_CLICK_TICKS = 60


def count_in(tick: int, bars: int, bar_ticks: int, beat_ticks: int) -> list[tuple[int, bytes]]:
    """The messages, by tick, of so many bars of clicks that end at `tick`.

    The first beat of a bar of the music has a click of its own.
    """
    events = []
    for beat in range(tick - bars * bar_ticks, tick, beat_ticks):
        on_bar = beat % bar_ticks == 0
        drum = _ON_THE_BAR if on_bar else _ON_A_BEAT
        events.append((beat, bytes((NOTE_ON | DRUM_CHANNEL, drum, _LOUD if on_bar else _SOFT))))
        events.append((beat + _CLICK_TICKS, bytes((NOTE_OFF | DRUM_CHANNEL, drum, 0))))
    return events
