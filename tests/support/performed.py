"""Music composed as a session composes it: ahead of the clock, and again after each change."""

from dataclasses import replace

from livedshl.music import COMMON_TIME
from livedshl.performance.composer import Composer
from livedshl.performance.succession import NO_MODELS, Succession
from support.bundles import index_of

BAR = COMMON_TIME.bar_ticks
LOOKAHEAD = 8 * 480


def performed(bundle, settings, wanted, bars, models=NO_MODELS):
    """Plays some bars with these changes, as a session does; the chunks, and what acted."""
    composer = Composer(Succession(bundle, index_of(bundle), settings, models), BAR)
    return play(composer, wanted, bars * BAR - 1)


def play(composer, wanted, until):
    """Plays as the session does: `wanted` are controls by the tick at which the clock brings them.

    Gives the chunks that were heard and the changes that acted.
    """
    heard, coming, changes = [], [], []
    wanted = sorted(wanted, key=lambda change: change.tick)
    for clock in range(0, until + 1, 60):
        while wanted and wanted[0].tick <= clock:
            change = wanted.pop(0)
            tick = composer.change(replace(change, tick=clock + 100))
            assert tick >= heard[-1].end_tick if heard else True
            coming = [chunk for chunk in coming if chunk.start_tick < tick]
        while not composer.over and composer.tick <= clock + LOOKAHEAD:
            coming.append(composer.compose())
        while coming and coming[0].start_tick <= clock:
            changes += composer.keep_before(coming[0].start_tick + 1)
            heard.append(coming.pop(0))
    return heard, changes


def composed(bundle, settings, changes, bars, models=NO_MODELS):
    """The chunks of the same music when its changes are known from the start, and its chords."""
    composer = Composer(Succession(bundle, index_of(bundle), settings, models), BAR)
    for change in changes:
        composer.change(change)
    chunks = []
    while not composer.over and composer.tick < bars * BAR:
        chunks.append(composer.compose())
    return chunks, composer.chords
