"""The instruments of General MIDI."""

import pytest

from livedshl.midi.general_midi import program_number


def test_instrument_names_are_general_midis():
    assert program_number("Acoustic Grand Piano") == 0
    assert program_number("flute") == 73
    assert program_number("gunshot") == 127


def test_an_unknown_instrument_is_refused_with_similar_names():
    with pytest.raises(ValueError, match=r"did you mean .*acoustic guitar"):
        program_number("accoustic guitar")
