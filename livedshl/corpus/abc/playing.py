"""Joins the bars of an ABC tune as they are played, into the arrays of a lead sheet."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from livedshl.corpus.abc.bars import AbcBar, Sound
from livedshl.corpus.bounds import MOST_NOTES
from livedshl.errors import CorpusError
from livedshl.music import Metre
from livedshl.music.leadsheet import Key

_NO_SOUND = Sound(0.0, ())


@dataclass(slots=True)
class Played:
    """A tune as it is played. Ticks count from the first full bar line.

    notes: onset, length, pitch. chords: onset, root or -1, quality, bass. accompaniment: onset,
        length, pitch, number of the voice.
    """

    bars: list[int] = field(default_factory=list)
    notes: list[list[int]] = field(default_factory=list)
    chords: list[tuple[int, ...]] = field(default_factory=list)
    accompaniment: list[list[int]] = field(default_factory=list)
    metres: list[tuple[int, Metre]] = field(default_factory=list)
    keys: list[tuple[int, Key]] = field(default_factory=list)
    sections: list[tuple[int, str]] = field(default_factory=list)
    end: int = 0


class _Hand:
    """A voice that accompanies, and what it has just played."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._before = _NO_SOUND
        self._sounding: dict[int, list[int]] = {}  # the last note of each pitch

    def play(self, notes: list[list[int]], bar: AbcBar, tick: int) -> None:
        """Adds all notes of a bar; a tied one makes the note before it longer."""
        places = bar.places
        for number, sound in enumerate(bar.sounds):
            onset, length = tick + places[number], places[number + 1] - places[number]
            for pitch in sound.pitches:
                last = self._sounding.get(pitch)
                if last and pitch in self._before.tied and last[0] + last[1] == onset:
                    last[1] += length
                else:
                    self._sounding[pitch] = [onset, length, pitch, self._number]
                    notes.append(self._sounding[pitch])
            self._before = sound


def play_out(
    bars: Sequence[AbcBar], harmonies: Sequence[AbcBar], others: Sequence[Sequence[AbcBar]] = ()
) -> Played:
    """Joins bars, given in the order in which they are played.

    harmonies, others: the bars of the voice that has the chord symbols, and of each voice that
        accompanies, in the same order.
    """
    played = Played()
    hands = [_Hand(number) for number in range(len(others))]
    first = bars[0]
    anacrusis = first.ticks if len(bars) > 1 and first.ticks < first.metre.bar_ticks else 0
    tick, open_ticks = -anacrusis, 0
    before = _NO_SOUND
    for number, (bar, harmony) in enumerate(zip(bars, harmonies, strict=True)):
        places = bar.places
        ticks = places[-1]
        if not (number == 0 and anacrusis):
            # A bar that a repeat sign splits, with a pickup in its second part, is one bar.
            completes = open_ticks > 0 and open_ticks + ticks == bar.metre.bar_ticks
            if not completes:
                played.bars.append(tick)
            open_ticks = 0 if completes or ticks >= bar.metre.bar_ticks else ticks
        _join_signs(played, bar, tick, places)
        if harmony.symbols:
            starts = harmony.places
            played.chords += [(tick + starts[at], *chord) for at, *chord in harmony.symbols]
        before = _join_notes(played.notes, bar, tick, places, before)
        for hand, other in zip(hands, others, strict=True):
            hand.play(played.accompaniment, other[number], tick)
        if max(len(played.notes), len(played.accompaniment)) > MOST_NOTES:
            raise CorpusError(f"more than {MOST_NOTES:,} notes")
        tick += ticks
    played.accompaniment.sort()
    played.end = tick
    return played


def _join_notes(
    notes: list[list[int]], bar: AbcBar, tick: int, places: Sequence[int], before: Sound
) -> Sound:
    """Adds the highest note of each sound; a tied one makes the note before it longer."""
    for number, sound in enumerate(bar.sounds):
        if sound.pitches:
            onset, end = tick + places[number], tick + places[number + 1]
            pitch = sound.pitches[0]
            if pitch not in before.tied:
                notes.append([onset, end - onset, pitch])
            elif notes and notes[-1][2] == pitch and notes[-1][0] + notes[-1][1] == onset:
                notes[-1][1] += end - onset
        before = sound
    return before


def _join_signs(played: Played, bar: AbcBar, tick: int, places: Sequence[int]) -> None:
    """Adds the metres, keys and section names that a bar brings."""
    if not played.metres or played.metres[-1][1] != bar.metre:
        played.metres.append((tick, bar.metre))
    for at, key in [(0, bar.key), *bar.new_keys]:
        if not played.keys or played.keys[-1][1] != key:
            played.keys.append((tick + places[at], key))
    if bar.part:
        played.sections.append((tick, bar.part))
