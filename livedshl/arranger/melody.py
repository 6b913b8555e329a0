"""The melody: as written or in long tones, articulated, ornamented and breathing.

Symbols: x plays the written note. With rows of one stroke a beat or less, it plays the note that
lasts longest until the next x, or until the end of the stretch.
"""

from livedshl.arranger.hand import Hand
from livedshl.arranger.instruments import Family, family_of
from livedshl.arranger.pattern import HELD, NOTES
from livedshl.arranger.stretch import Stretch
from livedshl.arranger.touch import Touch
from livedshl.music.segments import REST

_LEAST_GRACED_STEPS = 2
_THIRDS = (3, 4)
_LEAST_FILLED_STEPS = 2
_PASSING_SHARE, _PASSING_LEVEL = 0.4, -4  # of thirds, when a section returns
_SPLIT_SHARE = 0.2  # of long tones, when a section returns
_MORE_ORNAMENTS = 0.6  # of the share, from the thinnest to the fullest section


class Melody:
    """Plays the melody."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        breathes = family_of(hand.part.program) is Family.BLOWN
        self._touch = Touch(hand.rng, breathes=breathes)
        self._written = REST  # the pitch that sounds, before the octave is chosen

    def play(self, stretch: Stretch) -> None:
        """Plays the part for a stretch."""
        if HELD in self._hand.guide.lanes[NOTES]:
            self._play_strong(stretch)
        else:
            self._play_written(stretch)
            if self._hand.held and stretch.ends_here():
                self._release(stretch.first_step + len(stretch), stretch.coming[0][0], stretch)

    def close(self, stretch: Stretch) -> None:
        """Plays every note as written."""
        self._play_written(stretch, whole=True)

    def end(self, tick: int) -> None:
        """Has nothing to let go but its note."""

    def _play_written(self, stretch: Stretch, whole: bool = False) -> None:
        """whole: leaves out no note, whatever the part's density."""
        passing = self._passing_notes(stretch) if self._hand.guide.returns and not whole else {}
        until = 0  # the step at which the passing note that sounds ends
        for at, pitch in enumerate(stretch.pitches):
            step = stretch.first_step + at
            if at < until:
                continue
            if at in passing:
                between, until = passing[at]
                self._strike(step, at, between, stretch, None, _PASSING_LEVEL)
            elif pitch == REST:
                self._rest(step, stretch)
            elif stretch.articulated[at] or pitch != self._written:
                if self._hand.held and not whole and self._hand.leaves_out(step):
                    self._written = pitch
                elif not whole and self._touch.breathes_instead(step, self._hand.grid.beat_steps):
                    self._hand.release(step)
                    self._written = pitch
                else:
                    self._strike(step, at, pitch, stretch, self._grace(at, stretch))

    def _passing_notes(self, stretch: Stretch) -> dict[int, tuple[int, int]]:
        """Where this return of a section fills a third: the pitch between, and where it ends."""
        found: dict[int, tuple[int, int]] = {}
        for at, pitch in enumerate(stretch.pitches):
            begins = stretch.articulated[at] and pitch != REST
            end = at + stretch.length_of_note(at)
            if not begins or end - at < _LEAST_FILLED_STEPS or end >= len(stretch):
                continue
            following = stretch.pitches[end]
            if following == REST or abs(following - pitch) not in _THIRDS:
                continue
            low, high = sorted((pitch, following))
            between = [p for p in range(low + 1, high) if stretch.in_key(p)]
            if between and self._hand.rng.random() < _PASSING_SHARE:
                found[end - (end - at) // 2 if end - at < 4 else end - 2] = between[0], end
        return found

    def _play_strong(self, stretch: Stretch) -> None:
        symbols = self._hand.guide.lanes[NOTES]
        first = 0
        while first < len(stretch):
            end = first + 1
            while end < len(stretch):
                step = stretch.in_section(stretch.first_step + end)
                if symbols[step % len(symbols)] != HELD:
                    break
                end += 1
            begins = symbols[stretch.in_section(stretch.first_step + first) % len(symbols)] != HELD
            ends = [end]
            if begins and self._hand.guide.returns and self._splits(end - first):
                ends = [(first + end) // 2, end]
            for stop in ends:
                self._play_tone(first, stretch, stretch.pitches[first:stop], begins)
                first = stop

    def _splits(self, steps: int) -> bool:
        """Whether a long tone of a section that returns becomes two."""
        long_enough = steps >= 2 * self._hand.grid.beat_steps
        return long_enough and self._hand.rng.random() < _SPLIT_SHARE

    def _play_tone(self, at: int, stretch: Stretch, pitches: list[int], begins: bool) -> None:
        """begins: whether a tone begins here in any case."""
        step = stretch.first_step + at
        heard = [pitch for pitch in pitches if pitch != REST]
        if not heard:
            self._rest(step, stretch)
            return
        if begins or not self._hand.held:
            rests = pitches.index(heard[0])
            if rests:
                self._rest(step, stretch)
            pitch = max(heard, key=lambda one: (heard.count(one), -abs(one - self._written)))
            self._strike(step + rests, at + pitches.index(pitch), pitch, stretch, None)

    def _rest(self, step: int, stretch: Stretch) -> None:
        self._release(step, REST, stretch)
        self._written = REST

    def _release(self, step: int, following: int, stretch: Stretch) -> None:
        """Ends the note that sounds; following: the pitch that comes after it."""
        if self._hand.held:
            share = self._touch.share(step, self._written, following, stretch)
            self._hand.release(step, share)

    def _strike(
        self,
        step: int,
        at: int,
        pitch: int,
        stretch: Stretch,
        grace: int | None,
        level: int = 0,
    ) -> None:
        octave = stretch.octaves[at] if stretch.octaves else 0
        share = self._touch.share(step, self._written, pitch, stretch) if self._hand.held else 1.0
        self._written = pitch
        if grace is not None:
            grace += octave
            grace = grace if grace <= self._hand.part.highest else None
        level += self._touch.level(pitch, step, stretch)
        self._hand.strike(step, (pitch + octave,), grace=grace, level=level, share=share)

    def _grace(self, at: int, stretch: Stretch) -> int | None:
        """The scale tone above the note at `at`, if the note gets an ornament."""
        pitch = stretch.pitches[at]
        length = stretch.length_of_note(at)
        repeated = self._hand.held and pitch == self._written
        if length < _LEAST_GRACED_STEPS or not (repeated or length >= self._hand.grid.beat_steps):
            return None
        ornaments = self._hand.part.ornaments
        share = ornaments + ornaments * _MORE_ORNAMENTS * (self._hand.guide.intensity - 0.6)
        if self._hand.rng.random() >= share:
            return None
        return pitch + (1 if stretch.in_key(pitch + 1) else 2)
