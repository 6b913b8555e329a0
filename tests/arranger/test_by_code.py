from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.accompaniment_library import finder
from support.band import STRAIGHT, bars, notes_of, part, struck
from support.strategies import VOCABULARY

from livedshl.arranger import Arranger, Conducting, Cue, Role, Section
from livedshl.midi.events import TICK
from livedshl.midi.message import CONTROL, SUSTAIN_PEDAL
from livedshl.music import COMMON_TIME, Mode

BAR = COMMON_TIME.bar_ticks
MELODY = part(Role.MELODY)
PIANO = part(Role.CHORDS, "by code", program=0, lowest=33, highest=84)
EIGHT_BARS = ("C", "F", "G7", "C", "Am", "Dm", "G7", "C")


def band_of(seed=1, found=None):
    return Arranger([MELODY, PIANO], VOCABULARY, COMMON_TIME, Mode.MAJOR, STRAIGHT, seed, found)


def with_library(seed=1):
    return band_of(seed, finder())


def played(arranger, section, chords=EIGHT_BARS, key_shift=0, pitch=76):
    """The events of a section of bars, each over its chord, and whose bars were borrowed."""
    events, borrowed, beat = [], [], section.beat
    hops = [hop for chord in chords for hop in bars(1, chord=chord, pitch=pitch, every=4)]
    for number, steps in enumerate(hops):
        coming = hops[number + 1] if number + 1 < len(hops) else None
        following = None
        if coming is not None:
            following = VOCABULARY.classes[coming[0, 2]].transposed(key_shift)
        cue = Cue(beat, key_shift, section, following=following, coming=coming)
        events.append(arranger.arrange(steps, cue))
        borrowed.append(arranger.borrowed)
        beat += len(steps) // COMMON_TIME.beat_steps
    return np.concatenate(events), borrowed


def ended(arranger, events, tick):
    return np.concatenate([events, arranger.end(tick)])


