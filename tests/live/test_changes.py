"""What a listener notices of a command that takes long to obey: nothing but that it acts later."""

from support.bundles import index_of, random_bundle

from livedshl.live.changes import Changes
from livedshl.live.chunk_window import ChunkWindow
from livedshl.live.delivery import Delivery
from livedshl.music import COMMON_TIME
from livedshl.performance.commands import SetAdventure
from livedshl.performance.composer import Change, Composer
from livedshl.performance.options import make_settings
from livedshl.performance.succession import Succession
from livedshl.player.clock.source import ClockSettings
from livedshl.units import TICKS_PER_BEAT

SLOW_BEATS = 3  # that pass while a chunk is composed


class _Clock:
    """A player's clock, which goes on by hand; what it is told does not matter here."""

    tick = 0
    ticks_a_chunk = 0  # by which it goes on while a chunk is composed

    def tick_at(self, time_s):
        return self.tick

    def send(self, events, horizon):
        pass

    start = set_tempo = discard = lambda self, *_: None


class _SlowMusic(Succession):
    """Music during whose composing the clock goes on."""

    clock = None

    def __next__(self):
        self.clock.tick += self.clock.ticks_a_chunk
        return super().__next__()


def test_a_change_that_takes_too_long_acts_later_and_leaves_what_plays_until_then():
    clock, bundle, settings = _Clock(), random_bundle(), make_settings(seed=1)
    delivery = Delivery(clock, settings, ClockSettings(speed=4.0))
    music = _SlowMusic(bundle, index_of(bundle), settings)
    music.clock = clock
    composer, window = Composer(music, COMMON_TIME.bar_ticks), ChunkWindow(0)
    while delivery.wants(composer.tick):
        chunk = composer.compose()
        delivery.deliver(chunk, last=False)
        window.append(chunk)
    changes, before = Changes(), composer.tick
    changes.add(Change(0, SetAdventure(0.9)))
    assert not list(changes.of_the_clock())
    assert changes.to_compose

    clock.ticks_a_chunk = SLOW_BEATS * TICKS_PER_BEAT
    assert changes.tried(composer, delivery, window) is None
    assert composer.tick == before, "the music that was to come is still there"
    assert changes.to_compose, "the change is tried again"

    clock.ticks_a_chunk = 0
    found = changes.tried(composer, delivery, window)
    assert found is not None
    assert found.tick >= clock.tick, "what has sounded stays"
    assert found.chunks[0].start_tick == found.tick
    assert not changes.to_compose
