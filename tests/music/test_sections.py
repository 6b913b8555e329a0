import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import VOCABULARY, tunes

from livedshl.bundle import open_bundle
from livedshl.bundle.catalogue import shipped_bundles
from livedshl.learning.roles import roles_in
from livedshl.music import COMMON_TIME, Mode
from livedshl.music.sections import SectionRole, roles_of, sections_of

PITCHES = {"G": 67, "A": 69, "B": 71, "c": 72, "d": 74, "e": 76, "f": 77, "g": 79, "a": 81}


@st.composite
def played_strains(draw):
    """Bars, all different but where a strain comes twice, and the sections they make.

    No two strains that come once follow each other: they could not be told apart.
    """
    bars, sections = [], []
    fresh = iter(range(10_000))
    once_before = False
    for _ in range(draw(st.integers(1, 5))):
        strain = [next(fresh) for _ in range(draw(st.integers(4, 16)))]
        twice = once_before or draw(st.booleans())
        once_before = not twice
        for time in range(1 + twice):
            again = list(strain)
            if time and draw(st.booleans()):  # a second ending
                again[-1] = next(fresh)
            sections.append((len(bars), len(bars) + len(again)))
            bars += again
    return np.array(bars), sections


@given(played_strains())
def test_what_is_played_twice_in_a_row_is_a_section_and_so_is_what_lies_between(drawn):
    bars, sections = drawn
    assert sections_of(bars) == sections


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60))
def test_sections_fill_the_tune(bars):
    found = sections_of(np.array(bars))
    edges = [edge for section in found for edge in section]
    assert edges[0] == 0
    assert edges[-1] == len(bars)
    assert edges[1:-1:2] == edges[2::2]
    assert all(first < end for first, end in found)


def tune_of(*bars):
    """Steps of bars in quarters, "c e g c:C", the chord behind the colon; "." is a rest."""
    steps = np.zeros((len(bars) * 16, 3), np.int8)
    for number, bar in enumerate(bars):
        notes, chord = bar.split(":")
        here = steps[number * 16 : number * 16 + 16]
        here[:, 2] = VOCABULARY.names.index(chord)
        for beat, note in enumerate(notes.split()):
            here[beat * 4 : beat * 4 + 4, 0] = PITCHES.get(note, 0)
            here[beat * 4, 1] = note != "."
    return steps


A = ["c e g e:C", "d f a f:Dm", "e g e c:C", "d B G c:G7",
     "g e c e:C", "f d B d:G7", "e c d B:C"]  # fmt: skip
B = ["g f e d:C", "e d c B:C", "f e d c:F", "d c B A:G7",
     "e g e c:C", "a f d f:F", "g d B d:G7"]  # fmt: skip
# Two strains, each with a pickup to what follows but for the last bar.
DANCE = [*A, "d B G e:G", *A, "e d c e:C", *B, "e d c e:C", *B, "e d c .:C"]


def roles_by_bar(bars, mode=Mode.MAJOR):
    steps = tune_of(*bars)
    starts = np.arange(0, len(steps) - 15, 8, dtype=np.int32)
    phases = (starts // 4 % 4).astype(np.int8)
    roles = roles_of(steps, starts, phases, COMMON_TIME, VOCABULARY, mode)
    assert not roles[1::2].any(), "nothing opens or closes in mid-bar"
    return [SectionRole(role) for role in roles[::2].tolist()]


def test_openings_and_cadences_of_a_dance_are_heard():
    roles = roles_by_bar(DANCE)
    assert [bar for bar, role in enumerate(roles) if SectionRole.OPENS in role] == [0, 8, 16, 24]
    assert [bar for bar, role in enumerate(roles) if SectionRole.CLOSES in role] == [7, 15, 23, 31]
    assert roles[7] == SectionRole.CLOSES | SectionRole.HALF
    # The pickup does not count.
    assert roles[15] == roles[23] == SectionRole.CLOSES | SectionRole.FULL
    assert roles[31] == SectionRole.CLOSES | SectionRole.FULL | SectionRole.RESTS


def test_the_first_phrase_of_a_strain_closes_where_its_beginning_returns():
    period = [*A[:3], "e c B d:G", A[0], *A[5:], "c e c .:C"]
    roles = roles_by_bar([*period, *period])
    assert SectionRole.HALF in roles[3]
    assert SectionRole.FULL in roles[7]
    assert SectionRole.CLOSES not in roles[4]


def test_a_tune_that_does_not_end_on_the_tonic_tells_no_cadences():
    elsewhere = [*DANCE[:-1], "e d B .:G"]
    roles = roles_by_bar(elsewhere)
    assert not any(role & (SectionRole.FULL | SectionRole.HALF) for role in roles)
    assert SectionRole.CLOSES in roles[31]


def test_minor_tunes_close_on_a():
    minor = ["a f d f:Dm", "e d c B:Am", "c d e f:Am", "e c B A:Am"]
    assert SectionRole.FULL in roles_by_bar(minor, Mode.MINOR)[-1]
    assert SectionRole.FULL not in roles_by_bar(minor, Mode.MAJOR)[-1]


def test_a_seventh_chord_on_the_tonic_leads_on_and_is_no_full_close():
    assert SectionRole.FULL not in roles_by_bar([*DANCE[:-1], "e d c .:C7"])[-1]


@given(tunes())
def test_every_tune_opens_and_closes(tune):
    roles = roles_of(tune.steps, tune.starts, tune.phases, COMMON_TIME, VOCABULARY, Mode.MAJOR)
    assert len(roles) == len(tune.starts)
    assert roles[0] & SectionRole.OPENS
    assert roles[-1] & SectionRole.CLOSES


@pytest.mark.parametrize("folder", shipped_bundles().values(), ids=str)
def test_bundles_that_ship_hold_the_roles_that_their_tunes_tell(folder):
    bundle = open_bundle(folder)
    assert np.array_equal(bundle.roles, roles_in(bundle.library, bundle.vocabulary, bundle.mode))
    for role in (
        SectionRole.OPENS,
        SectionRole.HALF,
        SectionRole.FULL,
        SectionRole.FULL | SectionRole.RESTS,
    ):
        assert ((bundle.roles & role) == role).any(), role