def rhythm(events):
    """The steps at which the piano strikes, by bar."""
    ticks = struck(events, PIANO.channel)[:, TICK]
    return [sorted({int(t) % BAR for t in ticks if t // BAR == bar}) for bar in range(8)]


def pedal_spans(events):
    """From where to where the piano's pedal is down; None where it stays down."""
    moves = [
        (tick, value)
        for tick, status, controller, value in events.tolist()
        if status == CONTROL | PIANO.channel and controller == SUSTAIN_PEDAL
    ]
    spans, down = [], None
    for tick, value in moves:
        if value and down is None:
            down = tick
        elif not value and down is not None:
            spans.append((down, tick))
            down = None
    return spans if down is None else [*spans, (down, None)]


@settings(max_examples=12, deadline=None)
@given(
    chords=st.lists(st.sampled_from(VOCABULARY.names), min_size=2, max_size=6),
    key_shift=st.integers(-5, 6),
    pitch=st.sampled_from([0, 62, 69, 76, 81]),
    seed=st.integers(0, 1000),
)
def test_every_note_ends_keeps_its_range_and_lies_below_the_melody(chords, key_shift, pitch, seed):
    arranger = with_library(seed)
    events, _ = played(arranger, Section(0), chords, key_shift, pitch)
    events = ended(arranger, events, len(chords) * BAR)
    melody, piano = (notes_of(events, player.channel) for player in (MELODY, PIANO))
    for start, end, note in piano:
        assert PIANO.lowest <= note <= PIANO.highest
        assert all(note < high for on, off, high in melody if on < end and off > start)
    for down, up in pedal_spans(events):  # no two chords blur, nor notes beside a chord
        bar = down // BAR
        assert up <= (bar + 1) * BAR
        chord = VOCABULARY.classes[VOCABULARY.names.index(chords[bar])].transposed(key_shift)
        ringing = {note % 12 for start, end, note in piano if start < up and end > down}
        assert ringing <= set(chord.pitch_classes)


def test_a_piano_has_its_pedal_through_most_of_the_music_and_a_harp_none():
    shares = {}
    for program in (0, 46):
        player = replace(PIANO, program=program)
        arranger = Arranger(
            [MELODY, player], VOCABULARY, COMMON_TIME, Mode.MAJOR, STRAIGHT, 1, finder()
        )
        events = ended(arranger, played(arranger, Section(0))[0], 8 * BAR)
        shares[program] = sum(up - down for down, up in pedal_spans(events)) / (8 * BAR)
    assert shares[0] > 0.4
    assert shares[46] == 0


def test_the_pedal_is_let_go_at_rests_and_when_the_music_ends():
    arranger = with_library()
    first, second = bars(1, chord="C", every=4)
    silent = second.copy()
    silent[:, 2] = -1
    events = [arranger.arrange(first, Cue(0, 0, Section(0), coming=silent))]
    events.append(arranger.arrange(silent, Cue(2, 0, Section(0))))
    assert pedal_spans(np.concatenate(events))[-1][1] <= BAR // 2
    events.append(arranger.arrange(first, Cue(4, 0, Section(0))))
    assert pedal_spans(np.concatenate(events))[-1][1] is None
    events.append(arranger.close(first, Cue(6, 0, Section(0))))
    (*_, (down, up)) = pedal_spans(np.concatenate(events))
    assert 6 * BAR // 4 < down < up == 8 * BAR // 4


def test_the_pianist_plays_both_hands_and_mostly_tones_of_the_chord():
    events, _ = played(with_library(), Section(0))
    notes = struck(events, PIANO.channel)
    assert notes[:, 2].max() - notes[:, 2].min() > 12
    chords = [VOCABULARY.classes[VOCABULARY.names.index(name)] for name in EIGHT_BARS]
    fits = [pitch % 12 in chords[tick // BAR].pitch_classes for tick, _, pitch, _ in notes.tolist()]
    assert np.mean(fits) > 0.8


def test_the_same_seed_finds_the_same_bars_and_another_seed_finds_others():
    once, again = (played(with_library(5), Section(0))[0] for _ in range(2))
    assert (once == again).all()
    others = {tuple(map(tuple, rhythm(played(with_library(n), Section(0))[0]))) for n in range(6)}
    assert len(others) > 1


def test_a_copy_goes_on_as_the_band_itself_would():
    arranger = with_library()
    played(arranger, Section(0))
    copy = arranger.copy()
    later = Section(32, number=1)
    assert (played(arranger, later)[0] == played(copy, later)[0]).all()


def test_what_returns_brings_its_accompaniment_back():
    arranger = with_library()
    _, first = played(arranger, Section(0, letter="A"))
    _, other = played(arranger, Section(32, number=1, letter="B"))
    _, returned = played(arranger, Section(64, number=2, time=2, letter="A"))
    assert returned == first
    assert other != first


def test_asking_for_other_patterns_brings_other_bars():
    arranger = with_library()
    section = Section(0, letter="A")
    _, first = played(arranger, section)
    arranger.conducting = Conducting().with_variation(PIANO.channel, 1)
    _, others = played(arranger, replace(section, beat=32, number=1, time=2))
    assert others != first


def test_a_fuller_section_has_more_notes():
    counts = []
    for intensity in (0.0, 1.0):
        arranger = with_library()
        arranger.conducting = Conducting(intensity=intensity)
        counts.append(len(struck(played(arranger, Section(0))[0], PIANO.channel)))
    assert counts[0] <= counts[1]


def test_it_says_whose_bars_it_plays():
    _, borrowed = played(with_library(), Section(0))
    assert {bar.song for bars in borrowed for bar in bars} == {"A song"}
    assert all(1 <= bar.bar <= 24 for bars in borrowed for bar in bars)


def test_where_there_is_no_chord_it_is_silent_and_borrows_from_nobody():
    arranger = with_library()
    silent = bars(1, chord="C")[0].copy()
    silent[:, 2] = -1
    events = arranger.arrange(silent, Cue(0, 0, Section(0)))
    assert not len(struck(events, PIANO.channel))
    assert arranger.borrowed == ()


def test_a_part_that_was_silenced_strikes_what_sounds_again():
    arranger = with_library()
    first, second = bars(1, chord="C", every=4)
    arranger.arrange(first, Cue(0, 0, Section(0), coming=second))
    still = arranger.copy()
    again = arranger
    again.strike_again([PIANO.channel])
    cue = Cue(2, 0, Section(0))
    plain, anew = (struck(one.arrange(second, cue), PIANO.channel) for one in (still, again))
    assert anew[anew[:, TICK] == BAR // 2][:, 2].min() <= 60  # the bass, held since the first beat
    assert len(anew) > len(plain)


def test_the_last_chord_has_a_bass_and_is_held():
    arranger = with_library()
    played(arranger, Section(0))
    last = bars(1, chord="C")[0]
    events = arranger.close(last, Cue(32, 0, Section(0)))
    lowest = struck(events, PIANO.channel)[:, 2].min()
    assert lowest % 12 == 0
    assert lowest < 57


@pytest.mark.parametrize("section", [Section(0), None])
def test_without_a_library_the_part_plays_its_pattern(section):
    arranger = band_of()
    events = arranger.arrange(bars(1)[0], Cue(0, 0, section))
    assert len(struck(events, PIANO.channel)) > 1
    assert arranger.borrowed == ()


def test_it_plays_without_a_form_too():
    arranger = with_library()
    events = arranger.arrange(bars(1)[0], Cue(0, 0))
    assert len(struck(events, PIANO.channel))
