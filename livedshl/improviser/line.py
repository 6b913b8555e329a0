"""The music so far: where it has got to, what was heard, and how the next segment joins on."""

from copy import copy

import numpy as np
from numpy.typing import NDArray

from livedshl.improviser.memory import Memory
from livedshl.improviser.merge import merge
from livedshl.improviser.passage import Continuation, Passage
from livedshl.improviser.quotes import Quotes
from livedshl.improviser.repertoire import Repertoire
from livedshl.music.motifs import beat_rhythms

_REGISTER_BARS = 4  # how many bars decide in which range the melody lies
_FORGETTING_BARS = 16  # after so many bars a rhythm counts a third of what it did
_SONG_BEATS = 16  # the rhythms of the song that opens a set count as so many beats


class Line:
    """The line of music so far, to which each segment adds a passage.

    The forward code of the playing segment is the query for the next (Fig. 1 of the paper). Where
    segments overlap, a passage merges the second half of the segment before with the first half of
    its own.

    beat: where the next passage starts. playing: the segment that plays; None before the first.
    memory: which segments were played. quotes: how long the present quote is.
    recent: int8[n, 3], the steps heard last. rhythms: float64[2 ** beat_steps], how often each
    rhythm of a beat was heard in the present set, the latest most. opener: the tune that opened
    the set; None before that.
    """

    def __init__(self, repertoire: Repertoire) -> None:
        library, rules = repertoire.library, repertoire.rules
        self.beat = 0
        self.playing: int | None = None
        self.memory = Memory(library, rules.song_cap, rules.window, rules.recency_in(library))
        self.quotes = Quotes(repertoire.groundwork.melodies, rules.max_quote)
        self.recent: NDArray[np.int8] = np.empty((0, 3), np.int8)
        self.rhythms = np.zeros(1 << repertoire.grid.beat_steps)
        self.opener: int | None = None
        self._bundle = repertoire.bundle

    def copy(self) -> "Line":
        """The same music so far, to continue independently."""
        other = copy(self)
        other.memory = self.memory.copy()
        other.quotes = self.quotes.copy()
        return other

    def begin_set(self) -> None:
        """Forgets the rhythms of the tunes before: the next may be of another type."""
        self.rhythms = np.zeros_like(self.rhythms)
        self.opener = None

    def listen(self, steps: NDArray[np.int8]) -> None:
        """Takes what somebody else played, int8[n, 3], as what was heard last."""
        self.recent = steps
        self.quotes.hear(steps, planned=True)

    def add(
        self,
        segment: int,
        continuation: Continuation | None,
        *,
        merged: bool,
        n_beats: int,
        planned: bool,
    ) -> Passage:
        """Adds a segment, which plays from now on, and returns its passage.

        merged: whether it is spliced into the segment before, where segments overlap.
        n_beats: how long it sounds.
        planned: whether the form brings it back, so that it is neither a quote nor new.
        """
        library, grid = self._bundle.library, self._bundle.library.grid
        steps, splice = library.contents(np.array(segment)), None
        if merged and self._bundle.overlaps and self.playing is not None:
            before = library.contents(np.array(self.playing))
            overlap = merge(before, steps, grid.beat_steps)
            steps, splice = np.concatenate([overlap.steps, steps[grid.hop_steps :]]), overlap.splice
        steps = steps[: n_beats * grid.beat_steps]
        if not planned:
            self.memory.add(segment)
        if self.opener is None:
            self.opener = int(library.tune_of[segment])
        if not self.rhythms.any():
            self.rhythms = _SONG_BEATS * self._rhythms_of_song(segment)
        self._hear(steps, planned)
        # An opening quotes its own song. Looking it up would delay the first note.
        quote_beats = n_beats if self.playing is None else self.quotes.beats
        passage = Passage(self.beat, steps, segment, continuation, splice, quote_beats=quote_beats)
        self.beat += n_beats
        self.playing = segment
        return passage

    def _hear(self, steps: NDArray[np.int8], planned: bool) -> None:
        self.quotes.hear(steps, planned)
        grid = self._bundle.library.grid
        kinds = len(self.rhythms)
        heard = beat_rhythms(steps, grid.beat_steps)
        kept = np.exp(-len(heard) / (_FORGETTING_BARS * grid.bar_beats))
        self.rhythms = self.rhythms * kept + np.bincount(heard, minlength=kinds)
        n_steps = max(grid.segment_steps, _REGISTER_BARS * grid.bar_steps)
        self.recent = np.concatenate([self.recent, steps])[-n_steps:]

    def _rhythms_of_song(self, segment: int) -> NDArray[np.float64]:
        """The share of each rhythm among the beats of the song that a segment is from."""
        library = self._bundle.library
        tune = int(library.tune_of[segment])
        first, end = library.tune_steps[tune], library.tune_steps[tune + 1]
        rhythms = beat_rhythms(library.steps[first:end], library.grid.beat_steps)
        counts = np.bincount(rhythms, minlength=len(self.rhythms))
        return np.asarray(counts / max(1, counts.sum()), np.float64)
