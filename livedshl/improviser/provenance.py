"""Where a passage came from and how it was found: one record, from retrieval to trace."""

from dataclasses import dataclass

from livedshl.bundle import Bundle
from livedshl.bundle.accompaniment import BorrowedBar
from livedshl.improviser.passage import Passage, Place
from livedshl.index import unpack
from livedshl.index.codes import Words
from livedshl.music import GRIDS, Grid
from livedshl.music.leadsheet import Key


@dataclass(frozen=True, slots=True)
class Candidate:
    """A segment that could have been drawn: its number, its code's distance and its song."""

    segment: int
    hamming: int
    song: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a passage came from and how it was found. The order of fields is that of a trace line.

    metre: of the music, "4/4". beat: of the music, where the segment starts.
    segment: its number in the library. song, source: the title and the file of its tune.
    song_beat: its beat in the song as played out, counted from the first bar line.
    backward_code, forward_code: the segment's codes, one symbol an item.
    hamming, nearest, ties, agreeing_steps, rules_kept, wish: as in `Continuation`; None for an
        opening, which no code found.
    candidates: the nearest segments that could have been drawn.
    splice: the step at which its melody takes over; None if it is not spliced in.
    quote_beats: beats of the longest quote from one song that ends with the passage.
    place: where it stands in the form; None in a free run.
    beats: how long it sounds.
    key: the key it sounds in; None if the music has no form or follows a chart.
    held: whether Hold repeats it.
    accompaniment: whose bars the parts that play by code play where it ends.
    """

    metre: str
    beat: int
    segment: int
    song: str
    source: str
    song_beat: int
    backward_code: tuple[int, ...]
    forward_code: tuple[int, ...]
    hamming: int | None
    nearest: int | None
    ties: int | None
    agreeing_steps: int | None
    rules_kept: bool = True
    wish: str | None
    candidates: tuple[Candidate, ...] = ()
    splice: int | None
    quote_beats: int = 0
    place: Place | None = None
    beats: int
    key: Key | None = None
    held: bool = False
    accompaniment: tuple[BorrowedBar, ...] = ()

    def __post_init__(self) -> None:
        if self.metre not in GRIDS:
            raise ValueError(f"unknown metre {self.metre!r}")

    @property
    def grid(self) -> Grid:
        """The grid of its metre."""
        return GRIDS[self.metre]

    def in_words(self) -> str:
        """The tune, the beat there and how it was found, for a log."""
        found = "an opening"
        if self.is_intro:
            found = "whose intro the band plays"
        if self.hamming is not None:
            found = f"Hamming distance {self.hamming}, one of {self.ties:,}"
        borrowed = "".join(f", accompanied by {one.in_words()}" for one in self.accompaniment)
        return f"{self.song}, beat {self.song_beat + 1} ({found}){borrowed}"

    @property
    def planned(self) -> bool:
        """Whether the form brings the segment back."""
        return self.place is not None and self.place.planned

    @property
    def is_intro(self) -> bool:
        """Whether the band plays here without a melody, before the segment opens the form."""
        return self.place is not None and self.place.is_intro

    @property
    def takeover_step(self) -> int:
        """The step of the music at which its melody takes over."""
        return self.beat * self.grid.beat_steps + (self.splice or 0)


def provenance_of(bundle: Bundle, passage: Passage, key: Key | None = None) -> Provenance:
    """The provenance of a passage that sounds in `key`."""
    library = bundle.library
    tune = library.tunes[library.tune_of[passage.segment]]
    found = passage.continuation
    return Provenance(
        metre=str(library.grid),
        beat=passage.beat,
        segment=passage.segment,
        song=tune.title,
        source=tune.source,
        song_beat=library.beat_in_tune(passage.segment),
        backward_code=_symbols_of(bundle, bundle.backward[passage.segment]),
        forward_code=_symbols_of(bundle, bundle.forward[passage.segment]),
        hamming=found.hamming if found else None,
        nearest=found.nearest if found else None,
        ties=found.ties if found else None,
        agreeing_steps=found.agreeing_steps if found else None,
        rules_kept=found.rules_kept if found else True,
        wish=found.wish if found else None,
        candidates=tuple(
            Candidate(segment, distance, library.tunes[library.tune_of[segment]].title)
            for segment, distance in (found.candidates if found else ())
        ),
        splice=passage.splice,
        quote_beats=passage.quote_beats,
        place=passage.place,
        beats=len(passage.steps) // library.grid.beat_steps,
        key=key,
    )


def _symbols_of(bundle: Bundle, code: Words) -> tuple[int, ...]:
    return tuple(unpack(code, bundle.shape).tolist())
