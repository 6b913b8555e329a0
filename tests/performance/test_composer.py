"""What a musician notices of controls: each does what it says, where it says, and nothing hangs."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st
from support.bundles import index_of, random_bundle, random_networks
from support.performed import BAR, play
from support.strategies import thorough

from livedshl.arranger import Mixer, Role
from livedshl.errors import CommandError
from livedshl.improviser import Form, Retrieve
from livedshl.index import hamming, pack
from livedshl.midi.sounding import cut_events
from livedshl.music import COMMON_TIME, TICKS_PER_STEP, Chord
from livedshl.music.leadsheet import Key
from livedshl.networks.contexts import Contexts
from livedshl.networks.encoder import encoder_of
from livedshl.networks.shape import NetworkShape, Reader
from livedshl.performance.chunk import Chunk
from livedshl.performance.command_checks import checked
from livedshl.performance.commands import (
    Answer,
    ChoosePreset,
    End,
    Fill,
    FollowChord,
    Freeze,
    Hold,
    Listen,
    Lock,
    Mute,
    NextTune,
    OpenWith,
    Panic,
    Pause,
    ReRoll,
    SetAdventure,
    SetIntensity,
    SetKey,
    SetLatency,
    SetLevel,
    SetTempo,
    SetVariation,
    Solo,
    Vary,
)
from livedshl.performance.composer import Change, Composer
from livedshl.performance.composition import Composition
from livedshl.performance.held_bars import HELD_BARS
from livedshl.performance.phrase import Phrase
from livedshl.performance.preset import load_preset
from livedshl.performance.settings import Settings
from livedshl.performance.steering import Band

SHAPE = NetworkShape(Reader.WINDOW, 6, 4, 16, context_beats=4, overlap=True)
SESSION, PIANO, AMBIENT = map(load_preset, ("session", "solo-piano", "ambient"))
PARTS = [part.name for part in SESSION.parts]
WHOLE_BAND = Change(0, SetIntensity(1.0))


def chosen(form=Form.ANY, bars=None, seed=1, intro=0):
    settings = Settings.of_preset(
        SESSION, COMMON_TIME, tempo_bpm=None, key=None, form=form, retrieve=Retrieve.MIN,
        seed=seed, bars=bars,
    )  # fmt: skip
    return replace(settings, groove=replace(settings.groove, intro=intro))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """Random tunes and codes, and networks that give a phrase its code."""
    bundle = replace(random_bundle(n_tunes=30, n_bars=40), folder=tmp_path_factory.mktemp("bundle"))
    bundle.networks.write_bytes(random_networks(SHAPE))
    return bundle


@pytest.fixture(scope="module")
def composer_of(bundle):
    """Makes a composer of a performance."""

    def make(form=Form.ANY, bars=None, seed=1, intro=0):
        settings = chosen(form, bars, seed, intro)
        return Composer(Composition(bundle, index_of(bundle), settings), BAR)

    return make


@pytest.fixture(scope="module")
def heard_with(composer_of):
    """Plays some bars with these changes; gives the chunks that were heard."""

    def hear(*wanted, form=Form.ANY, bars=24, seed=1):
        return play(composer_of(form, seed=seed), wanted, bars * BAR)[0]

    return hear


def events_of(chunks):
    return np.concatenate([chunk.events for chunk in chunks])


def on_off(switch):
    return st.builds(switch, st.booleans())


@st.composite
def phrases(draw):
    n_steps = draw(st.integers(1, 40))
    pitches = draw(st.lists(st.sampled_from([0, 64, 67, 71]), min_size=n_steps, max_size=n_steps))
    steps = np.array([(pitch, pitch > 0, 0) for pitch in pitches], np.int8)
    return Phrase(draw(st.integers(0, 400)), steps)


commands = st.one_of(
    on_off(Listen),
    st.builds(Answer, phrases()),
    st.builds(FollowChord, st.none() | st.sampled_from(["Am", "G7", "Ebdim7"]).map(Chord.parse)),
    st.sampled_from([NextTune(), ReRoll(), Fill(), Pause(True)]),
    st.builds(SetKey, st.sampled_from(["C", "D", "Bb", "F#"]).map(Key.parse)),
    st.builds(SetAdventure, st.floats(0, 1)),
    on_off(Hold),
    on_off(Freeze),
    st.builds(Mute, st.sampled_from(PARTS), st.booleans()),
    st.builds(Solo, st.sampled_from(PARTS), st.booleans()),
    st.builds(Vary, st.sampled_from(PARTS)),
    st.builds(SetVariation, st.sampled_from(PARTS), st.integers(0, 3)),
    st.builds(Lock, st.sampled_from(PARTS), st.booleans()),
    st.builds(OpenWith, st.none() | st.integers(0, 200)),
    st.builds(SetLevel, st.sampled_from(PARTS), st.integers(0, 127)),
    st.builds(ChoosePreset, st.sampled_from(["solo-piano", "lied"])),
)
wishes = st.lists(
    st.builds(
        lambda tick, command: Change(
            tick,
            command,
            Band.of(load_preset(command.name)) if isinstance(command, ChoosePreset) else None,
        ),
        st.integers(0, 24 * BAR),
        commands,
    ),
    max_size=12,
)


@thorough(max_examples=24, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    wishes,
    st.sampled_from([Form.ANY, Form.NONE]),
    st.sampled_from([None, 14]),
    st.integers(0, 3),
    st.sampled_from([0, 4]),
)
def test_whatever_is_changed_every_note_ends_and_the_take_can_be_played_again(
    composer_of, wanted, form, bars, seed, intro
):
    heard, changes = play(composer_of(form, bars, seed, intro), wanted, 26 * BAR)
    end = heard[-1].end_tick
    assert [chunk.start_tick for chunk in heard] == [0] + [c.end_tick for c in heard[:-1]]
    sounding = Counter()
    events = cut_events(events_of(heard), end)
    assert (np.diff(events[:, 0]) >= 0).all()
    for _, status, pitch, velocity in events.tolist():
        if status & 0xF0 in (0x80, 0x90):
            sounding[status & 15, pitch] += 1 if status & 0xF0 == 0x90 and velocity else -1
            assert sounding[status & 15, pitch] >= 0
    assert not +sounding
    again = composer_of(form, bars, seed, intro)
    for change in changes:
        again.change(change)
    chunks = []
    while again.tick < end:
        chunks.append(again.compose())
    if again.over:
        assert end % BAR == 0
    assert np.array_equal(events_of(chunks), events_of(heard))


def ons(chunks, channel=None, since=0, until=10**9):
    return [
        (tick, pitch)
        for tick, status, pitch, _ in events_of(chunks).tolist()
        if status & 0xF0 == 0x90 and channel in (None, status & 15) and since <= tick < until
    ]


def test_without_controls_it_is_what_a_composition_plays(bundle, heard_with):
    heard = heard_with()
    plain = Composition(bundle, index_of(bundle), chosen())
    assert np.array_equal(events_of(heard), events_of([next(plain) for _ in heard]))


def test_a_muted_part_falls_silent_at_the_next_hop_and_comes_back(heard_with):
    part = SESSION.parts[0]
    asked, back = 5 * BAR + 50, 9 * BAR
    heard = heard_with(
        WHOLE_BAND,
        Change(asked, Mute(part.name, True)),
        Change(back, Mute(part.name, False)),
    )
    next_hop = 5 * BAR + BAR // 2
    assert ons(heard, part.channel, 5 * BAR, next_hop)
    assert not ons(heard, part.channel, next_hop, back)
    assert ons(heard, part.channel, back + BAR, 24 * BAR)
    others = [other.channel for other in SESSION.parts if other is not part]
    assert all(ons(heard, channel, next_hop, back) for channel in others)


@pytest.mark.parametrize("command", [Panic(), SetLatency(10), Pause(True), SetTempo(90)])
def test_what_the_clock_obeys_changes_nothing_that_is_composed(heard_with, command):
    muted = [WHOLE_BAND, Change(4 * BAR, Mute(SESSION.parts[0].name, True))]
    heard = [heard_with(*muted), heard_with(*muted, Change(8 * BAR, command))]
    without, with_it = (np.concatenate([chunk.events for chunk in chunks]) for chunks in heard)
    assert np.array_equal(without, with_it)


def test_a_solo_silences_all_others(heard_with):
    part = SESSION.parts[1]
    heard = heard_with(Change(4 * BAR, Solo(part.name, True)))
    playing = {other.channel for other in SESSION.parts if ons(heard, other.channel, 5 * BAR)}
    assert playing == {part.channel}


def test_hold_repeats_the_last_bars_note_for_note_until_it_is_let_go(bundle, heard_with):
    start = 8 * BAR
    heard = heard_with(
        Change(start - 200, Hold(True)),
        Change(start + 10 * BAR - 200, Hold(False)),
    )
    length = HELD_BARS * BAR

    def bars(first, n_ticks):
        return [(tick - first, pitch) for tick, pitch in ons(heard, None, first, first + n_ticks)]

    before, held = bars(start - length, length), bars(start, length)
    assert held == bars(start + length, length)
    added = Counter(held) - Counter(before)  # what sounded there already, struck again
    assert Counter(held) - added == Counter(before)
    assert {tick for tick, _ in added} <= {0}
    free = Composition(bundle, index_of(bundle), chosen())
    plain = [next(free) for _ in range(40)]

    def bar(chunks, first):
        within = [chunk.steps for chunk in chunks if first <= chunk.start_tick < first + BAR]
        return np.concatenate(within).tolist()

    for number in range(4):
        assert bar(heard, start + (10 + number) * BAR) == bar(plain, start + number * BAR)


def test_a_new_key_moves_the_music_from_the_next_bar(heard_with):
    heard = heard_with(Change(6 * BAR + 500, SetKey(Key.parse("E"))))
    free = heard_with()
    melody = SESSION.parts[0].channel
    assert ons(heard, melody, 0, 7 * BAR) == ons(free, melody, 0, 7 * BAR)
    moved = {chunk.key.tonic for chunk in heard if 7 * BAR <= chunk.start_tick < 8 * BAR}
    assert moved == {4}


def test_re_roll_plays_another_segment_than_the_coming_one(bundle, heard_with):
    free = heard_with(form=Form.NONE)
    heard = heard_with(Change(6 * BAR + 50, ReRoll()), form=Form.NONE)
    at = next(n for n, chunk in enumerate(free) if chunk.start_tick == 6 * BAR + BAR // 2)
    segments = [chunk.provenance.segment for chunk in heard]
    before = [chunk.provenance.segment for chunk in free]
    assert segments[:at] == before[:at]
    content = bundle.library.content_ids
    assert content[segments[at]] != content[before[at]]


def test_the_next_tune_begins_on_the_next_bar(heard_with):
    heard = heard_with(Change(5 * BAR + 50, NextTune()))
    tunes = {chunk.start_tick // BAR: chunk.provenance.place.tune for chunk in heard}
    assert tunes[5] == 1
    assert tunes[6] == 2
    assert next(c for c in heard if c.start_tick == 6 * BAR).provenance.place.bar == 1


def test_a_frozen_form_repeats_its_section(heard_with):
    heard = heard_with(Change(BAR, Freeze(True)), bars=39)
    assert {chunk.provenance.place.section for chunk in heard} == {"A"}
    assert max(chunk.provenance.place.time for chunk in heard) == 5


def test_the_end_comes_within_four_bars_on_the_tonic(heard_with):
    asked = 5 * BAR + 50
    heard = heard_with(Change(asked, End()))
    assert heard[-1].end_tick <= asked + 5 * BAR
    assert heard[-1].end_tick % BAR == 0
    assert heard[-1].steps[-1, 0] % 12 == 0


def test_another_preset_brings_its_band_and_its_programs(heard_with):
    band = Band.of(PIANO)
    heard = heard_with(Change(4 * BAR + 50, ChoosePreset("solo-piano"), band))
    programs = {
        (status & 15, program)
        for tick, status, program, _ in events_of(heard).tolist()
        if status & 0xF0 == 0xC0 and tick == 5 * BAR
    }
    assert programs == {(part.channel, part.program) for part in PIANO.parts}
    playing = {part.channel for part in SESSION.parts if ons(heard, part.channel, 5 * BAR)}
    assert playing <= {part.channel for part in PIANO.parts}


def test_who_plays_a_melody_has_it_alone_and_is_answered_on_the_next_step(heard_with):
    listening, over = 4 * BAR + 50, 6 * BAR + BAR // 4 + 50
    steps = np.array([(67 + n % 3, 1, 0) for n in range(36)], np.int8)
    phrase = Phrase(4 * 16, steps)
    heard = heard_with(
        Change(listening, Listen(True)),
        Change(over, Answer(phrase)),
    )
    melody = SESSION.parts[0].channel
    asked = 6 * BAR + BAR // 4 + 2 * TICKS_PER_STEP  # the step after is being heard
    assert not ons(heard, melody, 4 * BAR + BAR // 2, asked)
    assert len(ons(heard, None, 4 * BAR + BAR // 2, asked)) > 10
    answer = next(chunk for chunk in heard if chunk.provenance.place.wished == "answer")
    assert answer.start_tick == asked
    assert ons(heard, melody, asked, asked + BAR)


def test_an_answer_off_the_beat_strikes_what_would_sound_already():
    events = np.array(
        [(0, 0xC0, 24, 0), (0, 0x90, 60, 80), (0, 0x91, 40, 70), (200, 0x81, 40, 0),
         (480, 0x80, 60, 0), (480, 0x90, 62, 80), (960, 0x80, 62, 0)]
    )  # fmt: skip
    steps = np.zeros((8, 3), np.int8)
    chunk = Chunk(0, 960, events, steps, Key.parse("C"), {}).begun_at(240)
    assert chunk.start_tick == 240
    assert len(chunk.steps) == 6
    assert chunk.events.tolist() == [
        [240, 0xC0, 24, 0], [240, 0x90, 60, 80],
        [480, 0x80, 60, 0], [480, 0x90, 62, 80], [960, 0x80, 62, 0],
    ]  # fmt: skip


def test_an_answer_does_not_strike_again_what_ends_where_it_begins():
    events = np.array(
        [(0, 0x90, 60, 80), (0, 0x92, 36, 90), (240, 0x80, 60, 0), (240, 0x82, 36, 0),
         (240, 0x92, 36, 70), (480, 0x82, 36, 0)]
    )  # fmt: skip
    steps = np.zeros((4, 3), np.int8)
    chunk = Chunk(0, 480, events, steps, Key.parse("C"), {}).begun_at(240)
    assert chunk.events.tolist() == [[240, 0x92, 36, 70], [480, 0x82, 36, 0]]


@pytest.mark.parametrize("over", [0, 3, 4, 6])
def test_the_answer_goes_on_where_the_segment_nearest_by_code_does(bundle, heard_with, over):
    steps = np.array([(60 + n % 7, 1, n % 3) for n in range(48)], np.int8)
    asked = 7 * BAR + over * TICKS_PER_STEP
    heard = heard_with(
        Change(4 * BAR, Listen(True)),
        Change(asked - TICKS_PER_STEP - 70, Answer(Phrase(4 * 16, steps))),
    )
    answer = next(chunk for chunk in heard if chunk.provenance.place.wished == "answer")
    assert answer.start_tick == asked
    contexts = Contexts.ending(steps, 0, COMMON_TIME)
    code = pack(encoder_of(bundle.networks).forward(contexts), bundle.shape)[0]
    distances = hamming(code, bundle.backward, bundle.shape)
    library = bundle.library
    chosen = answer.provenance.segment
    before = int(np.searchsorted(library.starts, library.starts[chosen] - 8))
    assert library.tune_of[before] == library.tune_of[chosen]
    assert distances[before] == answer.provenance.hamming
    after = library.after(np.arange(len(library)), 2)
    possible = (after >= 0) & (library.phases[after] == 0)
    assert distances[before] == distances[possible].min()
    own = library.contents(np.array(chosen))[over:8]
    assert (answer.steps[:, 0] == own[:, 0]).all()


@pytest.mark.parametrize("name", ["A", "Cm", "E", "F#m7b5"])
def test_the_chord_that_is_held_is_what_the_band_plays_whatever_the_key(heard_with, name):
    heard = heard_with(
        Change(4 * BAR + 50, FollowChord(Chord.parse(name))),
        Change(6 * BAR, NextTune()),
        Change(8 * BAR, SetKey(Key.parse("Bb"))),
        Change(12 * BAR, FollowChord(None)),
    )
    held, chords = Chord.parse(name).pitch_classes, SESSION.parts[1].channel
    played = {pitch % 12 for _, pitch in ons(heard, chords, 5 * BAR, 12 * BAR)}
    assert len(played) >= 3 and played <= held
    later = {pitch % 12 for _, pitch in ons(heard, chords, 13 * BAR, 24 * BAR)}
    assert later - held


def sounding_at(chunks, channel, tick):
    """The pitches of a channel that sound just after a tick."""
    on = Counter()
    for at, status, pitch, velocity in events_of(chunks).tolist():
        if at <= tick and status & 15 == channel and status & 0xF0 in (0x80, 0x90):
            on[pitch] += 1 if status & 0xF0 == 0x90 and velocity else -1
    return set(+on)


@pytest.mark.parametrize("switch", [Mute, Solo])
def test_a_pad_that_is_heard_again_sounds_at_once_and_whole(heard_with, switch):
    pad = next(part for part in AMBIENT.parts if part.pattern == "pad")
    others = [part.name for part in AMBIENT.parts if part is not pad]
    silenced = {Mute: pad.name, Solo: others[0]}[switch]
    heard = heard_with(
        WHOLE_BAND,
        Change(0, ChoosePreset("ambient"), Band.of(AMBIENT)),
        Change(5 * BAR, switch(silenced, True)),
        Change(9 * BAR, switch(silenced, False)),
    )
    assert len(sounding_at(heard, pad.channel, 4 * BAR)) == 3
    assert not sounding_at(heard, pad.channel, 8 * BAR)
    assert len(sounding_at(heard, pad.channel, 10 * BAR)) == 3


def test_what_sounds_on_into_held_bars_is_heard_at_each_of_their_starts(heard_with):
    pad = next(part for part in AMBIENT.parts if part.pattern == "pad").channel
    heard = heard_with(
        WHOLE_BAND,
        Change(0, ChoosePreset("ambient"), Band.of(AMBIENT)),
        Change(10 * BAR - 200, Hold(True)),
        Change(18 * BAR - 200, Hold(False)),
    )
    first = sounding_at(heard, pad, 6 * BAR + 60)
    assert first
    assert sounding_at(heard, pad, 10 * BAR + 60) == first
    assert sounding_at(heard, pad, 14 * BAR + 60) == first
    assert sounding_at(heard, pad, 18 * BAR + 60)


def test_the_mixer_leaves_out_the_ends_of_what_it_silenced():
    mixer = Mixer()
    assert len(mixer.mix(np.array([(0, 0x90, 60, 80), (0, 0x91, 64, 80)]), ())) == 2
    assert mixer.silence(10, {0}).tolist() == [[10, 0x80, 60, 0]]
    left = mixer.mix(np.array([(20, 0x80, 60, 0), (20, 0x81, 64, 0)]), {0})
    assert left.tolist() == [[20, 0x81, 64, 0]]


def test_a_part_is_found_whatever_the_case_of_its_letters():
    assert checked(Mute("bASS", True), PARTS, SESSION.key.mode) == Mute("Bass", True)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (SetTempo(4000), "tempo: 4000 is out of range. Choose 20 to 400"),
        (SetTempo(float("nan")), "tempo: nan is out of range"),
        (SetLevel("Bass", 128), "level: 128 is out of range. Choose 0 to 127"),
        (Mute("kazoo", True), "no part is called 'kazoo'. Try: Melody"),
        (Mute("Bas", True), "no part is called 'Bas'. Did you mean 'Bass'?"),
        (SetKey(Key.parse("Am")), "Am is minor, the tunes that play are major"),
    ],
)
def test_what_cannot_be_obeyed_is_refused_with_the_reason(command, reason):
    with pytest.raises(CommandError, match=reason):
        checked(command, PARTS, SESSION.key.mode)


def test_of_many_re_rolls_of_one_phrase_only_the_latest_few_act(composer_of):
    composer = composer_of()
    composer.compose()
    tick = composer.tick
    for _ in range(50):
        composer.change(Change(tick, ReRoll()), most=4)
    composer.compose()
    assert len(composer.keep_before(tick + 1)) == 4


def test_a_fill_changes_the_drums_of_the_next_bar_and_of_no_other(heard_with):
    drums = next(part for part in SESSION.parts if part.role is Role.DRUMS).channel
    plain = heard_with(WHOLE_BAND)
    filled = heard_with(WHOLE_BAND, Change(9 * BAR + 500, Fill()))

    def bar(heard, number):
        return ons(heard, drums, number * BAR - 40, (number + 1) * BAR - 40)

    different = [number for number in range(24) if bar(plain, number) != bar(filled, number)]
    assert different[:1] == [10]
    assert len(bar(filled, 10)) > 0
    assert Counter(pitch for _, pitch in bar(plain, 12)) == Counter(
        pitch for _, pitch in bar(filled, 12)
    )


def test_a_band_that_rests_its_drums_is_filled_by_them_all_the_same(heard_with):
    drums = next(part for part in SESSION.parts if part.role is Role.DRUMS).channel
    quiet = Change(0, SetIntensity(0.0))
    assert not ons(heard_with(quiet), drums, 8 * BAR, 16 * BAR)
    filled = heard_with(quiet, Change(9 * BAR + 500, Fill()))
    assert {tick // BAR for tick, _ in ons(filled, drums, 8 * BAR, 16 * BAR)} <= {10, 11}
    assert ons(filled, drums, 10 * BAR - 40, 11 * BAR)


def test_a_part_that_is_varied_plays_other_patterns_and_the_others_play_on(heard_with):
    bass = next(part for part in SESSION.parts if part.role is Role.BASS)
    plain = heard_with(WHOLE_BAND, bars=16)
    varied = heard_with(WHOLE_BAND, Change(4 * BAR, Vary(bass.name)), bars=16)
    assert ons(plain, bass.channel, 5 * BAR) != ons(varied, bass.channel, 5 * BAR)
    for part in SESSION.parts:
        if part is not bass:
            assert np.array_equal(messages(plain, part), messages(varied, part))


def messages(heard, part):
    """All that a part sends, whatever the bars."""
    events = events_of(heard)
    return events[(events[:, 1] & 15) == part.channel]


def test_a_part_that_is_varied_makes_other_notes_even_where_it_has_one_pattern(heard_with):
    melody = SESSION.parts[0]
    plain = heard_with(WHOLE_BAND, bars=8)
    varied = heard_with(WHOLE_BAND, Change(2 * BAR, Vary(melody.name)), bars=8)
    assert not np.array_equal(messages(plain, melody), messages(varied, melody))
    for part in SESSION.parts[1:]:
        assert np.array_equal(messages(plain, part), messages(varied, part))


def test_a_part_is_locked_alone_and_let_go_again(heard_with):
    drums = next(part for part in SESSION.parts if part.role is Role.DRUMS)
    calmer = [WHOLE_BAND, Change(9 * BAR, SetIntensity(0.3)), Change(14 * BAR, SetIntensity(1.0))]
    lock = [Change(6 * BAR, Lock(drums.name, True)), Change(14 * BAR, Lock(drums.name, False))]
    free, locked = heard_with(*calmer, bars=16), heard_with(*calmer, *lock, bars=16)
    first, last = 10 * BAR, 13 * BAR
    assert ons(free, drums.channel, first, last) != ons(locked, drums.channel, first, last)
    for part in SESSION.parts:
        if part is not drums:
            assert np.array_equal(messages(free, part), messages(locked, part))


def test_a_part_that_rests_when_it_is_locked_goes_on_resting(heard_with):
    drums = next(part for part in SESSION.parts if part.role is Role.DRUMS)
    heard = heard_with(
        Change(0, SetIntensity(0.0)),
        Change(4 * BAR, Lock(drums.name, True)),
        Change(5 * BAR, SetIntensity(1.0)),
    )
    assert not ons(heard, drums.channel, 6 * BAR)


def test_another_band_is_not_locked(composer_of):
    composer = composer_of()
    bass = next(part for part in SESSION.parts if part.role is Role.BASS)
    composer.change(Change(0, Lock(bass.name, True)))
    composer.change(Change(BAR, ChoosePreset("solo-piano"), Band.of(PIANO)))
    while composer.tick <= 2 * BAR:
        composer.compose()
    assert not composer.steering.locked and not composer.steering.conducting.locks
