"""When things sound in an audio stream."""

import pytest

from livedshl.outputs.audio_clock import AudioClock

RATE = 48_000
FRAMES = 480


def followed(bursts=1, blocks=1000, drift=1.0, late=()):
    """A clock, and how long after its time each moment between two bursts sounds, in samples."""
    clock = AudioClock(RATE, 0.02)
    delays = []
    for block in range(blocks):
        burst = block - block % bursts
        time_s = 5 + burst * FRAMES / RATE * drift + (0.03 if block in late else 0)
        clock.begin_block(time_s, FRAMES)
        moment = time_s + 0.003
        delays.append(clock.sample_at(moment) - (moment - 5) / drift * RATE)
    return clock, delays


@pytest.mark.parametrize("bursts", [1, 2, 3])
@pytest.mark.parametrize("drift", [1.0, 1.0002, 0.9998])
def test_every_moment_sounds_the_same_time_later(bursts, drift):
    clock, delays = followed(bursts, drift=drift)
    steady = delays[600:]
    assert max(steady) - min(steady) < 0.001 * RATE
    assert min(steady) >= FRAMES - 10 and max(steady) < 3.2 * FRAMES
    assert clock.dropouts == 0 and not clock.runs_free


def test_what_is_sent_between_two_blocks_is_never_late_for_the_next():
    clock = AudioClock(RATE, 0.02)
    for block in range(300):
        time_s = block * FRAMES / RATE + (0.004 if block % 7 == 3 else 0)
        first = clock.begin_block(time_s, FRAMES)
        if block > 100:
            assert clock.sample_at(time_s + 1e-4) >= first + FRAMES


def test_a_block_that_comes_too_late_is_counted():
    clock, delays = followed(late=(700,))
    assert clock.dropouts == 1
    assert abs(delays[650] - delays[999]) < 0.001 * RATE


def test_a_stall_that_delays_all_that_follows_is_counted_once():
    clock, _ = followed()
    asked_s = 5 + 1000 * FRAMES / RATE
    for stall_s in (0.08, 0.08):  # and another one soon after it
        asked_s += stall_s
        for _ in range(30):
            clock.begin_block(asked_s, FRAMES)
            asked_s += FRAMES / RATE
    assert clock.dropouts == 2


def test_a_stream_that_stood_still_begins_again():
    clock, _ = followed()
    for block in range(100):
        first = clock.begin_block(100 + block * FRAMES / RATE, FRAMES)
    assert clock.dropouts == 1
    assert 0 <= clock.sample_at(100 + 99 * FRAMES / RATE) - first <= 3 * FRAMES


def test_a_device_that_asks_at_no_pace_is_noticed():
    clock = AudioClock(RATE, 0.02)
    for block in range(2000):
        clock.begin_block(block * 2e-4, FRAMES)
    assert clock.runs_free
