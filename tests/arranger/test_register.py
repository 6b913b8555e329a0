from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from livedshl.arranger import Part, Role
from livedshl.arranger.register import Register
from livedshl.music import COMMON_TIME
from livedshl.music.compass import Compass
from livedshl.music.segments import REST

FLUTE = Part(
    name="Flute", role=Role.MELODY, channel=0, program=73, volume=100, velocity=80,
    lowest=60, highest=96, pattern="written",
)  # fmt: skip
SECTION_STEPS = 8 * COMMON_TIME.bar_steps


def medians_heard(compasses, shifts):
    """Where the median of each section sounds, one section after another."""
    register = Register(FLUTE, COMMON_TIME)
    heard = []
    for number, (compass, shift) in enumerate(zip(compasses, shifts, strict=True)):
        step = number * SECTION_STEPS
        pitch = compass.median + shift
        heard.append(pitch + register.octave_at(pitch, step, step, shift, compass))
    return heard


@given(
    st.lists(st.tuples(st.integers(64, 80), st.sampled_from((-5, 0, 5))), min_size=2, max_size=9)
)
def test_sections_lie_within_the_range_and_an_octave_from_each_other(sections):
    compasses = [Compass(median - 6, median, median + 6) for median, _ in sections]
    heard = medians_heard(compasses, [shift for _, shift in sections])
    assert all(abs(b - a) <= 12 for a, b in pairwise(heard))
    assert all(FLUTE.lowest <= pitch <= FLUTE.highest for pitch in heard)


def test_a_tune_a_fourth_higher_does_not_go_an_octave_lower():
    compass = Compass(65, 71, 77)
    first, second = medians_heard([compass, compass], (0, 5))
    assert second - first == 5


def test_a_section_that_is_written_low_comes_in_the_octave_of_what_was_heard():
    high, low = Compass(74, 79, 84), Compass(62, 67, 72)
    first, second = medians_heard([high, low], (0, 0))
    assert abs(second - first) <= 6


def test_a_section_keeps_its_octave_unless_a_note_would_leave_the_range():
    register = Register(FLUTE, COMMON_TIME)
    compass = Compass(60, 72, 84)
    octaves = {
        register.octave_at(pitch, step, 0, 0, compass)
        for step, pitch in enumerate((72, REST, 60, 84, 71))
    }
    assert len(octaves) == 1
    assert FLUTE.lowest <= 30 + register.octave_at(30, 20, 0, 0, compass) <= FLUTE.highest
