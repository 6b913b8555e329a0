"""A moment: where in its section, and in its phrase, the next passage starts."""

from dataclasses import dataclass

from livedshl.improviser.form import Cadence, SectionMemory, SectionRun, Spot
from livedshl.music import Grid

_CLOSING_BARS = 2  # of a section: they change with the cadence
RETURNING_BARS = 2  # with which the second half of a section begins as the first


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the next passage starts. All beats are those of the music.

    start, end, cadence: of the section. begins: from where it is heard; later than `start` if
    only its last phrase is. half: the beat at which the section's beginning returns;
    `end` if it does not. phrase: where the present phrase began; a section has one or two.
    follow_beats: from the start of one segment to the next.
    """

    beat: int
    start: int
    end: int
    begins: int
    cadence: Cadence
    half: int
    phrase: int
    grid: Grid
    follow_beats: int

    @property
    def opens_section(self) -> bool:
        """Whether the section starts here."""
        return self.beat == self.begins

    @property
    def opens_phrase(self) -> bool:
        """Whether a phrase starts here."""
        return self.beat == self.phrase

    @property
    def closing_beat(self) -> int:
        """Where the segment starts that closes the section."""
        return max(self.start, self.end - self.grid.segment_beats)

    @property
    def phrase_end(self) -> int:
        """Where the present phrase ends."""
        return self.half if self.beat < self.half < self.end else self.end

    @property
    def last_beat(self) -> int:
        """Where the last segment of the present phrase starts."""
        return max(self.phrase, self.phrase_end - self.grid.segment_beats)

    @property
    def n_beats(self) -> int:
        """How long the next passage sounds: the last one of a phrase to the phrase's end."""
        if self.beat == self.last_beat:
            return self.phrase_end - self.beat
        return min(self.follow_beats, self.last_beat - self.beat)

    @property
    def spot(self) -> Spot:
        """The spot of the section: counted from its end near the close, else from its start."""
        leads = self.beat < self.closing_beat <= self.beat + self.follow_beats
        closes = self.beat >= self.end - _CLOSING_BARS * self.grid.bar_beats
        if leads or closes or self.beat == self.closing_beat:
            return self.cadence, self.beat - self.end
        return None, self.beat - self.start

    @property
    def returning_spot(self) -> Spot | None:
        """The spot of the section's beginning that returns here; None if none does."""
        into = self.beat - self.half
        return (None, into) if 0 <= into < RETURNING_BARS * self.grid.bar_beats else None

    def following_in(self, section: SectionMemory) -> int | None:
        """The segment that followed this moment the first time; None if that is not known."""
        by_start = None, self.beat - self.start + self.follow_beats
        by_end = self.cadence, self.beat - self.end + self.follow_beats
        return section.segments.get(by_end, section.segments.get(by_start))


def moment_of(run: SectionRun, beat: int, grid: Grid, follow_beats: int) -> Moment:
    """The moment at `beat` of a section. The run learns it if its second phrase begins there."""
    half = min(run.half, run.end)
    if beat == half:
        run.phrase = half
    return Moment(
        beat, run.start, run.end, run.begins, run.cadence, half, run.phrase, grid, follow_beats
    )
