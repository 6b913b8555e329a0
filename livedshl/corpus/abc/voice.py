"""One voice of an ABC tune: the bars that have been read, and what holds for its next note."""

from collections.abc import Mapping
from dataclasses import replace

from livedshl.corpus.abc.bars import AbcBar, Sound
from livedshl.corpus.abc.lengths import NoteLengths, broken
from livedshl.corpus.abc.pitches import Pitches, Spelling
from livedshl.corpus.abc.signs import FormSign, put_sign
from livedshl.corpus.abc.warnings import Warnings
from livedshl.corpus.bounds import MOST_BARS
from livedshl.errors import CorpusError
from livedshl.music import Metre
from livedshl.music.chord_symbols import read_chord_symbol, resembles_chord_symbol
from livedshl.music.leadsheet import Key

_HIGHEST_PITCH = 127


class Voice:
    """Takes sounds, bar lines and signs in the order in which they are written.

    bars: those that are complete. in_overlay: whether a second layer of the bar (&) is being read.
    """

    def __init__(
        self, key: Key, pitches: Pitches, lengths: NoteLengths, warnings: Warnings
    ) -> None:
        self.bars: list[AbcBar] = []
        self.pitches = pitches
        self.lengths = lengths
        self.warnings = warnings
        self.in_overlay = False
        self._key = key.transposed(pitches.shift)
        self._bar = AbcBar(lengths.metre, self._key)
        self._last: Sound | None = None
        self._spellings: tuple[Spelling, ...] = ()  # of the last sound
        self._broken = ""  # ">" or "<", until the note after it

    def change_metre(self, metre: Metre) -> None:
        """Lets the next bar, or this one if nothing is in it, have another metre."""
        self.lengths.metre = metre
        if not self._bar.sounds:
            self._bar.metre = metre

    def change_key(self, key: Key, signature: Mapping[str, int]) -> None:
        """Puts another key in force from the next note on."""
        self.pitches.change_key(signature)
        self._key = key.transposed(self.pitches.shift)
        if self._bar.sounds:
            self._bar.new_keys.append((len(self._bar.sounds), self._key))
        else:
            self._bar.key = self._key

    # ------------------------------------------------------------------ sounds

    def add(self, spellings: tuple[Spelling, ...], multiple: float) -> None:
        """Adds a note, a chord, or a rest without spellings. multiple: of the note length."""
        pitches = tuple(sorted(map(self.pitches.midi_pitch, spellings), reverse=True))
        if pitches and not 0 <= pitches[-1] <= pitches[0] <= _HIGHEST_PITCH:
            raise CorpusError("a note that MIDI does not have")
        sound = Sound(self.lengths.ticks(multiple), pitches)
        if self._broken:
            self._break(self._last, sound)
        self._bar.sounds.append(sound)
        self._last, self._spellings = sound, spellings
        self.pitches.end_ties()

    def rest(self, bars: int) -> None:
        """Adds so many bars of rest."""
        if len(self.bars) + bars > MOST_BARS:
            raise CorpusError(f"more than {MOST_BARS:,} bars")
        for number in range(bars):
            if number:
                self._close()
            self._last = Sound(self.lengths.metre.bar_ticks, ())
            self._bar.sounds.append(self._last)
        self._spellings = ()

    def tie(self, spellings: tuple[Spelling, ...] | None = None) -> None:
        """Ties the last sound to the next: all of it, or only some of its notes."""
        if self._last:
            spellings = self._spellings if spellings is None else spellings
            self._last.tied = tuple(map(self.pitches.midi_pitch, spellings))
            self.pitches.tie(spellings)

    def break_rhythm(self, signs: str) -> None:
        """Lets the last and the next note be dotted, by ">" or "<"."""
        self._broken = signs

    def _break(self, before: Sound | None, after: Sound) -> None:
        """Makes one of two notes longer and one shorter; it means nothing if they differ."""
        if before is None or before.length != after.length:
            self.warn("{} stands between notes of different lengths", self._broken)
        else:
            first, second = broken(self._broken)
            before.length, after.length = before.length * first, after.length * second
        self._broken = ""

    # ------------------------------------------------------------------ bars

    def end_bar(self, dots_before: int, dots_after: int, *, is_double: bool) -> None:
        """Ends the bar at a bar line with so many repeat dots before and after it."""
        self._close()
        self.in_overlay = False
        self.pitches.begin_bar()
        if self.bars:
            last = self.bars[-1]
            if dots_before:
                last.marks = replace(last.marks, ends_repeat=True, times=dots_before + 1)
            last.is_double = last.is_double or is_double
        if dots_after:
            self._bar.marks = replace(self._bar.marks, starts_repeat=True)

    def begin_repeat(self) -> bool:
        """Lets a repeat begin here; False if the bar has begun."""
        if self._bar.sounds:
            return False
        self._bar.marks = replace(self._bar.marks, starts_repeat=True)
        return True

    def begin_ending(self, passes: frozenset[int]) -> None:
        """Lets an ending begin here, with or without a bar line."""
        self._close()
        self._bar.opens = passes

    def begin_part(self, name: str) -> None:
        """Lets a part begin with the next bar."""
        self._close()
        self._bar.part = name

    def finish(self) -> None:
        """Ends the last bar."""
        self._close()

    def has_open_repeat(self) -> bool:
        """Whether a repeat has begun that has not ended."""
        for bar in reversed(self.bars):
            if bar.marks.ends_repeat or bar.marks.starts_repeat:
                return not bar.marks.ends_repeat
        return False

    def _close(self) -> None:
        """Ends a bar that has music; another begins."""
        bar = self._bar
        if not bar.sounds:
            self._hand_signs_back()
            return
        if len(self.bars) == MOST_BARS:
            raise CorpusError(f"more than {MOST_BARS:,} bars")
        self.bars.append(bar)
        self._bar = AbcBar(self.lengths.metre, self._key)

    def _hand_signs_back(self) -> None:
        """Gives what stands behind the last bar line, such as D.C., to the bar before it."""
        marks = self._bar.marks
        if self.bars and (marks.fine or marks.jump or marks.to_coda):
            last = self.bars[-1]
            last.marks = replace(
                last.marks,
                fine=last.marks.fine or marks.fine,
                to_coda=last.marks.to_coda or marks.to_coda,
                jump=last.marks.jump or marks.jump,
            )
            self._bar.marks = replace(marks, fine=False, to_coda=False, jump=None)

    # ------------------------------------------------------------------ words and signs

    def put_sign(self, sign: FormSign | None) -> bool:
        """Puts a sign such as D.C. on the bar; False if there is none."""
        return put_sign(self._bar, sign)

    def add_symbol(self, text: str) -> None:
        """Adds a chord symbol. A remark is left out, and so is a second symbol at one note."""
        at = len(self._bar.sounds)
        symbol = read_chord_symbol(text)
        if symbol is None and not resembles_chord_symbol(text):
            return
        if self._bar.symbols and self._bar.symbols[-1][0] == at:
            return
        if symbol and symbol.sounding:
            chord = symbol.sounding.transposed(self.pitches.shift)
            self._bar.symbols.append((at, chord.root, chord.quality, chord.bass))
            return
        self._bar.symbols.append((at, -1, 0, 0))
        if symbol is None:
            self.warn("the chord {} is not understood: no chord is played there", text)

    def warn(self, sentence: str, what: str = "") -> None:
        """Warns of something in this bar. sentence: with braces where `what` is quoted."""
        self.warnings.add(sentence, what, len(self.bars) + 1)
