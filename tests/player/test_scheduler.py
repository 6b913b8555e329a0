from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from livedshl.player.scheduler import LATE_TICKS, Scheduler


@st.composite
def note_events(draw):
    """Events of notes, sorted as a composer sends them: (tick, message)."""
    events, tick = [], 0
    for _ in range(draw(st.integers(1, 30))):
        tick += draw(st.integers(0, 240))
        channel, pitch = draw(st.integers(0, 2)), draw(st.integers(60, 63))
        end = tick + draw(st.integers(1, 480))
        events.append((tick, 1, bytes((0x90 | channel, pitch, 90))))
        events.append((end, 0, bytes((0x80 | channel, pitch, 0))))
    return [(tick, message) for tick, _, message in sorted(events)]


def balance(messages):
    """How often each note is still on."""
    on = Counter()
    for message in messages:
        key = message[0] & 0x0F, message[1]
        if message[0] & 0xF0 == 0x90:
            on[key] += 1
        elif message[0] & 0xF0 == 0x80:
            on[key] -= 1
            assert on[key] >= 0, "switched off what was not on"
    return +on


@given(note_events(), st.lists(st.integers(1, 1500), min_size=1, max_size=60), st.data())
def test_whatever_stalls_no_note_is_left_on_and_order_is_kept(events, clock_steps, data):
    scheduler = Scheduler()
    sent, now, given_ = [], 0, 0
    for step in clock_steps:
        now += step
        for _ in range(data.draw(st.integers(0, 6))):  # the composer hands over some, or stalls
            if given_ < len(events):
                scheduler.push(*events[given_])
                given_ += 1
        scheduler.extend_horizon(events[given_][0] if given_ < len(events) else 10**9)
        sent.extend(scheduler.due(now))
    while given_ < len(events):
        scheduler.push(*events[given_])
        given_ += 1
    scheduler.extend_horizon(10**9)
    sent.extend(scheduler.due(10**8))
    assert not balance(sent)
    position = iter(message for _, message in events)
    assert all(message in position for message in sent), "out of order"


def composed_again(events, tick, others):
    """Events with other music from `tick` on, where what sounds ends in time."""
    kept = [(at, message) for at, message in events if at < tick]
    on = balance(message for _, message in kept)
    ends = [
        (tick + 100, bytes((0x80 | channel, pitch, 0))) for channel, pitch in sorted(on.elements())
    ]
    later = [(tick + at, message) for at, message in others]
    new = sorted([*ends, *later], key=lambda event: (event[0], event[1][0] & 0xF0 == 0x90))
    return kept, new


@given(
    note_events(),
    st.lists(st.tuples(st.integers(1, 1500), st.integers(-1500, 500), note_events()), max_size=5),
)
def test_music_taken_back_too_late_leaves_no_note_on(events, takes):
    """Some was played by then, and some left out, as after a stall of the player."""
    scheduler = Scheduler()
    for event in events:
        scheduler.push(*event)
    scheduler.extend_horizon(10**9)
    sent, now = [], 0
    for step, later, others in takes:
        now += step
        sent.extend(scheduler.due(now))
        kept, new = composed_again(events, max(0, now + later), others)
        events = [*kept, *new]
        sent.extend(scheduler.discard(max(0, now + later)))
        for event in new:
            scheduler.push(*event)
        scheduler.extend_horizon(10**9)
    while scheduler.next_tick is not None:
        now = max(now, scheduler.next_tick)
        sent.extend(scheduler.due(now))
    assert not balance(sent)
    assert scheduler.notes.sounding == 0


@given(note_events(), st.integers(0, 20_000))
def test_releasing_at_any_moment_switches_off_everything(events, now):
    scheduler = Scheduler()
    for tick, message in events:
        scheduler.push(tick, message)
    scheduler.extend_horizon(10**9)
    sent = list(scheduler.due(now))
    release = list(scheduler.notes.release())
    assert not balance(sent + release)
    for channel in {message[0] & 0x0F for message in sent}:
        controllers = [m[1] for m in release if m[0] == 0xB0 | channel]
        assert controllers == [64, 121, 123, 120]


@given(note_events())
def test_on_time_everything_is_sent(events):
    scheduler = Scheduler()
    for tick, message in events:
        scheduler.push(tick, message)
    scheduler.extend_horizon(10**9)
    sent = []
    while scheduler.next_tick is not None:
        sent.extend(scheduler.due(scheduler.next_tick))
    assert sent == [message for _, message in events]
    assert scheduler.dropped == 0


def test_notes_too_late_are_dropped_with_their_ends_and_programs_are_not():
    scheduler = Scheduler()
    for tick, message in [
        (0, bytes((0xC0, 5))),
        (0, bytes((0x90, 60, 90))),
        (100, bytes((0x80, 60, 0))),
        (1000 - LATE_TICKS, bytes((0x90, 62, 90))),
        (2000, bytes((0x80, 62, 0))),
    ]:
        scheduler.push(tick, message)
    scheduler.extend_horizon(5000)
    assert list(scheduler.due(1000)) == [bytes((0xC0, 5)), bytes((0x90, 62, 90))]
    assert list(scheduler.due(2000)) == [bytes((0x80, 62, 0))]
    assert scheduler.dropped == 1


def test_of_a_note_struck_twice_the_older_ends_first():
    """The other was left out, so its note-off ends nothing."""
    scheduler = Scheduler()
    for tick, message in [
        (0, bytes((0x90, 60, 90))),
        (240, bytes((0x90, 60, 90))),
        (800, bytes((0x80, 60, 0))),
        (1200, bytes((0x80, 60, 0))),
    ]:
        scheduler.push(tick, message)
    scheduler.extend_horizon(5000)
    assert len(list(scheduler.due(0))) == 1
    assert list(scheduler.due(700)) == []
    assert len(list(scheduler.due(800))) == 1
    assert list(scheduler.due(1200)) == []


def test_a_late_composer_lets_the_chord_ring_and_counts_one_underrun():
    scheduler = Scheduler()
    scheduler.push(0, bytes((0x90, 60, 90)))
    scheduler.push(960, bytes((0x80, 60, 0)))
    scheduler.extend_horizon(960)
    assert len(list(scheduler.due(0))) == 1
    assert list(scheduler.due(960)) == list(scheduler.due(3000)) == []
    assert scheduler.underruns == 1
    scheduler.extend_horizon(4000)
    assert list(scheduler.due(3001)) == [bytes((0x80, 60, 0))]
    assert scheduler.underruns == 1
