"""The drums of General MIDI, by the names that patterns use."""

from collections.abc import Mapping

# Notes of the percussion channel (MMA, General MIDI 1 percussion key map).
_NAMES = """acoustic-bass-drum, bass-drum, side-stick, snare, hand-clap, electric-snare,
    low-floor-tom, closed-hat, high-floor-tom, pedal-hat, low-tom, open-hat, low-mid-tom,
    high-mid-tom, crash, high-tom, ride, china, ride-bell, tambourine, splash, cowbell, crash-2,
    vibraslap, ride-2, high-bongo, low-bongo, mute-conga, open-conga, low-conga, high-timbale,
    low-timbale, high-agogo, low-agogo, cabasa, maracas, short-whistle, long-whistle, short-guiro,
    long-guiro, claves, high-woodblock, low-woodblock, mute-cuica, open-cuica, mute-triangle,
    open-triangle"""
_FIRST = 35
DRUMS: Mapping[str, int] = {
    name.strip(): _FIRST + number for number, name in enumerate(_NAMES.split(","))
}
"""The MIDI pitch of each drum."""
